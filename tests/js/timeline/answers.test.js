import assert from "node:assert/strict";
import { test } from "node:test";

import { answersOf, meterScaleMs } from "../../../static/js/timeline/answers.js";
import { nextIssue, nextTurn } from "../../../static/js/timeline/issues.js";
import { failure, modelOf, turn } from "./fakes.js";

const options = { targetMs: 1200, slowestTurn: 2, untilMs: 10_000 };
const answered = (index, startMs, e2eMs) => turn(index, startMs, startMs + 900, { latency: { e2e_ms: e2eMs } });

test("an answer is slow beyond the target, and the slowest is the worst", () => {
  const answers = answersOf([answered(1, 0, 1200), answered(2, 1000, 1500), answered(3, 3000, 1300)], options);

  assert.deepEqual(answers.map(({ isSlow, isWorst }) => [isSlow, isWorst]), [[false, false], [true, true], [true, false]]);
});

test("a silence begins at the user's last word and lasts as long as was measured", () => {
  const [answer] = answersOf([answered(1, 500, 800)], options);

  assert.deepEqual([answer.fromMs, answer.toMs], [600, 1400]);
});

test("where no answer came the silence lasts until the next turn, or as far as the data reach", () => {
  const turns = [turn(1, 0, 500, { no_answer: true }), turn(2, 4000, 4500, { failed: true })];

  const answers = answersOf(turns, options);

  assert.deepEqual(answers.map(({ isMissing, toMs }) => [isMissing, toMs]), [[true, 4000], [true, 10_000]]);
});

test("a turn that still waits for its answer has no silence yet", () => {
  assert.deepEqual(answersOf([turn(1, 0, 500, { outcome: "pending" })], options), []);
});

test("unknown is not slow: without a figure there is no bar", () => {
  assert.deepEqual(answersOf([turn(1, 0, 500, { user_end_ms: null, latency: { e2e_ms: 900 } })], options), []);
});

test("the reason is the timeline's, else the longest part", () => {
  const parts = [{ kind: "llm", start_ms: 0, end_ms: 390 }, { kind: "tts", start_ms: 390, end_ms: 500 }, { kind: "llm", start_ms: 500, end_ms: 510 }];
  const given = { e2e_ms: 510, parts, reason: "the model had to be retried" };

  assert.equal(answersOf([turn(1, 0, 9, { latency: given })], options)[0].reason, "the model had to be retried");
  assert.equal(answersOf([turn(1, 0, 9, { latency: { ...given, reason: "" } })], options)[0].reason, "longest part: LLM, 0.40 s");
});

test("the meter is high enough for the target and the longest answer, but one outlier does not press the rest flat", () => {
  assert.equal(meterScaleMs([], 1200), 1608);
  assert.equal(Math.round(meterScaleMs([{ e2eMs: 1800 }], 1200)), 1944);
  assert.equal(meterScaleMs([{ e2eMs: 20_000 }], 1200), 2400);
});

test("issues are slow, missing and cut-off answers and failures, in order and each moment once", () => {
  const model = modelOf({
    turns: [answered(1, 1000, 1500), turn(2, 5000, 6000, { no_answer: true })],
    interruptions: [{ at_ms: 3000, turn: 1, speech_id: "s", played_ms: null }],
    errors: [failure("llm", 5200), failure("tool", 8000)],
  });

  assert.deepEqual(model.issues.map(({ what, atMs }) => [what, atMs]), [
    ["slow answer", 1100], ["cut off", 3000], ["no answer", 5100], ["tool error", 8000],
  ]);
});

test("the next issue lies after the playhead, the previous one before it, and beyond the last there is none", () => {
  const issues = [{ atMs: 1000 }, { atMs: 5000 }];

  assert.equal(nextIssue(issues, 1000, 1).atMs, 5000);
  assert.equal(nextIssue(issues, 5000, 1), null);
  assert.equal(nextIssue(issues, 5000, -1).atMs, 1000);
});

test("pressed within a moment of a turn's start, previous means the turn before", () => {
  const turns = [turn(1, 0, 900), turn(2, 2000, 2900), turn(3, 4000, 4900)];

  assert.equal(nextTurn(turns, 2100, -1).index, 1);
  assert.equal(nextTurn(turns, 2500, -1).index, 2);
  assert.equal(nextTurn(turns, 2000, 1).index, 3);
});
