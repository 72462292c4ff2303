import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement = class {};
const { copiedInWords } = await import("../../../static/js/copy-lines.js");
const { openedInWords } = await import("../../../static/js/share-link.js");

test("whoever copies a link is told what it opens", () => {
  const whom = "for whoever may see this project.";

  assert.equal(openedInWords({}), `It opens this session, ${whom}`);
  assert.equal(openedInWords({ ms: 54_150 }), `It opens this session at 0:54.15, ${whom}`);
  assert.equal(openedInWords({ ms: 54_150, turn: 5 }), `It opens this session at 0:54.15, with turn 5 selected, ${whom}`);
  assert.equal(openedInWords({ span: "ab12" }), `It opens this session, with the span selected, ${whom}`);
});

test("whoever copies lines is told how many", () => {
  assert.equal(copiedInWords(42, true), "Copied: the transcript, 42 lines.");
  assert.equal(copiedInWords(1, true), "Copied: the transcript, 1 line.");
  assert.equal(copiedInWords(1, false), "Copied: this line.");
});
