import assert from "node:assert/strict";
import { test } from "node:test";

import { laneLayout } from "../../../static/js/timeline/lane-layout.js";
import { SpanStore } from "../../../static/js/timeline/span-store.js";
import { span } from "./fakes.js";

function layoutOf(...spans) {
  const store = new SpanStore();
  store.show(spans);
  return { lanes: laneLayout(store), store };
}

const levels = (lane) => lane.stack.map(({ rows }) => rows);

test("spans that follow one another share a row", () => {
  const { lanes } = layoutOf(span("a", "tools", 0, 10), span("b", "tools", 10, 20));

  assert.deepEqual(levels(lanes.get("tools")), [[0, 1]]);
});

test("spans that overlap are stacked", () => {
  const { lanes } = layoutOf(span("a", "tools", 0, 10), span("b", "tools", 5, 20), span("c", "tools", 12, 14));

  assert.deepEqual(levels(lanes.get("tools")), [[0, 2], [1]]);
});

test("only spans that overlap share the height; one that stands alone has all of it", () => {
  const { lanes } = layoutOf(span("a", "tools", 0, 10), span("b", "tools", 5, 20), span("alone", "tools", 50, 60));
  const { places } = lanes.get("tools");

  assert.deepEqual([0, 1, 2].map((row) => places.get(row).levels), [2, 2, 1]);
});

test("more than four at once share the last row", () => {
  const { lanes } = layoutOf(...[0, 1, 2, 3, 4, 5].map((at) => span("a", "other", at, 100)));

  assert.deepEqual(levels(lanes.get("other")), [[0], [1], [2], [3, 4, 5]]);
});

test("late and unordered spans are laid out by time", () => {
  const { lanes } = layoutOf(span("late", "stt", 50, 60), span("early", "stt", 0, 10));

  assert.deepEqual(levels(lanes.get("stt")), [[1, 0]]);
});

test("of a call only the outermost span is shown", () => {
  const node = span("llm_node", "llm", 0, 100);
  const request = span("llm_request", "llm", 1, 99, { parent_span_id: node.span_id });
  const { lanes } = layoutOf(node, request);

  assert.deepEqual(levels(lanes.get("llm")), [[0]]);
});

test("an attempt that failed inside a call that succeeded is shown over it", () => {
  const node = span("llm_node", "llm", 0, 100);
  const run = span("llm_request_run", "llm", 1, 20, { parent_span_id: node.span_id, is_error: true });
  const { lanes } = layoutOf(node, run);

  assert.deepEqual(lanes.get("llm").failedInside.rows, [1]);
});

test("when the whole call failed its parts add nothing", () => {
  const node = span("llm_node", "llm", 0, 100, { is_error: true });
  const run = span("llm_request_run", "llm", 1, 20, { parent_span_id: node.span_id, is_error: true });

  assert.deepEqual(layoutOf(node, run).lanes.get("llm").failedInside.rows, []);
});

test("a span whose parent is missing is shown as if it had none", () => {
  const { lanes } = layoutOf(span("llm_request", "llm", 0, 10, { parent_span_id: "gone" }));

  assert.deepEqual(levels(lanes.get("llm")), [[0]]);
});

test("a customer's own spans are all shown, children below their parents", () => {
  const parent = span("GET /slots", "other", 0, 100);
  const child = span("SELECT", "other", 0, 50, { parent_span_id: parent.span_id });

  assert.deepEqual(levels(layoutOf(child, parent).lanes.get("other")), [[1], [0]]);
});

test("lanes without a span are absent, and structural spans are no lane", () => {
  const { lanes } = layoutOf(span("job_entrypoint", "session", 0, 10), span("user_turn", "turns", 0, 10));

  assert.equal(lanes.size, 0);
});

test("the first span on screen is found by halving, a long one before it included", () => {
  const { lanes } = layoutOf(span("long", "tools", 0, 1000), span("b", "tools", 1000, 1010), span("c", "tools", 2000, 2010));
  const [row] = lanes.get("tools").stack;

  assert.deepEqual([row.from(500), row.from(1005), row.from(3000)], [0, 1, 3]);
});

test("a name may reach to the next span on its level or to the next cluster", () => {
  const { lanes } = layoutOf(span("a", "tools", 0, 10), span("b", "tools", 5, 20), span("next", "tools", 50, 60));
  const { places } = lanes.get("tools");

  assert.deepEqual([0, 1, 2].map((row) => places.get(row).nextMs), [50, 50, Infinity]);
});

test("a span that was taken back leaves no trace", () => {
  const store = new SpanStore();
  const gone = span("a", "tools", 0, 10);
  store.show([gone, span("b", "tools", 2, 3)]);

  store.show([store.records[1]]);

  assert.deepEqual(laneLayout(store).get("tools").inOrder, [1]);
});
