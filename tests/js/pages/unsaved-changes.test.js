import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement = class {};
const { unsavedInWords } = await import("../../../static/js/unsaved-changes.js");

test("what is not saved is named", () => {
  assert.equal(unsavedInWords(["Audio"]), "1 change is not saved: Audio.");
  assert.equal(unsavedInWords(["Audio", "Logs"]), "2 changes are not saved: Audio, Logs.");
});
