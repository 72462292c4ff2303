const FIRST_WAIT_MS = 3000;
const LONGEST_WAIT_MS = 60_000;

const asking = new WeakSet();

/**
 * For htmx:responseError and htmx:sendError. A part of the page that comes after it (`data-later` names it, `later:again` asks
 * for it) and did not come: that is said in its place, and it is asked for again until something has taken the place.
 */
export function askAgain({ target: part }) {
  if (!part.matches("[data-later]") || asking.has(part)) return;
  asking.add(part);
  tell(part);
  askIn(part, FIRST_WAIT_MS);
}

function tell(part) {
  const words = document.createElement("p");
  words.className = "panel__empty";
  words.textContent = `${part.dataset.later} could not be loaded. Trying again …`;
  part.replaceChildren(words);
  part.hidden = false;
}

function askIn(part, waitMs) {
  setTimeout(() => {
    if (!part.isConnected) return;
    part.dispatchEvent(new Event("later:again"));
    askIn(part, Math.min(LONGEST_WAIT_MS, waitMs * 2));
  }, waitMs);
}
