/**
 * The part of the address that names a place in the session: `#t=54.15` (seconds), `#span=…`, `#turn=5`, `#log=…`, `#raw=…`. A
 * time may stand beside a thing.
 *
 * @typedef {{ms?: number, span?: string, turn?: number, log?: string, raw?: string}} Place
 */

const SPAN_ID = /^[0-9a-f]{1,64}$/i;
const LOG_KEY = /^[0-9a-f]{1,64}(-\d{1,9})?$/;
const RAW_KEY = /^[a-z_]{1,32}-\d{1,9}$/;

/** Anything that is not a place is left out; addresses are typed by people. @returns {Place} */
export function placeIn(hash) {
  const named = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {Place} */
  const place = {};
  const seconds = numberIn(named, "t");
  if (seconds !== null) place.ms = Math.round(seconds * 1000);
  const turn = numberIn(named, "turn");
  if (turn !== null && turn > 0) place.turn = Math.trunc(turn);
  for (const [name, shape] of [["span", SPAN_ID], ["log", LOG_KEY], ["raw", RAW_KEY]]) {
    if (shape.test(named.get(name) ?? "")) place[name] = named.get(name);
  }
  return place;
}

function numberIn(named, key) {
  const text = named.get(key);
  const number = text ? Number(text) : NaN;
  return Number.isFinite(number) && number >= 0 ? number : null;
}

/** @param {Place} place */
export function hashOf({ ms, span, turn, log, raw }) {
  const named = new URLSearchParams();
  if (span) named.set("span", span);
  else if (log) named.set("log", log);
  else if (raw) named.set("raw", raw);
  else if (turn !== undefined) named.set("turn", String(turn));
  if (ms !== undefined) named.set("t", String(Number((ms / 1000).toFixed(2))));
  const text = named.toString();
  return text && `#${text}`;
}

/** A span goes by its own id: the trace's says nothing more. @param {import("../page-selection.js").Thing|null} thing @returns {Place} */
export function placeOfThing(thing) {
  if (!thing) return {};
  if (thing.kind === "span") return { span: thing.id.split("-").at(-1) };
  return { [thing.kind]: thing.kind === "turn" ? Number(thing.id) : thing.id };
}

/** Times in addresses are rounded. */
const SAME_PLACE_MS = 10;

/**
 * What the address says: what is selected, and the moment someone went to. Of two that lie apart, the later alone, so that no
 * link leads to what has been left.
 *
 * @param {{thing: import("../page-selection.js").Thing|null, stretch: {startMs: number, endMs: number}|null,
 *   soughtMs: number|null, isSoughtLast: boolean}} state
 * @returns {Place}
 */
export function placeNow({ thing, stretch, soughtMs, isSoughtLast }) {
  const selected = placeOfThing(thing);
  if (soughtMs === null) return selected;
  const isInside = stretch && soughtMs >= stretch.startMs - SAME_PLACE_MS && soughtMs <= stretch.endMs + SAME_PLACE_MS;
  if (isInside || !thing) return { ...selected, ms: soughtMs };
  return isSoughtLast ? { ms: soughtMs } : selected;
}

/** Writes the place into the address, at most a few times a second: browsers refuse more. */
export class AddressBar {
  #timer = 0;
  #wanted = null;

  constructor(life) {
    life.onEnd(() => clearTimeout(this.#timer));
  }

  /** @param {Place} place */
  write(place) {
    this.#wanted = hashOf(place);
    this.#timer ||= setTimeout(() => this.#write(), WAIT_MS);
  }

  #write() {
    this.#timer = 0;
    if (this.#wanted === location.hash) return;
    history.replaceState(history.state, "", this.#wanted || location.pathname + location.search);
  }
}

const WAIT_MS = 400;
