import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement = class {};
const { progressInWords, sizeInWords } = await import("../../../static/js/import-files.js");

test("sizes are told in the unit that people read", () => {
  assert.deepEqual([0, 1023, 1024, 5.5 * 1024 ** 2, 3 * 1024 ** 4].map(sizeInWords), [
    "0 bytes",
    "1023 bytes",
    "1.0 KB",
    "5.5 MB",
    "3072.0 GB",
  ]);
});

test("once all is sent it is said that the server works", () => {
  assert.equal(progressInWords(0.999), "Sending: 99 %");
  assert.match(progressInWords(1), /The server looks through/);
});
