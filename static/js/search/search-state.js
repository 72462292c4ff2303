import { isCut, KINDS, NOWHERE, placeOf, shownOf, steppedFrom, totalOf } from "./hits.js";

export const LEAST_CHARS = 2;
const EVERY_KIND = new Set(KINDS);

/** What is searched for, what was found, and at which hit someone stands. Knows nothing of page or server. */
export class SearchState {
  q = "";
  kinds = new Set(KINDS);
  at = NOWHERE;
  trouble = "";
  /** @type {import("./hits.js").Answer|null} */
  answer = null;
  #stepWanted = 0;

  get hits() {
    return this.answer ? shownOf(this.answer, this.kinds) : [];
  }

  get hit() {
    return this.hits[this.at] ?? null;
  }

  get total() {
    return this.answer ? totalOf(this.answer, this.kinds) : 0;
  }

  get isAskable() {
    return this.q.length >= LEAST_CHARS && this.kinds.size > 0;
  }

  /** The answer is one to what stands in the field. */
  get isAnswered() {
    return this.answer?.q === this.q && !this.trouble;
  }

  type(q) {
    this.q = q;
    this.trouble = "";
    this.#stepWanted = 0;
    if (q.length < LEAST_CHARS) this.forget();
  }

  forget() {
    this.answer = null;
    this.at = NOWHERE;
  }

  /** Whoever stands at a hit goes on standing there, if it is still one. */
  answered(answer) {
    this.#keepHit(() => (this.answer = answer));
    this.trouble = "";
  }

  failed(reason) {
    this.trouble = reason;
    this.#stepWanted = 0;
    if (this.answer?.q !== this.q) this.forget();
  }

  /** Leaves a kind out or takes it in; says whether the server has to be asked, because it left hits away. */
  toggle(kind) {
    this.#keepHit(() => this.kinds.delete(kind) || this.kinds.add(kind));
    return this.answer !== null && isCut(this.answer) && this.isAskable;
  }

  /** The next hit, or null: then an answer is still to come, and `takeStep` goes on from there. */
  step(direction, nowMs) {
    this.#stepWanted = direction;
    return this.isAnswered ? this.takeStep(nowMs) : null;
  }

  takeStep(nowMs) {
    const direction = this.#stepWanted;
    this.#stepWanted = 0;
    if (direction) this.at = steppedFrom(this.at, direction, this.hits, nowMs);
    return direction ? this.hit : null;
  }

  /** What has to be said instead of a hit. */
  get note() {
    if (this.trouble) return this.trouble;
    if (this.q.length < LEAST_CHARS) return this.q ? "Type at least two characters." : "Words, tools, spans, log lines and their attributes.";
    if (!this.kinds.size) return "Choose what to search.";
    if (!this.answer) return "Searching …";
    if (!this.total) return totalOf(this.answer, EVERY_KIND) ? "Nothing found in what is chosen." : "Nothing found.";
    return this.at === NOWHERE ? this.#wayOn : "";
  }

  get #wayOn() {
    const { length } = this.hits;
    if (length < this.total) return `The first ${length} in order of time can be gone through.`;
    return "Enter goes from one to the next, in order of time.";
  }

  #keepHit(change) {
    const { hit } = this;
    change();
    this.at = placeOf(hit, this.hits);
  }
}
