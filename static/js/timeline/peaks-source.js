import { peaksAnswer } from "./peaks-answer.js";
import { PeaksLevels } from "./peaks-levels.js";

/** Finest resolution of up to this many buckets (ten minutes) is fetched at once; of longer ones a coarser whole. */
const WHOLE_BUCKETS = 60_000;
const OVERVIEW_BUCKETS = 8000;
const SCREENS = 3;
const MOST_BUCKETS = 32_000;
const STILL_MS = 120;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 30_000;

/** The waveform of a recording: the whole of it, and of a long one the part on screen as finely as it is looked at. */
export class PeaksSource {
  #address;
  #life;
  #changed;
  #timer = 0;
  #whole = null;
  #part = null;
  #isAsking = false;
  /** The last stretch that was asked for, and how long the next waits. */
  #asked = "";
  #waitMs = STILL_MS;
  #finestMs = 0;
  #endMs = 0;

  /** @param {string} address @param {() => void} changed */
  constructor(address, life, changed) {
    this.#address = address;
    this.#life = life;
    this.#changed = changed;
    life.onEnd(() => clearTimeout(this.#timer));
    this.#loadWhole(FIRST_WAIT_MS);
  }

  get channelCount() {
    return this.#whole?.channelCount ?? 0;
  }

  /** The whole; null as long as it has not been computed, and then bands are drawn. */
  get whole() {
    return this.#whole;
  }

  /** The best there is for what is on screen; asks for better. @returns {PeaksLevels|null} */
  for(view, recordingStartMs) {
    if (!this.#whole) return null;
    const [fromMs, toMs] = [view.startMs - recordingStartMs, Math.min(view.endMs - recordingStartMs, this.#endMs)];
    if (toMs <= Math.max(0, fromMs)) return this.#whole;
    const columnMs = Math.max(1 / view.pxPerMs, this.#finestMs);
    if (this.#whole.serves(fromMs, toMs, columnMs)) return this.#whole;
    if (this.#part?.serves(fromMs, toMs, columnMs)) return this.#part;
    this.#askFor(fromMs, toMs, view.widthPx);
    const isPartBetter = this.#part && this.#part.startMs <= Math.max(0, fromMs) && this.#part.endMs >= toMs;
    return isPartBetter ? this.#part : this.#whole;
  }

  async #loadWhole(waitMs) {
    const answer = await this.#fetched(`level=0&to_ms=1`);
    if (answer === "pending") {
      this.#timer = setTimeout(() => this.#loadWhole(Math.min(LONGEST_WAIT_MS, waitMs * 1.5)), waitMs);
      return;
    }
    if (!answer?.channels.length) return;
    this.#finestMs = answer.bucketMs;
    this.#endMs = answer.durationMs - answer.bucketMs; // a coarse bucket reaches beyond the sound; no finer one goes so far
    const isShort = answer.levelBuckets <= WHOLE_BUCKETS;
    const whole = await this.#fetched(isShort ? "level=0" : `buckets=${OVERVIEW_BUCKETS}`);
    if (whole && whole !== "pending" && whole.channels[0]?.max.length) this.#whole = new PeaksLevels(whole);
    this.#changed();
  }

  /** Not while the view still moves, one at a time, and nothing twice: a stretch that has come is as fine as there is. */
  #askFor(fromMs, toMs, widthPx) {
    const stretch = [fromMs, toMs, widthPx].join(" ");
    if (this.#isAsking || stretch === this.#asked) return;
    this.#asked = stretch;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#loadPart(fromMs, toMs, widthPx), this.#waitMs);
  }

  async #loadPart(fromMs, toMs, widthPx) {
    const beside = ((toMs - fromMs) * (SCREENS - 1)) / 2;
    const [from, to] = [Math.max(0, Math.floor(fromMs - beside)), Math.ceil(Math.min(toMs + beside, this.#whole.endMs))];
    this.#isAsking = true;
    const buckets = Math.min(MOST_BUCKETS, Math.ceil(widthPx) * SCREENS * 2);
    const answer = await this.#fetched(`buckets=${buckets}&from_ms=${from}&to_ms=${to}`);
    this.#isAsking = false;
    this.#take(answer && answer !== "pending" ? answer : null);
    this.#changed();
  }

  /** What did not come is asked for again, and whoever was busy is left alone for longer. */
  #take(answer) {
    if (answer) this.#part = new PeaksLevels(answer, this.#whole.gains);
    else this.#asked = "";
    this.#waitMs = answer ? STILL_MS : Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, this.#waitMs * 2));
  }

  /** @returns {Promise<ReturnType<typeof peaksAnswer>|"pending"|null>} null: there are none */
  async #fetched(query) {
    const join = this.#address.includes("?") ? "&" : "?";
    try {
      const response = await fetch(this.#address + join + query, { signal: this.#life.signal });
      if (response.status === 202) return "pending";
      return response.ok ? peaksAnswer(await response.arrayBuffer()) : null;
    } catch {
      return null; // the lines are down, or the element has left: bands will do
    }
  }
}
