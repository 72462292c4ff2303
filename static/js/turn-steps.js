/** Moments where turns begin, as the transcript on the page tells them. */
function turnStarts() {
  const starts = new Map();
  for (const line of document.querySelectorAll("[data-turn][data-seek-ms]")) {
    if (!starts.has(line.dataset.turn)) starts.set(line.dataset.turn, Number(line.dataset.seekMs));
  }
  return [...starts.values()].sort((a, b) => a - b);
}

const TOLERANCE_MS = 300;

export function turnAfter(ms) {
  return turnStarts().find((start) => start > ms + 1) ?? null;
}

/** Pressed within a moment of a turn's start, "previous" means the one before it. */
export function turnBefore(ms) {
  return turnStarts().findLast((start) => start < ms - TOLERANCE_MS) ?? null;
}
