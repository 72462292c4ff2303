import assert from "node:assert/strict";
import { test } from "node:test";

import { levelOf, LogStore } from "../../../static/js/timeline/log-store.js";
import { keyOf, SpanStore } from "../../../static/js/timeline/span-store.js";
import { log, span } from "./fakes.js";

test("a span that comes again is brought up to date in its row", () => {
  const store = new SpanStore();
  const first = span("llm_node", "llm", 10, null);
  const row = store.put(first);

  store.put({ ...first, end_ms: 30 });

  assert.deepEqual([store.size, store.endMs[row]], [1, 30]);
});

test("a span without an end reaches on for ever", () => {
  const store = new SpanStore();

  assert.equal(store.endMs[store.put(span("tts_node", "tts", 10, null))], Infinity);
});

test("the same id in two traces is two spans", () => {
  const store = new SpanStore();
  const one = span("a", "other", 0, 1);

  store.put(one);
  store.put({ ...one, trace_id: "cd".repeat(16) });

  assert.equal(store.size, 2);
});

test("columns grow without losing what they hold", () => {
  const store = new SpanStore(2);

  for (let at = 0; at < 9; at += 1) store.put(span("a", "other", at, at + 1));

  assert.deepEqual([...store.startMs.slice(0, 9)], [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a list that comes again adds, changes and takes away what differs", () => {
  const store = new SpanStore();
  const [stays, changes, goes, comes] = [0, 1, 2, 3].map((at) => span(`s${at}`, "llm", at, at + 1));
  store.show([stays, changes, goes]);

  store.show([stays, { ...changes, end_ms: 50 }, comes]);

  assert.deepEqual([stays, changes, goes, comes].map((one) => store.rowOf(keyOf(one))), [0, 1, undefined, 3]);
  assert.equal(store.endMs[1], 50);
  assert.equal(store.records[2], null);
});

test("a parent that has not arrived yet is no problem", () => {
  const store = new SpanStore();
  const child = store.put(span("llm_request", "llm", 0, 1, { parent_span_id: "feed" }));

  assert.equal(store.parentRow(child), undefined);
  const parent = store.put(span("llm_node", "llm", 0, 2, { span_id: "feed" }));
  assert.equal(store.parentRow(child), parent);
});

test("a span is found by its id alone, for links", () => {
  const store = new SpanStore();
  const row = store.put(span("a", "other", 0, 1, { span_id: "cafe" }));

  assert.equal(store.rowOfId("cafe"), row);
  assert.equal(store.rowOfId("none"), undefined);
});

test("severities are four levels", () => {
  assert.deepEqual([0, 5, 9, 12, 13, 17, 24].map(levelOf), [0, 0, 1, 1, 2, 3, 3]);
});

test("log lines are kept by level in order of time", () => {
  const logs = new LogStore();

  logs.show([log(0, 300), log(1, 100), log(2, 200, 17)]);

  const [, info, , error] = logs.levels;
  assert.deepEqual([[...info.timesMs], [...info.indexes], [...error.timesMs]], [[100, 300], [1, 0], [200]]);
});
