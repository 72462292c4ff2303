/**
 * What a search has found, and the way through it.
 *
 * @typedef {{kind: "words"|"span"|"log", key: string, at_ms: number, turn: number|null, title: string, place: string, excerpt: string}} Hit
 * @typedef {{q: string, hits: Hit[], totals: Record<string, number>}} Answer hits in order of time, at most as many as the server sends
 */

export const KINDS = ["words", "span", "log"];
export const NOWHERE = -1;

/** @param {Answer} answer @param {Set<string>} kinds */
export function shownOf({ hits }, kinds) {
  return hits.filter(({ kind }) => kinds.has(kind));
}

/** How many there are of these kinds, also of those that were not sent. */
export function totalOf({ totals }, kinds) {
  return KINDS.reduce((sum, kind) => sum + (kinds.has(kind) ? totals[kind] : 0), 0);
}

/** Then other kinds may have more to show than was sent. */
export function isCut(answer) {
  return totalOf(answer, new Set(KINDS)) > answer.hits.length;
}

/** The next place, around the end if need be; from nowhere, the first one from the playhead on (or before it, backwards). */
export function steppedFrom(at, direction, hits, nowMs) {
  if (!hits.length) return NOWHERE;
  if (at !== NOWHERE) return (at + direction + hits.length) % hits.length;
  const found = direction > 0 ? hits.findIndex(({ at_ms: ms }) => ms >= nowMs) : hits.findLastIndex(({ at_ms: ms }) => ms < nowMs);
  if (found !== NOWHERE) return found;
  return direction > 0 ? 0 : hits.length - 1;
}

/** Where the same thing stands after the session has grown. */
export function placeOf(hit, hits) {
  return hit ? hits.findIndex(({ kind, key }) => kind === hit.kind && key === hit.key) : NOWHERE;
}

/** "3 of 17", "17 hits", "1 hit"; nothing for none, which is said in words elsewhere. */
export function countText(at, total) {
  if (!total) return "";
  const whole = total.toLocaleString("en");
  if (at === NOWHERE) return total === 1 ? "1 hit" : `${whole} hits`;
  return `${(at + 1).toLocaleString("en")} of ${whole}`;
}
