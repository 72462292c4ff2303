import assert from "node:assert/strict";
import { test } from "node:test";
import { inside, isFoldable, openedAtFirst, sizeText, valueText } from "../../../static/js/json-nodes.js";

test("only what holds something can be folded", () => {
  assert.deepEqual([{}, [], null, "x", 3, { a: 1 }, [0]].map(isFoldable), [false, false, false, false, false, true, true]);
});

test("JSON that an SDK wrote as text is shown as what it means", () => {
  assert.deepEqual(inside({ chat: '{"items": [1, 2]}', odd: "{not json}", empty: "[]" }), [
    ["chat", { items: [1, 2] }],
    ["odd", "{not json}"],
    ["empty", "[]"],
  ]);
});

test("places of a list are its names", () => {
  assert.deepEqual(inside(["a", "b"]), [["0", "a"], ["1", "b"]]);
});

test("the first levels are open unless they are long", () => {
  const long = Array.from({ length: 25 }, (_, at) => at);
  assert.deepEqual([openedAtFirst(long, 0), openedAtFirst(long, 1), openedAtFirst([1], 1), openedAtFirst([1], 2)], [true, false, true, false]);
});

test("sizes and values are said in words that tell empty from missing", () => {
  assert.deepEqual([sizeText([1]), sizeText([1, 2]), sizeText({ a: 1 }), sizeText({ a: 1, b: 2 })], ["1 item", "2 items", "1 field", "2 fields"]);
  assert.deepEqual(["", "words", null, false, 1.5, [], {}].map(valueText), ['""', "words", "null", "false", "1.5", "[]", "{}"]);
});
