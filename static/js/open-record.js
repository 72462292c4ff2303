/** Opens in the Details pane what was chosen on the timeline, as if its row had been clicked. */

export function openSpan({ traceId, spanId }) {
  const key = `${traceId}-${spanId}`;
  open({ rowId: `span-${key}`, address: `spans/${key}/`, tabId: "tab-spans" });
}

export function openLog({ index }) {
  open({ rowId: `log-${index}`, address: `logs/${index}/`, tabId: "tab-logs" });
}

/** The tab of this name, also where records and transcript take turns. */
export function openTab(name) {
  const tab = document.getElementById(`tab-${name}`);
  document.querySelector("view-switch [data-show=records]")?.click();
  tab.closest("tab-list").choose(tab);
  tab.scrollIntoView({ block: "nearest" });
}

/** A row may be missing: filtered out, not loaded yet, or newer than the table. */
function open({ rowId, address, tabId }) {
  const tab = document.getElementById(tabId);
  tab?.closest("tab-list").choose(tab);
  const row = document.getElementById(rowId);
  if (!row) {
    window.htmx.ajax("GET", address, { target: "#details", swap: "innerHTML" });
    return;
  }
  row.hidden = false;
  row.closest("span-tree, record-rows").open(row);
  row.scrollIntoView({ block: "nearest" });
}
