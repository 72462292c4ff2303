/**
 * Brings what is on the page up to date with new HTML and leaves alone what is the same: scroll positions, the focus,
 * selected text, what is playing. Children are matched by id, else by their place. `data-island` marks an element whose
 * inside belongs to the browser (a player, an opened detail); only a change of its id replaces it.
 */

/** Set by scripts while someone looks; new HTML does not take them back. */
const KEPT = new Set([
  "data-current",
  "data-selected",
  "data-playing",
  "data-view",
  "aria-selected",
  "aria-expanded",
  "aria-pressed",
  "hidden",
  "open",
  "tabindex",
]);
/** Of those, the ones whose absence is a state too. */
const SWITCHES = new Set(["hidden", "open"]);

export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    old.replaceWith(fresh);
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    morphAttributes(old, fresh);
    if (old.nodeName === "SELECT") morphOptions(old, fresh);
    else if (isOpenInside(old)) morphChildren(old, fresh);
  } else if (old.nodeValue !== fresh.nodeValue) {
    old.nodeValue = fresh.nodeValue;
  }
}

export function morphChildren(old, fresh) {
  const wanted = new Set([...fresh.children].map((child) => child.id).filter(Boolean));
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const match = matchOf(child, place, old);
    if (!match) {
      old.insertBefore(child, place);
      continue;
    }
    place = droppedUpTo(match, place, wanted);
    if (match === place) place = place.nextSibling;
    else old.insertBefore(match, place);
    morph(match, child);
  }
  droppedUpTo(null, place, new Set());
}

/** There may be more to choose from; what somebody has chosen stays. */
function morphOptions(old, fresh) {
  const { value } = old;
  morphChildren(old, fresh);
  old.value = value;
}

/** What is no longer wanted goes first, because an element that is moved instead loses its scroll position and focus. */
function droppedUpTo(match, place, wanted) {
  while (place && place !== match && !wanted.has(place.id)) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
  return place;
}

function matchOf(child, place, parent) {
  if (child.id) {
    const same = place?.id === child.id ? place : document.getElementById(child.id);
    return same?.parentNode === parent ? same : null;
  }
  if (!place || place.id || place.nodeName !== child.nodeName) return null;
  return place;
}

function morphAttributes(old, fresh) {
  for (const { name, value } of [...fresh.attributes]) {
    if (!isKept(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!KEPT.has(name) && !fresh.hasAttribute(name) && name !== "title") old.removeAttribute(name);
  }
}

/** What the element has never had is news: a span without children gets the first, and can be folded from then on. */
function isKept(old, name) {
  return KEPT.has(name) && (old.hasAttribute(name) || SWITCHES.has(name));
}

function isOpenInside(element) {
  if (element.hasAttribute("data-island") || element.nodeName === "LOCAL-TIME") return false;
  return element.nodeName !== "INPUT";
}
