import assert from "node:assert/strict";
import { test } from "node:test";

import { SearchState } from "../../../static/js/search/search-state.js";
import { answer, hit } from "./fakes.js";

const HITS = [hit("words", 1000), hit("span", 2000), hit("log", 3000)];

function searched(found = answer("room", HITS)) {
  const state = new SearchState();
  state.type("room");
  state.answered(found);
  return state;
}

test("nothing is asked for less than two characters", () => {
  const state = new SearchState();
  const asked = ["", "r", "ro"].map((q) => [state.type(q), state.isAskable, state.note]);

  assert.deepEqual(asked.map(([, isAskable, note]) => [isAskable, note]), [
    [false, "Words, tools, spans, log lines and their attributes."],
    [false, "Type at least two characters."],
    [true, "Searching …"],
  ]);
});

test("an answer counts, and moves nobody", () => {
  const state = searched();

  assert.deepEqual([state.total, state.hit, state.note], [3, null, "Enter goes from one to the next, in order of time."]);
});

test("a step leads to a hit, and then the hit speaks", () => {
  const state = searched();

  assert.equal(state.step(1, 1500), HITS[1]);
  assert.deepEqual([state.at, state.hit, state.note], [1, HITS[1], ""]);
});

test("Enter that comes before the answer leads to a hit when it is there", () => {
  const state = new SearchState();
  state.type("room");

  assert.equal(state.step(1, 0), null);
  state.answered(answer("room", HITS));
  assert.equal(state.takeStep(0), HITS[0]);
  assert.equal(state.takeStep(0), null);
});

test("typing on forgets the step that was asked for", () => {
  const state = new SearchState();
  state.type("roo");
  state.step(1, 0);
  state.type("room");
  state.answered(answer("room", HITS));

  assert.equal(state.takeStep(0), null);
});

test("one stays at a hit while the session grows", () => {
  const state = searched();
  state.step(1, 1500);
  state.answered(answer("room", [hit("words", 500), ...HITS]));

  assert.deepEqual([state.at, state.hit.key], [2, "span-2000"]);
});

test("one stands nowhere when the hit is gone", () => {
  const state = searched();
  state.step(1, 1500);
  state.type("rooms");
  state.answered(answer("rooms", [HITS[0]]));

  assert.equal(state.hit, null);
});

test("a kind can be left out and taken in again without asking", () => {
  const state = searched();
  state.step(1, 2500);

  const hasToAsk = state.toggle("span");

  assert.deepEqual([hasToAsk, state.total, state.at], [false, 2, 1]);
  state.toggle("span");
  assert.deepEqual([state.total, state.at], [3, 2]);
});

test("the server is asked when it has left hits away", () => {
  const state = searched(answer("room", HITS, { span: 900 }));

  assert.equal(state.note, "The first 3 in order of time can be gone through.");
  assert.equal(state.toggle("span"), true);
});

test("nothing found is said, and where else there is something", () => {
  const state = searched(answer("room", [HITS[1]]));
  assert.equal(searched(answer("room", [])).note, "Nothing found.");

  state.toggle("span");
  assert.equal(state.note, "Nothing found in what is chosen.");
  state.toggle("words");
  state.toggle("log");
  assert.deepEqual([state.note, state.isAskable], ["Choose what to search.", false]);
});

test("a failure is said, and Enter asks again", () => {
  const state = searched();
  state.failed("The server cannot be reached.");

  assert.equal(state.note, "The server cannot be reached.");
  assert.equal(state.total, 3);
  assert.equal(state.step(1, 0), null);
  assert.equal(state.isAnswered, false);
});

test("after a failure the hits of another question are not shown", () => {
  const state = searched();
  state.type("rooms");
  state.failed("The server cannot be reached.");

  assert.equal(state.answer, null);
});
