import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { applyFrame } from "../../../static/js/live/apply-changes.js";
import { laneHints, lanesPresent } from "../../../static/js/timeline/lanes-present.js";
import { TimelineModel } from "../../../static/js/timeline/timeline-model.js";
import { failure, log, modelOf, session, span, turn } from "./fakes.js";

test("a session reaches as far as its data and its recording", () => {
  assert.equal(modelOf({ endMs: 5000 }).endMs, 5000);
  assert.equal(modelOf({ endMs: 5000, recording: { start_ms: 50, duration_ms: 6000, present: true } }).endMs, 6050);
});

test("the start is exact to the microsecond", () => assert.equal(modelOf({}).startUnixMs, 1795336557567.651));

test("the next snapshot replaces the last one", () => {
  const model = modelOf({ spans: [span("a", "llm", 0, 1)], logs: [log(0, 1)], turns: [turn(1, 0, 9)] });

  model.show(session({ turns: [turn(1, 0, 9), turn(2, 10, 20)] }));

  assert.deepEqual([model.turns.length, model.spans.size, model.logs.size], [2, 0, 0]);
});

test("lists that did not change are left alone", () => {
  const spans = [span("a", "llm", 0, 1)];
  const model = modelOf({ spans });
  const { lanes } = model;

  model.show(session({ spans, logs: [log(0, 5)] }));

  assert.equal(model.lanes, lanes);
});

test("what is derived follows the data", () => {
  const model = modelOf({ turns: [turn(1, 0, 900, { latency: { e2e_ms: 1500 } })] });
  assert.equal(model.issues.length, 1);

  model.show(session({}));

  assert.deepEqual([model.issues, model.answers, model.speaking.user], [[], [], []]);
});

test("a failure that a log line tells has one mark", () => {
  const errors = [failure("llm", 5, { log_indexes: [0] }), failure("tts", 9, { log_indexes: [7] })];

  assert.deepEqual(modelOf({ errors, logs: [log(0, 5, 17)] }).untoldErrors, [errors[1]]);
});

test("lanes that a session lacks are not drawn", () => {
  assert.deepEqual([...lanesPresent(modelOf({})).keys()], ["minimap", "ruler"]);
});

test("a lane is as high as its overlapping spans need", () => {
  const model = modelOf({ spans: [span("a", "tools", 0, 9), span("b", "tools", 1, 9), span("c", "llm", 0, 9), span("d", "llm", 1, 9)] });

  const present = lanesPresent(model);

  assert.deepEqual([present.get("tools"), present.get("llm")], [2, 1.2]);
});

test("heads tell target and threshold, and are silent about what is unknown", () => {
  assert.equal(laneHints(modelOf({})).eou, "");
  const model = modelOf({ turns: [turn(1, 0, 9, { end_of_turn: [{ threshold: null }, { threshold: 0.15 }] })] });
  assert.deepEqual([laneHints(model).response, laneHints(model).eou, laneHints(model).logs], ["1.20", "0.15", "Errors"]);
});

const CONTRACT = new URL("../../contract/", import.meta.url);
const shown = (model) => ({ spans: model.spans.records.filter(Boolean).map((one) => one.span_id).sort(), turns: model.turns, logs: model.logs.size });

for (const name of readdirSync(CONTRACT).filter((file) => /session.*\.json$/.test(file))) {
  test(`${name}: a page that has seen all frames shows what a page opened now shows`, () => {
    const triple = JSON.parse(readFileSync(new URL(name, CONTRACT), "utf8"));
    const [grown, fresh] = [new TimelineModel(), new TimelineModel()];
    let held = { version: triple.version, snapshot: triple.before };
    grown.show(held.snapshot.timeline ?? held.snapshot);

    for (const frame of triple.frames) {
      ({ held } = applyFrame(held, frame));
      grown.show(held.snapshot.timeline ?? held.snapshot);
    }

    fresh.show(triple.after.timeline ?? triple.after);
    assert.deepEqual(shown(grown), shown(fresh));
  });
}
