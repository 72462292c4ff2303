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
  assert.equal(copiedInWords(42, { isTranscript: true }), "Copied: the transcript, 42 lines.");
  assert.equal(copiedInWords(1, { isTranscript: true }), "Copied: the transcript, 1 line.");
  assert.equal(copiedInWords(1, { isTranscript: false }), "Copied: this line.");
});

test("whoever copies a transcript of which the rest has not come is told that it is not whole", () => {
  const words = copiedInWords(24, { isTranscript: true, isPart: true });

  assert.equal(words, "Copied: the first 24 lines. The rest of the transcript is not loaded yet.");
});
