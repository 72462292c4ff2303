import { offsetText } from "../offset-text.js";
import { notesOf } from "./draw-turns.js";
import { stretchAt } from "./draw-waveform.js";
import { SPAN_LANES } from "./lane-names.js";
import { clockText, durationText } from "./time-text.js";

const MOST_RUNNING = 4;

/**
 * What a card says about something on the timeline.
 * @typedef {{title: string, kind: string, rows: [string, string][], isBad: boolean}} CardWords
 */

/** @returns {CardWords} */
export function spanWords(model, row) {
  const span = model.spans.records[row];
  const rows = [["Start", offsetText(span.start_ms, 2)], ["Duration", lastsText(span)]];
  const first = span.lane === "tts" ? "First byte after" : "First token after";
  if (span.first_ms !== null) rows.push([first, durationText(span.first_ms)]);
  if (span.is_error) rows.push(["Failed", span.error || "without a reason"]);
  return { title: span.label || span.name, kind: kindText(span.name, span.turn, span.label), rows, isBad: span.is_error };
}

const lastsText = (span) => (span.end_ms === null ? "still running" : durationText(span.end_ms - span.start_ms));
const kindText = (name, turn, label) => [label && name, turn && `turn ${turn}`].filter(Boolean).join(" · ");

/** @returns {CardWords} */
export function turnWords(model, turn) {
  const answer = model.answers.find((one) => one.turn.index === turn.index);
  const rows = [["Start", offsetText(turn.start_ms, 2)]];
  rows.push(["Answer after", answer && !answer.isMissing ? durationText(answer.e2eMs) : missingText(turn)]);
  if (turn.latency.measured_ms) rows.push(["Heard in the sound", durationText(turn.latency.measured_ms)]);
  if (answer?.isSlow && answer.reason) rows.push(["Because", answer.reason]);
  if (turn.user_text) rows.push(["User", turn.user_text]);
  if (turn.answer_text) rows.push([turn.agent || "Agent", turn.answer_text]);
  return { title: `Turn ${turn.index}`, kind: notesOf(turn).join(" · "), rows, isBad: turn.failed || turn.no_answer };
}

const missingText = (turn) => (turn.failed || turn.no_answer ? "no answer" : "–");

/** @returns {CardWords} */
export function logWords(log) {
  const text = typeof log.body === "string" ? log.body : JSON.stringify(log.body);
  const rows = [["At", offsetText(log.at_ms, 2)], ["Logger", log.logger || "–"]];
  return { title: text || "–", kind: log.severity_text || "", rows, isBad: log.severity_number >= 17 };
}

/** @returns {CardWords} */
export function errorWords(error) {
  const rows = [["At", offsetText(error.at_ms, 2)]];
  if (error.error_type) rows.push(["Type", error.error_type]);
  if (error.recovered !== null) rows.push(["A later attempt", error.recovered ? "succeeded" : "did not help"]);
  const what = `${error.kind} error`;
  return { title: error.message || what, kind: kindText(what, error.turn, true), rows, isBad: true };
}

/** What happened at this moment, over all lanes. @returns {CardWords} */
export function momentWords(model, ms) {
  const rows = [];
  const agent = model.agents.findLast((one) => one.start_ms <= ms && (one.end_ms === null || one.end_ms >= ms));
  if (agent) rows.push(["Agent", agent.agent]);
  const turn = model.turnAt(ms);
  if (turn) rows.push(["Turn", String(turn.index)]);
  const speaker = speakers(model, ms);
  if (speaker) rows.push(["Speaks", speaker]);
  const silence = model.answers.find((one) => one.fromMs <= ms && ms < one.toMs);
  if (silence) rows.push(silenceRow(silence));
  for (const running of runningAt(model, ms)) rows.push(running);
  return { title: offsetText(ms, 2), kind: clockText(model.startUnixMs + ms, 1), rows, isBad: false };
}

function speakers(model, ms) {
  const speaking = ["user", "agent"].filter((who) => stretchAt(model.speaking[who], ms));
  return speaking.join(" and ");
}

function silenceRow({ isMissing, e2eMs, fromMs, toMs }) {
  return isMissing ? ["No answer for", durationText(toMs - fromMs)] : ["Silence of", durationText(e2eMs)];
}

function runningAt({ lanes, spans }, ms) {
  const running = [];
  for (const [name, lane] of lanes) {
    for (const laneRow of lane.stack) {
      const row = laneRow.rows[laneRow.from(ms)];
      if (row === undefined || spans.startMs[row] > ms) continue;
      running.push([SPAN_LANES[name].name, spans.records[row].label || spans.records[row].name]);
    }
  }
  return running.slice(0, MOST_RUNNING);
}
