import assert from "node:assert/strict";
import { test } from "node:test";

import { placesIn } from "../../../static/js/search/found-words.js";

test("words are found in any case, as often as they stand there", () => {
  assert.deepEqual(placesIn("A room, the ROOM, a bathroom", "Room"), [[2, 6], [12, 16], [24, 28]]);
});

test("signs stand for themselves", () => {
  for (const sign of ["a.c", "(", "[x", "x*", "a|b", "\\d", "^", "$", "?", "{2}", "a-b", "/", "<b>"]) {
    assert.deepEqual(placesIn(`abc aac ${sign} d`, sign), [[8, 8 + sign.length]], sign);
  }
});

test("letters beyond ASCII and beyond 16 bits are found where they stand", () => {
  assert.deepEqual(placesIn("🦁 im LÖWEN", "löwen"), [[6, 11]]);
  assert.deepEqual(placesIn("a 🦁 b", "🦁"), [[2, 4]]);
});

test("nothing is found for nothing", () => assert.deepEqual(placesIn("abc", ""), []));
