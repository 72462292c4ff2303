import assert from "node:assert/strict";
import { test } from "node:test";

import { AddressBar, hashOf, placeIn, placeNow, placeOfThing } from "../../../static/js/timeline/deep-link.js";

test("a link names a time in seconds, a span, a turn, a log line or a raw record", () => {
  assert.deepEqual(placeIn("#t=54.15"), { ms: 54_150 });
  assert.deepEqual(placeIn("#span=fe36658d0bb74744"), { span: "fe36658d0bb74744" });
  assert.deepEqual(placeIn("#turn=5"), { turn: 5 });
  assert.deepEqual(placeIn("#log=3f9a21c07d-2&t=1"), { log: "3f9a21c07d-2", ms: 1000 });
  assert.deepEqual(placeIn("#raw=chat_item-3"), { raw: "chat_item-3" });
});

test("what is no place is left out", () => {
  assert.deepEqual(placeIn(""), {});
  assert.deepEqual(placeIn("#metrics"), {});
  assert.deepEqual(placeIn("#t=soon&turn=-1&log=../../&span=<script>&raw=span-1/../.."), {});
  assert.deepEqual(placeIn("#t=Infinity&turn=0"), {});
});

test("a place that is written is the place that is read", () => {
  for (const place of [{ ms: 54_150 }, { span: "cafe", ms: 10 }, { turn: 5 }, { log: "3f9a21c07d" }, { raw: "span-17", ms: 10 }, {}]) assert.deepEqual(placeIn(hashOf(place)), place);
});

const STRETCH = { startMs: 31_000, endMs: 33_000 };
const SPAN = { kind: "span", id: "ab12-cafe" };

test("a thing is named as links name it", () => {
  const things = [SPAN, { kind: "turn", id: "5" }, { kind: "log", id: "3f9a21c07d" }, { kind: "raw", id: "span-17" }, null];

  assert.deepEqual(things.map(placeOfThing), [{ span: "cafe" }, { turn: 5 }, { log: "3f9a21c07d" }, { raw: "span-17" }, {}]);
});

test("the address names what is selected, and the moment someone went to in it", () => {
  const now = (more) => placeNow({ thing: SPAN, stretch: STRETCH, soughtMs: null, isSoughtLast: false, ...more });

  assert.deepEqual(now({}), { span: "cafe" });
  assert.deepEqual(now({ soughtMs: 32_000, isSoughtLast: true }), { span: "cafe", ms: 32_000 });
  assert.deepEqual(now({ soughtMs: 30_995, isSoughtLast: true }), { span: "cafe", ms: 30_995 });
});

test("of a selection and a moment that lie apart the address names the later one alone", () => {
  const now = (isSoughtLast, more) => placeNow({ thing: SPAN, stretch: STRETCH, soughtMs: 90_000, isSoughtLast, ...more });

  assert.deepEqual(now(true), { ms: 90_000 });
  assert.deepEqual(now(false), { span: "cafe" });
  assert.deepEqual(now(true, { stretch: null }), { ms: 90_000 });
  assert.deepEqual(now(false, { thing: null, stretch: null }), { ms: 90_000 });
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
