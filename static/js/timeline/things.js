import { offsetText } from "../offset-text.js";
import { notesOf } from "./draw-turns.js";
import { wordsOfLog } from "./mark-words.js";
import { announcement, spanSelection } from "./selection.js";
import { keyOf } from "./span-store.js";
import { durationText } from "./time-text.js";

/** Between the page's selection, which names things, and the timeline's model, which has them. */

/** @typedef {import("../page-selection.js").Thing} Thing */

/** @returns {Thing} */
export function thingOfSpan(span) {
  return { kind: "span", id: `${span.trace_id}-${span.span_id}` };
}

/** Where the lanes have it; null if they have not. @returns {import("./selection.js").Selection|null} */
export function selectionOf(model, thing) {
  if (thing?.kind === "span") return spanNamed(model, thing.id);
  if (thing?.kind === "turn") return { turn: Number(thing.id) };
  const log = thing?.kind === "log" && model.logs.byKey(thing.id);
  return log ? { turn: log.turn, log: log.index } : null;
}

function spanNamed(model, id) {
  const [traceId, spanId] = id.split("-");
  const row = model.spans.rowOf(keyOf({ trace_id: traceId, span_id: spanId }));
  return row === undefined ? null : spanSelection(model, row);
}

/** The time that it takes. What has none of its own has no stretch. @returns {{startMs: number, endMs: number}|null} */
export function stretchOf(model, thing) {
  const found = selectionOf(model, thing);
  if (!found) return null;
  if (found.row !== undefined) return spanStretch(model, found.row);
  if (found.log !== undefined) return momentStretch(model.logs.get(found.log));
  const turn = model.turns.find(({ index }) => index === found.turn);
  return turn ? { startMs: turn.start_ms, endMs: turn.end_ms } : null;
}

const spanStretch = ({ spans, endMs }, row) => ({ startMs: spans.startMs[row], endMs: Math.min(spans.endMs[row], endMs) });
const momentStretch = ({ at_ms: ms }) => ({ startMs: ms, endMs: ms });

/** What a link names, if this session has it. @param {import("./deep-link.js").Place} place @returns {Thing|null} */
export function thingAt(model, { span, turn, log, raw }) {
  const row = span ? model.spans.rowOfId(span) : undefined;
  if (row !== undefined) return thingOfSpan(model.spans.records[row]);
  if (log && model.logs.byKey(log)) return { kind: "log", id: log };
  if (model.turns.some(({ index }) => index === turn)) return { kind: "turn", id: String(turn) };
  return raw ? { kind: "raw", id: raw } : null;
}

/** What a screen reader says when it is selected. */
export function announcementOf(model, found) {
  if (!found) return "";
  if (found.row !== undefined) return announcement(model, found.row);
  if (found.log !== undefined) return logAnnouncement(model.logs.get(found.log));
  const turn = model.turns.find(({ index }) => index === found.turn);
  return turn ? turnAnnouncement(turn) : "";
}

function logAnnouncement(log) {
  return [log.severity_text || "log line", `at ${offsetText(log.at_ms, 2)}`, wordsOfLog(log)].join(", ");
}

function turnAnnouncement(turn) {
  const { e2e_ms: e2eMs } = turn.latency;
  const answer = e2eMs === null ? "" : `answer after ${durationText(e2eMs)}`;
  return [`turn ${turn.index}`, `at ${offsetText(turn.start_ms, 2)}`, answer, ...notesOf(turn)].filter(Boolean).join(", ");
}
