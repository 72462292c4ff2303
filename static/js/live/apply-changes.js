/**
 * Makes the next snapshot out of one and an event's changes (docs/live-protocol.md). Pure: what did not change is shared
 * with the old snapshot, so `before.spans === after.spans` says that nothing has to be drawn anew.
 *
 * @typedef {{set: any} | {in: Record<string, Change>} | {splice: [number, number, ...any[]][]}} Change
 */

/** @param {any} value @param {Change} change */
export function applyChange(value, change) {
  if ("set" in change) return change.set;
  if ("in" in change) return applyInside(value, change.in);
  const items = [...value];
  for (const [at, removed, ...added] of change.splice) items.splice(at, removed, ...added);
  return items;
}

/** A page holds what it shows; what it was not given does not change for it. */
function applyInside(value, changes) {
  const next = { ...value };
  for (const [name, change] of Object.entries(changes)) {
    if (name in value) next[name] = applyChange(value[name], change);
  }
  return next;
}

/**
 * What a frame makes of what the reader has.
 *
 * @param {{version: string, snapshot: any}} held
 * @returns {{outcome: "applied" | "repeated" | "gap" | "nothing", held: {version: string, snapshot: any}}}
 */
export function applyFrame(held, frame) {
  if (frame.type === "snapshot") {
    if (frame.version === held.version) return { outcome: "repeated", held };
    return { outcome: "applied", held: { version: frame.version, snapshot: frame.snapshot } };
  }
  if (frame.type !== "changes") return { outcome: "nothing", held };
  if (frame.to === held.version) return { outcome: "repeated", held };
  if (frame.from !== held.version) return { outcome: "gap", held };
  return { outcome: "applied", held: { version: frame.to, snapshot: applyChange(held.snapshot, frame.changes) } };
}
