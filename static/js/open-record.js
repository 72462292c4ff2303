import { selection } from "./page-selection.js";

/** Selects it with its Details, whether or not it has a row on the page. */
export function openSpan({ traceId, spanId }) {
  selection.select({ kind: "span", id: `${traceId}-${spanId}` }, { isOpening: true });
}

export function openLog({ key }) {
  selection.select({ kind: "log", id: key }, { isOpening: true });
}

/** The tab of this name, also where records and transcript take turns. */
export function openTab(name) {
  const tab = document.getElementById(`tab-${name}`);
  document.querySelector("view-switch")?.show("records");
  tab.closest("tab-list").choose(tab);
  tab.scrollIntoView({ block: "nearest" });
}

/** Of the tree, only the spans of this turn. */
export function filterSpans({ turn }) {
  const choice = document.getElementById("span-turn");
  openTab("spans");
  choice.value = String(turn);
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}
