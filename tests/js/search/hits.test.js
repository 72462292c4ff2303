import assert from "node:assert/strict";
import { test } from "node:test";

import { countText, isCut, NOWHERE, placeOf, shownOf, steppedFrom, totalOf } from "../../../static/js/search/hits.js";
import { answer, hit } from "./fakes.js";

const HITS = [hit("words", 1000), hit("span", 2000), hit("log", 3000)];

test("next and previous go through the hits and around the end", () => {
  const forward = [0, 1, 2].map((at) => steppedFrom(at, 1, HITS, 0));
  const backward = [0, 1, 2].map((at) => steppedFrom(at, -1, HITS, 0));

  assert.deepEqual([forward, backward], [[1, 2, 0], [2, 0, 1]]);
});

test("the first step leads to the next hit from the playhead on, or around the end", () => {
  assert.deepEqual([0, 1000, 1001, 3001].map((nowMs) => steppedFrom(NOWHERE, 1, HITS, nowMs)), [0, 0, 1, 0]);
});

test("the first step back leads to the hit before the playhead", () => {
  assert.deepEqual([0, 1000, 1001, 3001].map((nowMs) => steppedFrom(NOWHERE, -1, HITS, nowMs)), [2, 2, 0, 2]);
});

test("where nothing was found there is nowhere to go", () => assert.equal(steppedFrom(NOWHERE, 1, [], 0), NOWHERE));

test("kinds that are left out are neither shown nor counted", () => {
  const found = answer("x", HITS, { span: 40 });
  const kinds = new Set(["words", "span"]);

  assert.deepEqual(shownOf(found, kinds).map(({ kind }) => kind), ["words", "span"]);
  assert.equal(totalOf(found, kinds), 41);
});

test("an answer is cut when there is more than it brings", () => {
  assert.equal(isCut(answer("x", HITS)), false);
  assert.equal(isCut(answer("x", HITS, { log: 2 })), true);
});

test("a hit is found again after the session has grown", () => {
  const grown = [hit("words", 500), ...HITS];

  assert.equal(placeOf(HITS[1], grown), 2);
  assert.equal(placeOf(hit("span", 9), grown), NOWHERE);
  assert.equal(placeOf(null, grown), NOWHERE);
});

test("the count says where one stands, or how many there are", () => {
  assert.deepEqual(
    [countText(2, 17), countText(NOWHERE, 17), countText(NOWHERE, 1), countText(NOWHERE, 0), countText(0, 1204)],
    ["3 of 17", "17 hits", "1 hit", "", "1 of 1,204"],
  );
});
