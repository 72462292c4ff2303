/** A clock that is wrong by more than this says nothing about how far a session has come. */
const MOST_AHEAD_MS = 30_000;
/** The edge runs on by itself for this long without news; then the page is honest and stands still. */
const MOST_SILENCE_MS = 20_000;

/** How far a live session has come by now: a session goes on between two messages, but nobody knows for how long. */
export class LiveEdge {
  #dataMs = 0;
  #setMs = 0;
  #setAt = 0;

  /**
   * @param {number} dataMs how far the data reach
   * @param {number} startUnixMs when the session began, by the agent's clock
   */
  set(dataMs, startUnixMs, nowUnixMs, nowMs) {
    const byClock = nowUnixMs - startUnixMs;
    const before = this.at(nowMs);
    const isPlausible = byClock >= dataMs && byClock - dataMs <= MOST_AHEAD_MS;
    const wanted = isPlausible ? byClock : dataMs;
    if (dataMs <= this.#dataMs && this.#setAt) return;
    this.#dataMs = dataMs;
    this.#setMs = Math.max(wanted, Math.min(before, dataMs + MOST_AHEAD_MS)); // an edge once shown does not go back
    this.#setAt = nowMs;
  }

  at(nowMs) {
    return this.#setMs + Math.min(MOST_SILENCE_MS, Math.max(0, nowMs - this.#setAt));
  }
}
