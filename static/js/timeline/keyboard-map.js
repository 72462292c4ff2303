/** Key → action, everywhere on the page but where someone types. */
const ANYWHERE = {
  " ": "play",
  k: "turn-previous",
  j: "turn-next",
  n: "issue-next",
  p: "issue-previous",
  ArrowLeft: "step-back",
  ArrowRight: "step-on",
  "+": "zoom-in",
  "=": "zoom-in",
  "-": "zoom-out",
  "−": "zoom-out",
  0: "fit",
  f: "follow-all",
  l: "live-edge",
  1: "mute-user",
  2: "mute-agent",
  t: "table",
  "/": "search",
  "?": "help",
  Escape: "close",
};

/** Only while the lanes have the focus. */
const IN_LANES = {
  ArrowUp: "span-previous",
  ArrowDown: "span-next",
  Tab: "lane-next",
  "Shift+Tab": "lane-previous",
  Enter: "details",
  Home: "to-start",
  End: "to-end",
};

/** What the help shows, in its order: keys and what they do. */
export const HELP = [
  { keys: ["Space"], does: "Play or pause" },
  { keys: ["←", "→"], does: "Two seconds back, on" },
  { keys: ["J", "K"], does: "Next, previous turn" },
  { keys: ["N", "P"], does: "Next, previous issue" },
  { keys: ["+", "−"], does: "Zoom in, out" },
  { keys: ["0"], does: "The whole session" },
  { keys: ["F"], does: "Follow the playhead" },
  { keys: ["L"], does: "To the live edge" },
  { keys: ["1", "2"], does: "Mute the user, the agent" },
  { keys: ["T"], does: "Spans as a table" },
  { keys: ["/"], does: "Search the session" },
  { keys: ["↑", "↓"], does: "In the lanes: previous, next span" },
  { keys: ["Tab"], does: "In the lanes: next lane" },
  { keys: ["Enter"], does: "In the lanes: details" },
  { keys: ["Esc"], does: "Close" },
  { keys: ["?"], does: "This list" },
];

const MODIFIED = ["ctrlKey", "metaKey", "altKey"];
const TYPING = "input:not([type=range]), textarea, select, [contenteditable]";
/** What uses a key itself: a button its Space, a list its arrows. */
const OWN_SPACE = `${TYPING}, button, summary, a, [role=tab]`;
const OWN_ARROWS = `${TYPING}, input, [role=tab], [role=treegrid] *, tr, [role=dialog] *, dialog *`;

/**
 * The action for a key press, or null.
 *
 * @param {{key: string, shiftKey?: boolean, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, target?: any}} press
 * @param {{isInLanes: boolean}} place
 * @returns {string|null}
 */
export function actionFor(press, { isInLanes }) {
  if (MODIFIED.some((modifier) => press[modifier])) return null;
  if (isInLanes) {
    const action = IN_LANES[press.shiftKey && press.key === "Tab" ? "Shift+Tab" : press.key];
    if (action) return action;
  }
  if (isOwnKey(press)) return null;
  return ANYWHERE[press.key.length === 1 ? press.key.toLowerCase() : press.key] ?? null;
}

function isOwnKey({ key, target }) {
  const within = (selector) => Boolean(target?.closest?.(selector));
  if (key === " ") return within(OWN_SPACE);
  if (key.startsWith("Arrow")) return within(OWN_ARROWS);
  return within(TYPING);
}
