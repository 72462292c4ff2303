import assert from "node:assert/strict";
import { test } from "node:test";

import { AIR, Viewport } from "../../../static/js/timeline/viewport.js";

const SESSION = { startMs: 0, endMs: 1000 };

test("pixels and moments are two words for the same place", () => {
  const view = new Viewport(200, 400, 1000);

  assert.equal(view.toPx(300), 500);
  assert.equal(view.toMs(500), 300);
});

test("zooming keeps the moment under the pointer where it is", () => {
  const view = new Viewport(0, 1000, 500);

  const zoomed = view.zoomedAt(125, 4);

  assert.equal(zoomed.toMs(125), view.toMs(125));
  assert.equal(zoomed.lengthMs, 250);
});

test("a viewport never changes", () => {
  const view = new Viewport(0, 1000, 500);

  assert.throws(() => (view.startMs = 5), TypeError);
});

test("the whole session has a little air on both sides", () => {
  const whole = Viewport.whole(SESSION, 500);

  assert.deepEqual([whole.startMs, whole.endMs], [-1000 * AIR, 1000 + 1000 * AIR]);
});

test("a view is kept inside the session", () => {
  const view = new Viewport(0, 100, 500);

  assert.equal(view.movedBy(-5000).within(SESSION).startMs, -1000 * AIR);
  assert.equal(view.movedBy(5000).within(SESSION).endMs, 1000 + 1000 * AIR);
});

test("nobody sees more than the session or less than fifty milliseconds of it", () => {
  assert.equal(new Viewport(-5000, 5000, 500).within(SESSION).lengthMs, 1000 + 2000 * AIR);
  assert.equal(Math.round(new Viewport(500, 501, 500).within(SESSION).lengthMs), 50);
});

test("a zoom beyond the limit stays around its middle", () => {
  const view = new Viewport(500, 502, 500).within(SESSION);

  assert.equal(Math.round((view.startMs + view.endMs) / 2), 501);
});

test("a session that has just begun is shown whole", () => {
  const view = new Viewport(0, 1, 500).within({ startMs: 0, endMs: 1 });

  assert.ok(view.lengthMs > 1 && view.lengthMs < 1.1);
});

test("where names stand over the lanes nothing begins below them, at any zoom", () => {
  const bounds = { ...SESSION, leadPx: 40 };
  const whole = Viewport.whole(bounds, 400);

  assert.equal(Math.round(whole.toPx(0)), 40);
  assert.equal(Math.round(whole.within(bounds).toPx(0)), 40);
  assert.equal(Math.round(whole.zoomedAt(0, 4).movedBy(-5000).within(bounds).toPx(0)), 40);
  assert.equal(whole.endMs, 1000 + 1000 * AIR);
});

test("names that take half of the room or more are given none", () => {
  assert.equal(Viewport.whole({ ...SESSION, leadPx: 40 }, 70).startMs, -1000 * AIR);
});
