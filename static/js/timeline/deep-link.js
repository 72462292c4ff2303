/**
 * The part of the address that names a place in the session: `#t=54.15` (seconds), `#span=…`, `#turn=5`, `#log=3`. Several
 * may stand together.
 *
 * @typedef {{ms?: number, span?: string, turn?: number, log?: number}} Place
 */

const SPAN_ID = /^[0-9a-f]{1,64}$/i;

/** Anything that is not a place is left out; addresses are typed by people. @returns {Place} */
export function placeIn(hash) {
  const named = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {Place} */
  const place = {};
  const seconds = numberIn(named, "t");
  if (seconds !== null) place.ms = Math.round(seconds * 1000);
  const turn = numberIn(named, "turn");
  if (turn !== null && turn > 0) place.turn = Math.trunc(turn);
  const log = numberIn(named, "log");
  if (log !== null) place.log = Math.trunc(log);
  const span = named.get("span");
  if (span && SPAN_ID.test(span)) place.span = span;
  return place;
}

function numberIn(named, key) {
  const text = named.get(key);
  const number = text ? Number(text) : NaN;
  return Number.isFinite(number) && number >= 0 ? number : null;
}

/** @param {Place} place */
export function hashOf({ ms, span, turn, log }) {
  const named = new URLSearchParams();
  if (span) named.set("span", span);
  else if (log !== undefined) named.set("log", String(log));
  else if (turn !== undefined) named.set("turn", String(turn));
  if (ms !== undefined) named.set("t", String(Number((ms / 1000).toFixed(2))));
  const text = named.toString();
  return text && `#${text}`;
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
