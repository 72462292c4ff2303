import assert from "node:assert/strict";
import { test } from "node:test";

import { nameOf, PageSelection, thingNamed } from "../../../static/js/page-selection.js";

const SPAN = { kind: "span", id: "ab-cd" };
const TURN = { kind: "turn", id: "5" };

/** A selection, and what it has told. */
function told() {
  const selection = new PageSelection();
  const events = [];
  for (const name of ["changed", "selected"]) {
    selection.addEventListener(name, () => events.push([name, selection.current && nameOf(selection.current), selection.isOpen]));
  }
  return { selection, events };
}

test("the id of a row names a thing, and the other way round", () => {
  for (const name of ["span-ab-cd", "log-3f9a21c07d-2", "turn-5", "raw-chat_item-3"]) assert.equal(nameOf(thingNamed(name)), name);
  for (const name of ["", null, "line-5", "span-", "more-spans"]) assert.equal(thingNamed(name), null);
});

test("what is selected is told to everyone, and after that that someone wants to see it", () => {
  const { selection, events } = told();

  selection.select(SPAN);

  assert.deepEqual(events, [["changed", "span-ab-cd", false], ["selected", "span-ab-cd", false]]);
});

test("Details that are open go along with the next selection", () => {
  const { selection, events } = told();

  selection.select(SPAN, { isOpening: true });
  selection.select(TURN);

  assert.deepEqual(events.at(-1), ["selected", "turn-5", true]);
});

test("closing Details leaves what is selected, and nobody is led there again", () => {
  const { selection, events } = told();
  selection.select(SPAN, { isOpening: true });

  selection.close();
  selection.close();

  assert.deepEqual(events.slice(2), [["changed", "span-ab-cd", false]]);
  selection.open();
  assert.deepEqual(events.at(-1), ["selected", "span-ab-cd", true]);
});

test("Escape has something to take back once", () => {
  const { selection, events } = told();
  selection.select(SPAN, { isOpening: true });

  assert.deepEqual([selection.clear(), selection.clear()], [true, false]);
  assert.deepEqual(events.slice(2), [["changed", null, false]]);
});

test("nothing selected has no Details", () => {
  const { selection, events } = told();

  selection.open();

  assert.deepEqual([selection.isOpen, events], [false, []]);
});
