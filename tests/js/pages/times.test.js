import assert from "node:assert/strict";
import { test } from "node:test";

import { offsetText } from "../../../static/js/offset-text.js";

test("an offset counts minutes, seconds and hundredths since the session began", () => {
  assert.equal(offsetText(0), "0:00.00");
  assert.equal(offsetText(54_159), "0:54.15");
  assert.equal(offsetText(59_999), "0:59.99");
  assert.equal(offsetText(3_742_000), "1:02:22.00");
});

test("an offset without decimals is what screen readers hear", () => {
  assert.equal(offsetText(69_900, 0), "1:09");
});

test("what came before the session began has a minus", () => {
  assert.equal(offsetText(-52), "−0:00.05");
});
