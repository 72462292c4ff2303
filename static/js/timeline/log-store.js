import { firstAtLeast } from "./sorted.js";

/** From quiet to loud; painted in this order, so that what matters lies on top. */
export const LEVELS = ["debug", "info", "warning", "error"];

/** OpenTelemetry's severity numbers, four to a level. */
export function levelOf(severityNumber) {
  if (severityNumber >= 17) return 3;
  if (severityNumber >= 13) return 2;
  return severityNumber >= 9 ? 1 : 0;
}

/** Log lines by their index, and their times by level. */
export class LogStore {
  #records = new Map();
  #byKey = new Map();
  #levels = null;

  get size() {
    return this.#records.size;
  }

  show(logs) {
    this.#records = new Map(logs.map((log) => [log.index, log]));
    this.#byKey = new Map(logs.map((log) => [log.key, log]));
    this.#levels = null;
  }

  get(index) {
    return this.#records.get(index);
  }

  /** A line's index changes when another one arrives late, its key does not. */
  byKey(key) {
    return this.#byKey.get(key);
  }

  /** Lines around a moment, the loudest first. */
  near(ms, withinMs) {
    return this.levels.toReversed().flatMap(({ timesMs, indexes }) => {
      const from = firstAtLeast(timesMs, ms - withinMs);
      return [...indexes.subarray(from, firstAtLeast(timesMs, ms + withinMs + 0.001))].map((index) => this.get(index));
    });
  }

  /** Per level of LEVELS: times in ascending order, and the index of the line at each. */
  get levels() {
    this.#levels ??= byLevel([...this.#records.values()]);
    return this.#levels;
  }
}

function byLevel(logs) {
  const parts = LEVELS.map(() => []);
  for (const log of logs) parts[levelOf(log.severity_number)].push(log);
  return parts.map((part) => {
    part.sort((one, other) => one.at_ms - other.at_ms || one.index - other.index);
    return { timesMs: Float64Array.from(part, (log) => log.at_ms), indexes: Int32Array.from(part, (log) => log.index) };
  });
}
