import assert from "node:assert/strict";
import { test } from "node:test";

import { announcementOf, selectionOf, stretchOf, thingAt, thingOfSpan } from "../../../static/js/timeline/things.js";
import { log, modelOf, span, turn } from "./fakes.js";

const LLM = span("llm_node", "llm", 1000, 2000, { label: "gpt-4o", turn: 1 });
const RUNNING = span("agent_session", "session", 0, null);
const THING = thingOfSpan(LLM);

function model() {
  return modelOf({
    spans: [RUNNING, LLM],
    turns: [turn(1, 500, 4000, { interrupted: true, latency: { e2e_ms: 1500 } })],
    logs: [{ ...log(0, 6000, 13, "careful"), severity_text: "WARN", turn: 1 }],
  });
}

test("what is selected is found in the lanes by its name", () => {
  const given = model();

  assert.deepEqual(selectionOf(given, THING), { row: 1, lane: "llm", turn: 1 });
  assert.deepEqual(selectionOf(given, { kind: "log", id: "10c0" }), { turn: 1, log: 0 });
  assert.deepEqual(selectionOf(given, { kind: "turn", id: "1" }), { turn: 1 });
});

test("what no lane shows is selected all the same, outside of them", () => {
  for (const thing of [null, { kind: "raw", id: "span-1" }, { kind: "span", id: "ab-cd" }, { kind: "log", id: "gone" }]) {
    assert.deepEqual([selectionOf(model(), thing), stretchOf(model(), thing), announcementOf(model(), null)], [null, null, ""]);
  }
});

test("a log line that arrives late moves the places of others, and no selection", () => {
  const given = model();
  const line = given.logs.get(0);

  given.logs.show([{ ...log(0, 100), key: "1a7e" }, { ...line, index: 1 }]);

  assert.deepEqual(selectionOf(given, { kind: "log", id: line.key }), { turn: 1, log: 1 });
});

test("a thing has the time that it takes; what still runs takes all there is", () => {
  const given = model();

  assert.deepEqual(stretchOf(given, THING), { startMs: 1000, endMs: 2000 });
  assert.deepEqual(stretchOf(given, thingOfSpan(RUNNING)), { startMs: 0, endMs: 10_000 });
  assert.deepEqual(stretchOf(given, { kind: "log", id: "10c0" }), { startMs: 6000, endMs: 6000 });
  assert.deepEqual(stretchOf(given, { kind: "turn", id: "1" }), { startMs: 500, endMs: 4000 });
});

test("a link leads to what the session has, and nowhere else", () => {
  const given = model();

  assert.deepEqual(thingAt(given, { span: LLM.span_id }), THING);
  assert.deepEqual(thingAt(given, { log: "10c0" }), { kind: "log", id: "10c0" });
  assert.deepEqual(thingAt(given, { turn: 1 }), { kind: "turn", id: "1" });
  assert.deepEqual(thingAt(given, { raw: "span-3" }), { kind: "raw", id: "span-3" });
  assert.deepEqual([{ span: "cafe" }, { log: "0" }, { turn: 99 }, {}].map((place) => thingAt(given, place)), [null, null, null, null]);
});

test("every selection is announced in words", () => {
  const given = model();
  const said = (thing) => announcementOf(given, selectionOf(given, thing));

  assert.equal(said(THING), "llm_node gpt-4o, LLM, at 0:01.00, lasts 1.00 s, turn 1");
  assert.equal(said({ kind: "log", id: "10c0" }), "WARN, at 0:06.00, careful");
  assert.equal(said({ kind: "turn", id: "1" }), "turn 1, at 0:00.50, answer after 1.50 s, cut off");
});
