import assert from "node:assert/strict";
import { test } from "node:test";

import { actionFor, HELP } from "../../../static/js/timeline/keyboard-map.js";

const PAGE = { isInLanes: false };
const LANES = { isInLanes: true };
const press = (key, more = {}) => ({ key, ...more });
/** An element that lies within what any of these words stand for in a selector. */
const within = (...words) => ({ closest: (selector) => words.some((word) => selector.split(/[\s,]+/).includes(word)) || null });

test("every key of the design does its work", () => {
  const actions = [" ", "j", "k", "n", "p", "+", "-", "0", "f", "l", "1", "2", "t", "/", "?", "ArrowLeft", "ArrowRight"].map((key) => actionFor(press(key), PAGE));

  assert.deepEqual(actions, [
    "play", "turn-next", "turn-previous", "issue-next", "issue-previous", "zoom-in", "zoom-out", "fit", "follow-all", "live-edge", "mute-user",
    "mute-agent", "table", "search", "help", "step-back", "step-on",
  ]);
});

test("capitals count too", () => assert.equal(actionFor(press("J", { shiftKey: true }), PAGE), "turn-next"));

test("browser and system keep their shortcuts", () => {
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) assert.equal(actionFor(press("f", { [modifier]: true }), PAGE), null);
});

test("whoever types is left alone", () => {
  for (const key of [" ", "j", "/", "ArrowLeft", "1"]) assert.equal(actionFor(press(key, { target: within("textarea") }), PAGE), null);
});

test("a button keeps its Space, a tab its arrows, and other keys still work there", () => {
  assert.equal(actionFor(press(" ", { target: within("button") }), PAGE), null);
  assert.equal(actionFor(press("ArrowRight", { target: within("[role=tab]") }), PAGE), null);
  assert.equal(actionFor(press("j", { target: within("button") }), PAGE), "turn-next");
});

test("selecting with the keyboard needs the focus in the lanes", () => {
  assert.deepEqual(["ArrowDown", "ArrowUp", "Tab", "Enter"].map((key) => actionFor(press(key), PAGE)), [null, null, null, null]);
  assert.deepEqual(["ArrowDown", "ArrowUp", "Tab", "Enter"].map((key) => actionFor(press(key), LANES)), [
    "span-next", "span-previous", "lane-next", "details",
  ]);
  assert.equal(actionFor(press("Tab", { shiftKey: true }), LANES), "lane-previous");
});

test("the help names every key that does something", () => {
  const named = new Set(HELP.flatMap(({ keys }) => keys));

  for (const key of ["Space", "J", "K", "N", "P", "+", "−", "0", "F", "L", "1", "2", "T", "/", "?", "Tab", "Enter", "Esc", "←", "→", "↑", "↓"]) {
    assert.ok(named.has(key), key);
  }
});
