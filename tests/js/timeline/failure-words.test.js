import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { failureWords, whySpanFailed } from "../../../static/js/timeline/failure-words.js";
import { errorWords, spanWords } from "../../../static/js/timeline/mark-words.js";
import { TimelineModel } from "../../../static/js/timeline/timeline-model.js";
import { failure, session, span } from "./fakes.js";

const CASES = JSON.parse(readFileSync(new URL("../../pages/failure_words.json", import.meta.url), "utf8"));
const TOOL = span("function_tool", "tools", 1, 5, { label: "look", is_error: true, error: "tool_error" });

for (const { case: name, text, words, rest } of CASES) {
  test(`of an error its message is read apart from the rest: ${name}`, () => {
    assert.deepEqual(failureWords(text), { text: words, rest });
  });
}

test("a failed tool is told by its exception's class and message", () => {
  const told = { message: "look: backend is down", error_type: "RuntimeError", span_ids: [TOOL.span_id] };
  const model = new TimelineModel();
  model.show(session({ spans: [TOOL], errors: [failure("tool", 5, told)] }));

  assert.deepEqual(spanWords(model, 0).rows.at(-1), ["Failed", "RuntimeError: backend is down"]);
});

test("a failed tool without an exception is told by its own words", () => {
  const told = { message: "look: closed: come again", error_type: "tool_error", span_ids: [TOOL.span_id] };

  assert.equal(whySpanFailed(TOOL, [failure("tool", 5, told)]), "closed: come again");
});

test("a failed tool of which nothing is told says so", () => {
  const told = { message: "look: ", error_type: "tool_error", span_ids: [TOOL.span_id] };

  assert.equal(whySpanFailed(TOOL, [failure("tool", 5, told)]), "failed without a reason");
  assert.equal(whySpanFailed(TOOL, []), "without a reason");
});

test("the card of an error says its message, and no class that tells nothing", () => {
  const llm = errorWords(failure("llm", 5, { message: "message='gone', status_code=503, retryable=True" }));
  const tool = errorWords(failure("tool", 5, { message: "look: closed", error_type: "tool_error" }));

  assert.equal(llm.title, "gone");
  assert.deepEqual(tool.rows.map(([name]) => name), ["At"]);
});
