import { offsetText } from "../offset-text.js";
import { PART_NAMES } from "./answers.js";
import { stretchAt } from "./draw-waveform.js";
import { failureWords } from "./failure-words.js";
import { SPAN_LANES } from "./lane-names.js";
import { surenessText, wordsOfLog } from "./mark-words.js";
import { clockText, durationText } from "./time-text.js";

const MOST_RUNNING = 4;
const MOST_LOGS = 3;

/**
 * What happened at this moment, over all lanes.
 *
 * @param {number} nearMs what is no further away happened then
 * @returns {import("./mark-words.js").CardWords}
 */
export function momentWords(model, ms, nearMs) {
  const rows = [
    agentRow(model, ms),
    turnRow(model, ms),
    speakersRow(model, ms),
    ...silenceRows(model, ms),
    ...waitRows(model, ms, nearMs),
    ...turningPointRows(model, ms, nearMs),
    ...runningRows(model, ms),
    ...errorRows(model, ms, nearMs),
    ...logRows(model, ms, nearMs),
  ];
  return { title: offsetText(ms, 2), kind: clockText(model.startUnixMs + ms, 1), rows: rows.filter(Boolean), isBad: false };
}

function agentRow({ agents }, ms) {
  const agent = agents.findLast((one) => one.start_ms <= ms && (one.end_ms === null || one.end_ms >= ms));
  return agent && ["Agent", agent.agent];
}

function turnRow(model, ms) {
  const turn = model.turnAt(ms);
  return turn && ["Turn", String(turn.index)];
}

function speakersRow({ speaking }, ms) {
  const who = ["user", "agent"].filter((one) => stretchAt(speaking[one], ms));
  return who.length > 0 && ["Speaks", who.join(" and ")];
}

/** The silence, and what of it this is. */
function silenceRows({ answers }, ms) {
  const silence = answers.find((one) => one.fromMs <= ms && ms < one.toMs);
  if (!silence) return [];
  if (silence.isMissing) return [["No answer for", durationText(silence.toMs - silence.fromMs)]];
  const part = silence.parts.find((one) => one.start_ms <= ms && ms < one.end_ms);
  const here = part && ["Part", `${PART_NAMES[part.kind] ?? part.kind}, ${durationText(part.end_ms - part.start_ms)}`];
  return [["Silence of", durationText(silence.e2eMs)], here];
}

function waitRows({ turns }, ms, nearMs) {
  const waits = turns.flatMap((turn) => turn.end_of_turn);
  const near = waits.findLast((wait) => wait.start_ms - nearMs <= ms && ms <= Math.max(wait.end_ms, wait.decided_ms ?? 0) + nearMs);
  return near && near.probability !== null ? [["Turn end", surenessText(near)]] : [];
}

function turningPointRows({ interruptions, handoffs }, ms, nearMs) {
  const isNear = ({ at_ms: atMs }) => Math.abs(atMs - ms) <= nearMs;
  return [
    ...interruptions.filter(isNear).map(({ turn }) => ["Cut off", turn ? `the answer of turn ${turn}` : "the agent"]),
    ...handoffs.filter(isNear).map((handoff) => ["Handoff", [handoff.old_agent, handoff.new_agent].filter(Boolean).join(" → ")]),
  ];
}

function runningRows({ lanes, spans }, ms) {
  const running = [];
  for (const [name, lane] of lanes) {
    for (const laneRow of lane.stack) {
      const row = laneRow.rows[laneRow.from(ms)];
      if (row === undefined || spans.startMs[row] > ms) continue;
      running.push([SPAN_LANES[name].name, spans.records[row].label || spans.records[row].name]);
    }
  }
  return running.slice(0, MOST_RUNNING);
}

function errorRows({ untoldErrors }, ms, nearMs) {
  const near = untoldErrors.filter((error) => Math.abs(error.at_ms - ms) <= nearMs);
  return near.slice(0, MOST_LOGS).map((error) => ["Error", failureWords(error.message).text || `${error.kind} error`]);
}

/** The loudest first; how many more there are is said. */
function logRows({ logs }, ms, nearMs) {
  const near = logs.near(ms, nearMs);
  const rows = near.slice(0, MOST_LOGS).map((log) => [log.severity_text || "Log", wordsOfLog(log)]);
  if (near.length > MOST_LOGS) rows.push(["Logs", `${near.length - MOST_LOGS} more`]);
  return rows;
}
