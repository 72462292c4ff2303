import { offsetText } from "../offset-text.js";
import { notesOf } from "./draw-turns.js";
import { classTold, failureWords, whySpanFailed } from "./failure-words.js";
import { durationText } from "./time-text.js";

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
  if (span.is_error) rows.push(["Failed", whySpanFailed(span, model.errors)]);
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

const WAIT_OUTCOMES = { committed: "the turn ended", user_resumed: "the user went on", dropped: "dropped" };

/** A wait for the end of the user's turn. @returns {CardWords} */
export function waitWords({ turn, wait }) {
  const rows = [["Start", offsetText(wait.start_ms, 2)], ["Waited", durationText(wait.end_ms - wait.start_ms)]];
  rows.unshift(["Sure that it ended", surenessText(wait)]);
  if (wait.endpointing_delay_ms !== null) rows.push(["Endpointing delay", durationText(wait.endpointing_delay_ms)]);
  if (wait.source) rows.push(["Decided by", wait.source]);
  const then = WAIT_OUTCOMES[wait.outcome] ?? wait.outcome;
  if (then) rows.push(["Then", then]);
  return { title: "Waiting for the end of the turn", kind: `turn ${turn.index}`, rows, isBad: false };
}

/** "0.05, below the threshold of 0.15" */
export function surenessText({ probability, threshold }) {
  if (probability === null) return "–";
  const sure = probability.toFixed(2);
  if (threshold === null) return sure;
  return `${sure}, ${probability < threshold ? "below" : "above"} the threshold of ${threshold.toFixed(2)}`;
}

/** @returns {CardWords} */
export function logWords(log) {
  const rows = [["At", offsetText(log.at_ms, 2)], ["Logger", log.logger || "–"]];
  return { title: wordsOfLog(log), kind: log.severity_text || "", rows, isBad: log.severity_number >= 17 };
}

export function wordsOfLog({ body }) {
  return (typeof body === "string" ? body : JSON.stringify(body)) || "–";
}

/** @returns {CardWords} */
export function errorWords(error) {
  const rows = [["At", offsetText(error.at_ms, 2)]];
  if (classTold(error.error_type)) rows.push(["Type", error.error_type]);
  if (error.recovered !== null) rows.push(["A later attempt", error.recovered ? "succeeded" : "did not help"]);
  const what = `${error.kind} error`;
  return { title: failureWords(error.message).text || what, kind: kindText(what, error.turn, true), rows, isBad: true };
}
