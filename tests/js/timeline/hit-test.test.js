import assert from "node:assert/strict";
import { test } from "node:test";

import { hitAt, laneAt } from "../../../static/js/timeline/hit-test.js";
import { errorWords, logWords, spanWords, turnWords, waitWords } from "../../../static/js/timeline/mark-words.js";
import { momentWords } from "../../../static/js/timeline/moment.js";
import { announcement, spanBeside, spanInNextLane, spanSelection } from "../../../static/js/timeline/selection.js";
import { cellsOf, pageAt, tableRows } from "../../../static/js/timeline/span-table.js";
import { box, failure, log, modelOf, sceneOf, span, turn } from "./fakes.js";

const BOXES = {
  minimap: box(0, 40), ruler: box(40, 30), turns: box(70, 24), user: box(94, 50), response: box(144, 50), llm: box(194, 22), tools: box(216, 37), logs: box(253, 22), eou: box(275, 30),
};

function model() {
  const node = span("llm_node", "llm", 1000, 2000, { label: "gpt-4o", turn: 1, first_ms: 250 });
  return modelOf({
    spans: [
      node,
      span("llm_request_run", "llm", 1100, 1110, { parent_span_id: node.span_id, is_error: true, error: "overloaded" }),
      span("function_tool", "tools", 3000, 3500, { label: "book" }),
      span("function_tool", "tools", 3100, 3600, { label: "pay" }),
      span("tts_node", "tts", 5000, null),
    ],
    turns: [turn(1, 500, 4000, { user_text: "Hi", answer_text: "Hello", latency: { e2e_ms: 1500, reason: "slow model", measured_ms: 1480 } })],
    logs: [log(0, 6000, 9, "fine"), log(1, 6010, 17, { code: 5 })],
    errors: [failure("tts", 8000, { message: "no voice", recovered: true, turn: 1 })],
    agents: [{ agent: "desk", start_ms: 0, end_ms: null }],
    speeches: [{ speech_id: "s", speaking: [{ start_ms: 2100, end_ms: 3900 }] }],
  });
}

const at = (x, y, given = model()) => hitAt(sceneOf(given, { boxes: BOXES }), x, y);

test("a height is in one lane or in none", () => {
  assert.deepEqual([0, 39, 40, 200, 999].map((y) => laneAt(BOXES, y)), ["minimap", "minimap", "ruler", "llm", null]);
});

test("a span is hit on itself and a little beside it", () => {
  assert.deepEqual(at(150, 205), { kind: "span", row: 0 });
  assert.deepEqual(at(203, 205), { kind: "span", row: 0 });
  assert.deepEqual(at(230, 205), { kind: "moment" });
});

test("what failed inside a call lies on top of it", () => assert.deepEqual(at(111, 205), { kind: "span", row: 1 }));

test("of stacked spans the one at the pointer's height is hit", () => {
  assert.deepEqual([at(330, 222), at(330, 248)], [{ kind: "span", row: 2 }, { kind: "span", row: 3 }]);
});

test("a turn is hit in its lane, and by its bar on the meter", () => {
  assert.equal(at(300, 80).turn.index, 1);
  assert.equal(at(100, 160).turn.index, 1);
  assert.deepEqual(at(900, 80), { kind: "moment" });
});

test("of log marks that lie together the loudest is hit", () => assert.deepEqual(at(601, 260), { kind: "log", index: 1 }));

test("a failure that no log tells is hit too", () => assert.equal(at(800, 260).error.message, "no voice"));

const WAIT = {
  start_ms: 600, end_ms: 900, decided_ms: 850, outcome: "user_resumed", source: "vad", endpointing_delay_ms: 2500, probability: 0.05,
  threshold: 0.15, span_id: "e1",
};

test("a wait for the end of a turn is hit by its bar and by its dot", () => {
  const given = modelOf({ turns: [turn(1, 500, 4000, { end_of_turn: [WAIT, { ...WAIT, start_ms: 2000, end_ms: 2100, decided_ms: null }] })] });

  assert.deepEqual([at(75, 290, given).wait.start_ms, at(206, 290, given).wait.start_ms], [600, 2000]);
  assert.equal(at(75, 290, given).turn.index, 1);
  assert.deepEqual(at(300, 290, given), { kind: "moment" });
});

test("the card of a wait tells probability against threshold, how long it was and what came of it", () => {
  const { kind, rows } = waitWords({ turn: turn(11, 500, 4000), wait: WAIT });

  assert.equal(kind, "turn 11");
  assert.deepEqual(rows, [
    ["Sure that it ended", "0.05, below the threshold of 0.15"], ["Start", "0:00.60"], ["Waited", "300 ms"], ["Endpointing delay", "2.50 s"],
    ["Decided by", "vad"], ["Then", "the user went on"],
  ]);
  assert.deepEqual(waitWords({ turn: turn(1, 0, 9), wait: { ...WAIT, probability: null } }).rows[0], ["Sure that it ended", "–"]);
});

test("overview and ruler are for moving about", () => {
  assert.deepEqual([at(5, 5).kind, at(5, 50).kind, at(5, 100).kind], ["minimap", "ruler", "moment"]);
});

test("the card of a span names it, its duration and its first token", () => {
  assert.deepEqual(spanWords(model(), 0), {
    title: "gpt-4o", kind: "llm_node · turn 1", isBad: false,
    rows: [["Start", "0:01.00"], ["Duration", "1.00 s"], ["First token after", "250 ms"]],
  });
});

test("the card of a failed or a running span says so", () => {
  assert.deepEqual(spanWords(model(), 1).rows.at(-1), ["Failed", "overloaded"]);
  assert.deepEqual(spanWords(model(), 4).rows[1], ["Duration", "still running"]);
});

test("the card of a turn tells words, silence and reason, and what was heard in the sound", () => {
  const given = model();

  const { rows } = turnWords(given, given.turns[0]);

  assert.deepEqual(rows.slice(1), [
    ["Answer after", "1.50 s"], ["Heard in the sound", "1.48 s"], ["Because", "slow model"], ["User", "Hi"], ["desk", "Hello"],
  ]);
});

test("a missing figure is a dash, a missing answer is none", () => {
  const given = modelOf({ turns: [turn(1, 0, 9), turn(2, 10, 20, { no_answer: true })] });

  assert.deepEqual(given.turns.map((one) => turnWords(given, one).rows[1][1]), ["–", "no answer"]);
});

test("bodies of log lines that are no text are told as they are", () => assert.equal(logWords(log(1, 5, 17, { code: 5 })).title, '{"code":5}'));

test("the card of a failure says whether a later attempt succeeded", () => {
  assert.deepEqual(errorWords(model().errors[0]).rows.at(-1), ["A later attempt", "succeeded"]);
});

test("a moment tells agent, turn, speaker, silence and what ran", () => {
  assert.deepEqual(momentWords(model(), 1500, 100).rows, [["Agent", "desk"], ["Turn", "1"], ["Silence of", "1.50 s"], ["LLM", "gpt-4o"]]);
  assert.deepEqual(momentWords(model(), 550, 100).rows[2], ["Speaks", "user"]);
});

test("a moment tells which part of the silence it is, and how sure the end of the turn was", () => {
  const latency = { e2e_ms: 1500, parts: [{ kind: "llm", start_ms: 600, end_ms: 1100 }, { kind: "tts", start_ms: 1100, end_ms: 2100 }] };
  const given = modelOf({ turns: [turn(1, 500, 4000, { latency, end_of_turn: [WAIT] })] });

  assert.deepEqual(momentWords(given, 1000, 200).rows, [
    ["Turn", "1"], ["Silence of", "1.50 s"], ["Part", "LLM, 500 ms"], ["Turn end", "0.05, below the threshold of 0.15"],
  ]);
  assert.deepEqual(momentWords(given, 2000, 200).rows.at(-1), ["Part", "TTS, 1.00 s"]);
});

test("a moment tells logs and failures near it, the loudest first", () => {
  assert.deepEqual(momentWords(model(), 6005, 100).rows.slice(-2), [["Log", '{"code":5}'], ["Log", "fine"]]);
  assert.deepEqual(momentWords(model(), 8050, 100).rows.at(-1), ["Error", "no voice"]);
  assert.deepEqual(momentWords(model(), 7000, 100).rows, [["Agent", "desk"], ["TTS", "tts_node"]]);
});

test("a moment tells who cut in and who took over", () => {
  const given = modelOf({ interruptions: [{ at_ms: 900, turn: 3 }], handoffs: [{ at_ms: 1100, old_agent: "desk", new_agent: "billing" }] });

  assert.deepEqual(momentWords(given, 1000, 150).rows, [["Cut off", "the answer of turn 3"], ["Handoff", "desk → billing"]]);
  assert.deepEqual(momentWords(given, 2000, 150).rows, []);
});

test("of many lines at one moment the card shows three and tells how many more", () => {
  const given = modelOf({ logs: Array.from({ length: 9 }, (_, index) => log(index, 1000 + index, 9, `line ${index}`)) });

  assert.deepEqual(momentWords(given, 1000, 100).rows.slice(-2), [["Log", "line 2"], ["Logs", "6 more"]]);
});

test("arrow keys go from span to span of a lane, and stop at its end", () => {
  const given = model();
  const first = spanSelection(given, 2);

  assert.deepEqual([spanBeside(given, first, 1, 0), spanBeside(given, spanSelection(given, 3), 1, 0)], [3, null]);
});

test("from nothing the arrow selects what is nearest to the playhead", () => assert.equal(spanBeside(model(), null, 1, 4000), 0));

test("Tab goes to the span nearest in time in the next lane, and leaves after the last", () => {
  const given = model();

  assert.equal(spanInNextLane(given, null, 1, 0), 0);
  assert.equal(spanInNextLane(given, spanSelection(given, 0), 1, 0), 4);
  assert.equal(spanInNextLane(given, spanSelection(given, 4), 1, 0), 3);
  assert.equal(spanInNextLane(given, spanSelection(given, 3), 1, 0), null);
  assert.equal(spanInNextLane(given, spanSelection(given, 0), -1, 0), null);
});

test("from a span of no lane the arrow goes to what is nearest to it", () => {
  const given = modelOf({ spans: [span("eou_wait", "eou", 900, 950), span("a", "llm", 0, 10), span("b", "llm", 800, 810)] });

  assert.equal(spanBeside(given, spanSelection(given, 0), 1, 0), 2);
});

test("a selection is announced in words", () => {
  assert.equal(announcement(model(), 0), "llm_node gpt-4o, LLM, at 0:01.00, lasts 1.00 s, turn 1");
  assert.equal(announcement(model(), 1), "llm_request_run, LLM, failed, at 0:01.10, lasts 10 ms");
});

test("the table has the same spans in order of time", () => {
  const given = model();

  assert.deepEqual(tableRows(given), [0, 1, 2, 3, 4]);
  assert.deepEqual(cellsOf(given, 1), ["0:01.10", "llm_request_run", "LLM", "10 ms", "–", "failed"]);
  assert.deepEqual(cellsOf(given, 4)[3], "still running");
});

test("the table opens where the playhead is, also behind the last span", () => {
  const given = modelOf({ spans: Array.from({ length: 250 }, (_, at) => span("a", "llm", at * 10, at * 10 + 5)) });
  const rows = tableRows(given);

  assert.deepEqual([0, 1005, 999_999].map((ms) => pageAt(given, rows, ms)), [0, 1, 2]);
});
