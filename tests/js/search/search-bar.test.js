import assert from "node:assert/strict";
import { test } from "node:test";

import { saidOf } from "../../../static/js/search/search-bar.js";
import { answer, hit } from "./fakes.js";

const HIT = hit("span", 49_980, { turn: 5, title: "llm_node omni", place: "lk.chat_ctx", excerpt: "…a table for four…" });

test("a screen reader hears which hit it is, what it is, and what stands there", () => {
  assert.equal(saidOf({ at: 2, total: 17, totals: {}, note: "" }, HIT), "3 of 17, span, llm_node omni, lk.chat_ctx, turn 5, at 0:49, …a table for four…");
});

test("a screen reader hears how many there are of what", () => {
  const { totals } = answer("x", [hit("words", 1), hit("log", 2), hit("log", 3)]);

  assert.equal(saidOf({ at: -1, total: 3, totals, note: "Enter goes on." }, null), "3 hits: 1 transcript line, 2 log lines. Enter goes on.");
});

test("a screen reader hears when there is nothing", () => {
  assert.equal(saidOf({ at: -1, total: 0, totals: answer("x", []).totals, note: "Nothing found." }, null), "Nothing found.");
});
