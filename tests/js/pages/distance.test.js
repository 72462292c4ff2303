import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement ??= class {};
const { distanceText } = await import("../../../static/js/local-time.js");

test("a moment ago is now", () => {
  assert.equal(distanceText(4.9), "just now");
  assert.equal(distanceText(-4.9), "just now");
});

test("distances are told in the largest unit that is full", () => {
  assert.deepEqual([5, 59, 60, 3599, 3600, 86_399].map(distanceText), [
    "5 s ago",
    "59 s ago",
    "1 min ago",
    "59 min ago",
    "1 h ago",
    "23 h ago",
  ]);
});

test("days have a singular, and the future has its own word", () => {
  assert.equal(distanceText(86_400), "1 day ago");
  assert.equal(distanceText(-30 * 86_400), "in 30 days");
});
