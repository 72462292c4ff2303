import assert from "node:assert/strict";
import { test } from "node:test";

import { firstAtLeast, nearestTo } from "../../../static/js/timeline/sorted.js";
import { decimalsFor, stepFor, ticksEvery } from "../../../static/js/timeline/ticks.js";
import { Viewport } from "../../../static/js/timeline/viewport.js";

test("ticks are far enough apart for their labels at every zoom", () => {
  for (let lengthMs = 50; lengthMs < 8 * 3_600_000; lengthMs *= 1.7) {
    const view = new Viewport(0, lengthMs, 1000);
    assert.ok(stepFor(view) * view.pxPerMs >= 68, `${lengthMs}`);
  }
});

test("there are ticks on every screen", () => {
  for (let lengthMs = 50; lengthMs < 8 * 3_600_000; lengthMs *= 1.7) {
    const view = new Viewport(0, lengthMs, 1000);
    assert.ok(ticksEvery(stepFor(view), view).length >= 3, `${lengthMs}`);
  }
});

test("ticks stand at whole multiples wherever the view begins", () => {
  const view = new Viewport(12_345, 22_345, 1000);

  assert.deepEqual(ticksEvery(2000, view), [14_000, 16_000, 18_000, 20_000, 22_000]);
});

test("no tick stands before the session", () => {
  assert.deepEqual(ticksEvery(1000, new Viewport(-2500, 2500, 1000)), [0, 1000, 2000]);
});

test("labels of neighbouring ticks never read the same", () => {
  assert.deepEqual([10, 200, 1000].map(decimalsFor), [2, 1, 0]);
});

test("halving finds the first value that is not below the wanted one", () => {
  assert.deepEqual([0, 1, 2, 5, 9].map((wanted) => firstAtLeast([1, 2, 2, 5], wanted)), [0, 0, 1, 3, 4]);
});

test("halving finds the nearest value", () => {
  assert.deepEqual([-5, 3, 4, 99].map((wanted) => nearestTo([1, 2, 6], wanted)), [0, 1, 1, 2]);
  assert.equal(nearestTo([], 5), -1);
});
