import { openLog, openSpan } from "../open-record.js";

const LEAD = { words: toLine, span: toSpan, log: toLog };

/** Shows a hit where it stands: in the transcript, or on the timeline with its details. @param {import("./hits.js").Hit} hit */
export function leadTo(hit) {
  document.querySelector("view-switch")?.show(hit.kind === "words" ? "transcript" : "records");
  document.querySelector("session-timeline").seek(hit.at_ms);
  LEAD[hit.kind](hit);
}

/** Marks the line of a hit in the transcript, and no other. @param {import("./hits.js").Hit|null} hit */
export function markLine(hit) {
  document.querySelector("[data-hit-line]")?.removeAttribute("data-hit-line");
  if (hit?.kind === "words") lineOf(hit)?.setAttribute("data-hit-line", "");
}

function lineOf({ key }) {
  return document.getElementById(`line-${key}`);
}

/** What a call was given and gave is folded away until someone looks for it. */
function toLine(hit) {
  const line = lineOf(hit);
  const call = line?.querySelector("details");
  if (call && hit.place) call.open = true;
  line?.closest("transcript-list").reveal(line);
}

function toSpan({ key }) {
  const [traceId, spanId] = key.split("-");
  openSpan({ traceId, spanId });
}

function toLog({ key }) {
  openLog({ key });
}
