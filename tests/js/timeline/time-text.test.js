import assert from "node:assert/strict";
import { test } from "node:test";

import { clockText, durationText, secondsFigure, zoneText } from "../../../static/js/timeline/time-text.js";

test("a duration has the unit that suits it", () => {
  assert.equal(durationText(2.345), "2.3 ms");
  assert.equal(durationText(253.6), "254 ms");
  assert.equal(durationText(999.7), "1.00 s");
  assert.equal(durationText(59_996), "1:00");
  assert.equal(durationText(125_000), "2:05");
  assert.equal(durationText(3_742_000), "1:02:22");
});

test("a missing duration is a dash and not a zero", () => {
  assert.equal(durationText(null), "–");
  assert.equal(durationText(Infinity), "–");
  assert.equal(durationText(0), "0.0 ms");
});

test("a figure without its unit has two decimals", () => assert.equal(secondsFigure(1360.7), "1.36"));

test("the wall clock is the reader's", () => {
  const at = new Date(2026, 10, 22, 8, 35, 57, 640);

  assert.equal(clockText(at.getTime()), "08:35:57");
  assert.equal(clockText(at.getTime(), 1), "08:35:57.6");
  assert.match(zoneText(at.getTime()), /^[A-Z]/);
});
