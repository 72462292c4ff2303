import { offsetText } from "../offset-text.js";
import { countText, KINDS, NOWHERE } from "./hits.js";

const NAMES = { words: ["transcript line", "transcript lines"], span: ["span", "spans"], log: ["log line", "log lines"] };

/**
 * What the bar says. A function of what is so; asks nothing and remembers nothing.
 *
 * @typedef {{q: string, kinds: Set<string>, totals: Record<string, number>|null, hits: import("./hits.js").Hit[], at: number,
 *   total: number, note: string}} BarState `note` stands instead of a hit
 */
export class SearchBar {
  #root;

  constructor(root) {
    this.#root = root;
    this.input = root.querySelector("input");
  }

  /** @param {BarState} state */
  show(state) {
    const { kinds, totals, hits, at, total, note } = state;
    const hit = note || at === NOWHERE ? null : hits[at];
    this.#write("count", countText(at, total));
    for (const kind of KINDS) this.#showKind(kind, kinds.has(kind), totals);
    for (const button of this.#root.querySelectorAll("[data-step]")) button.disabled = !hits.length;
    this.#write("note", note);
    this.#part("note").hidden = !note;
    this.#part("hit").hidden = !hit;
    if (hit) this.#showHit(hit);
    this.#write("said", saidOf(state, hit));
  }

  /** Where the words that were found may stand. */
  get texts() {
    return [this.#part("title"), this.#part("excerpt")];
  }

  #showKind(kind, isOn, totals) {
    const button = this.#root.querySelector(`[data-kind="${kind}"]`);
    button.setAttribute("aria-pressed", String(isOn));
    button.querySelector("[data-total]").textContent = totals ? totals[kind].toLocaleString("en") : "";
  }

  #showHit({ at_ms: ms, title, place, excerpt }) {
    this.#write("at", offsetText(ms, 2));
    this.#write("title", title);
    this.#write("place", place);
    this.#write("excerpt", excerpt === title ? "" : excerpt);
  }

  /** Screen readers hear what changes, so nothing is written twice. */
  #write(name, text) {
    const part = this.#part(name);
    if (part.textContent !== text) part.textContent = text;
  }

  #part(name) {
    return this.#root.querySelector(`[data-${name}]`);
  }
}

/** In one sentence, for those who do not see the bar. */
export function saidOf({ at, total, totals, note }, hit) {
  if (hit) {
    const where = hit.turn ? `turn ${hit.turn}` : "";
    return [countText(at, total), NAMES[hit.kind][0], hit.title, hit.place, where, `at ${offsetText(hit.at_ms, 0)}`, hit.excerpt].filter(Boolean).join(", ");
  }
  if (!totals || !total) return note;
  const parts = KINDS.filter((kind) => totals[kind]).map((kind) => `${totals[kind]} ${NAMES[kind][totals[kind] === 1 ? 0 : 1]}`);
  return `${countText(NOWHERE, total)}: ${parts.join(", ")}. ${note}`;
}
