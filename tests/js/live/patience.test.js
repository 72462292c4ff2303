import assert from "node:assert/strict";
import { test } from "node:test";

import { finalReason, retryAfterMs, silenceMs } from "../../../static/js/live/patience.js";

test("waits grow and stay below what five seconds allow", () => {
  const longest = [0, 1, 2, 3, 4, 50].map((attempt) => retryAfterMs(attempt, () => 1));
  assert.deepEqual(longest, [250, 500, 1000, 2000, 2500, 2500]);
});

test("readers do not all come back at once", () => {
  assert.equal(retryAfterMs(4, () => 0), 1250);
});

test("two beats may get lost, not more", () => assert.equal(silenceMs(3), 7000));

test("a restarted server is no reason to give up", () => {
  for (const code of [1000, 1001, 1006, 1011, 1012, 1013, 4408]) assert.equal(finalReason(code), undefined);
});
