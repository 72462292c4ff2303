/** The other half of tests/live/test_contract.py: the page arrives where the server is. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { applyFrame } from "../../../static/js/live/apply-changes.js";

const FOLDER = new URL("../../contract/", import.meta.url);
const TRIPLES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"))]);

test("the contract is there", () => assert.ok(TRIPLES.length >= 4));

for (const [name, triple] of TRIPLES) {
  const first = { version: triple.version, snapshot: triple.before };

  test(`${name}: every frame applies, and the last one brings the last snapshot`, () => {
    let held = first;
    for (const frame of triple.frames) {
      const { outcome, held: next } = applyFrame(held, frame);
      assert.equal(outcome, "applied");
      held = next;
    }
    assert.deepEqual(held.snapshot, triple.after);
  });

  test(`${name}: the old snapshot is left as it was`, () => {
    const before = structuredClone(first);
    applyFrame(first, triple.frames[0]);
    assert.deepEqual(first, before);
  });

  test(`${name}: a frame that comes again changes nothing`, () => {
    const { held } = applyFrame(first, triple.frames[0]);
    const again = applyFrame(held, triple.frames[0]);
    assert.equal(again.outcome, "repeated");
    assert.equal(again.held, held);
  });
}

test("a frame that was missed shows as a gap", () => {
  const changes = { type: "changes", from: "2-b", to: "3-c", changes: { in: {} } };
  const held = { version: "1-a", snapshot: {} };
  assert.deepEqual(applyFrame(held, changes), { outcome: "gap", held });
});

test("what did not change is the same object as before", () => {
  const held = { version: "1-a", snapshot: { timeline: { spans: [{}], logs: [{}] } } };
  const frame = { type: "changes", from: "1-a", to: "2-b", changes: { in: { timeline: { in: { logs: { splice: [[1, 0, {}]] } } } } } };

  const { snapshot } = applyFrame(held, frame).held;

  assert.equal(snapshot.timeline.spans, held.snapshot.timeline.spans);
  assert.equal(snapshot.timeline.logs[0], held.snapshot.timeline.logs[0]);
  assert.equal(snapshot.timeline.logs.length, 2);
});

test("who holds only some parts leaves changes of the others alone", () => {
  const held = { version: "1-a", snapshot: { timeline: { logs: [] } } };
  const parts = { logs: { splice: [[0, 0, { index: 0 }]] }, transcript: { splice: [[3, 0, { id: "item" }]] } };
  const frame = { type: "changes", from: "1-a", to: "2-b", changes: { in: { timeline: { in: parts } } } };

  assert.deepEqual(applyFrame(held, frame).held.snapshot, { timeline: { logs: [{ index: 0 }] } });
});
