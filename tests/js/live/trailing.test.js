import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Trailing } from "../../../static/js/live/trailing.js";

let calls;
let trailing;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  calls = 0;
  trailing = new Trailing(() => (calls += 1), 1000);
});

afterEach(() => mock.timers.reset());

test("the first request is met at once", () => {
  trailing.request();
  assert.equal(calls, 1);
});

test("many requests in a pause are one call at its end", () => {
  for (let i = 0; i < 5; i += 1) trailing.request();
  assert.equal(calls, 1);
  mock.timers.tick(1000);
  assert.equal(calls, 2);
  mock.timers.tick(5000);
  assert.equal(calls, 2);
});

test("nothing is called once it is stopped", () => {
  trailing.request();
  trailing.request();
  trailing.stop();
  mock.timers.tick(5000);
  assert.equal(calls, 1);
});
