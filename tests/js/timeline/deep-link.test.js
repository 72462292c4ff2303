import assert from "node:assert/strict";
import { test } from "node:test";

import { AddressBar, hashOf, placeIn } from "../../../static/js/timeline/deep-link.js";

test("a link names a time in seconds, a span, a turn or a log line", () => {
  assert.deepEqual(placeIn("#t=54.15"), { ms: 54_150 });
  assert.deepEqual(placeIn("#span=fe36658d0bb74744"), { span: "fe36658d0bb74744" });
  assert.deepEqual(placeIn("#turn=5"), { turn: 5 });
  assert.deepEqual(placeIn("#log=0&t=1"), { log: 0, ms: 1000 });
});

test("what is no place is left out", () => {
  assert.deepEqual(placeIn(""), {});
  assert.deepEqual(placeIn("#metrics"), {});
  assert.deepEqual(placeIn("#t=soon&turn=-1&log=&span=<script>"), {});
  assert.deepEqual(placeIn("#t=Infinity&turn=0"), {});
});

test("a place that is written is the place that is read", () => {
  for (const place of [{ ms: 54_150 }, { span: "cafe", ms: 10 }, { turn: 5 }, { log: 0 }, {}]) assert.deepEqual(placeIn(hashOf(place)), place);
});

test("the address is written at most a few times a second, with the last place", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const written = [];
  globalThis.location = { hash: "", pathname: "/s/", search: "" };
  globalThis.history = { state: null, replaceState: (_state, _title, address) => written.push(address) };
  const bar = new AddressBar({ onEnd() {} });

  for (let ms = 0; ms < 5000; ms += 100) bar.write({ ms });
  t.mock.timers.tick(1000);
  bar.write({});
  t.mock.timers.tick(1000);

  assert.deepEqual(written, ["#t=4.9"]);
  location.hash = "#t=4.9";
  bar.write({});
  t.mock.timers.tick(1000);
  assert.equal(written.at(-1), "/s/");
});
