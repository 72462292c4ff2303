const FOUND = "found";
const SIGNS = /[\\^$.*+?()[\]{}|/]/g;
/** More are not painted: nobody sees the difference, and browsers slow down. */
const MOST_RANGES = 2000;
const IN_TRANSCRIPT = ".line__text, .call__name, .call__out, .call__all pre, .handoff, .failure";
const IN_DETAILS = "#details h2, #details .details__body";

/** Where the words stand in a text: `[from, to]` pairs. Signs stand for themselves. */
export function placesIn(text, wanted) {
  const pattern = new RegExp(wanted.replace(SIGNS, "\\$&"), "giu");
  return wanted ? [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length]) : [];
}

/** Where hits are shown. @param {{inTranscript: boolean}} where */
export function shownPlaces({ inTranscript }) {
  return [...document.querySelectorAll(inTranscript ? `${IN_TRANSCRIPT}, ${IN_DETAILS}` : IN_DETAILS)];
}

/**
 * Highlights the words below these elements without touching the page, in place of what was highlighted before. Browsers that
 * cannot do so have the marked line. @param {Element[]} roots
 */
export function paint(roots, wanted) {
  if (!globalThis.CSS?.highlights) return;
  const ranges = roots.flatMap((root) => rangesIn(root, wanted)).slice(0, MOST_RANGES);
  if (ranges.length) CSS.highlights.set(FOUND, new Highlight(...ranges));
  else CSS.highlights.delete(FOUND);
}

/** Brings the first place in the Details pane into view, out of what is folded and through what scrolls inside it. */
export function revealInDetails(wanted) {
  const body = document.querySelector("#details .details__body");
  const range = body && rangesIn(body, wanted)[0];
  if (!range) return;
  const holder = range.startContainer.parentElement;
  for (let fold = holder.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  for (let frame = holder; body.contains(frame); frame = frame.parentElement) {
    const { top, height } = range.getBoundingClientRect();
    if (height) frame.scrollTop += top - frame.getBoundingClientRect().top - frame.clientHeight / 3;
  }
}

function rangesIn(root, wanted) {
  const ranges = [];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    for (const [from, to] of placesIn(text.nodeValue, wanted)) ranges.push(rangeOf(text, from, to));
  }
  return ranges;
}

function rangeOf(text, from, to) {
  const range = document.createRange();
  range.setStart(text, from);
  range.setEnd(text, to);
  return range;
}
