import assert from "node:assert/strict";
import { test } from "node:test";

import { transcriptText } from "../../../static/js/transcript-text.js";

test("a line is its time, its speaker and the words", () => {
  const line = { kind: "user", at: "0:35", who: "User", text: "Wait, stop please." };

  assert.equal(transcriptText([line]), "0:35  User: Wait, stop please.");
});

test("words that were cut off, or are not confirmed yet, say so", () => {
  const cut = { kind: "agent", at: "0:32", who: "receptionist", text: "Of course! Our", cut: "user cut in" };
  const arriving = { kind: "agent", at: "0:41", who: "receptionist", text: "Yes.", state: "being spoken" };

  assert.equal(
    transcriptText([cut, arriving]),
    "0:32  receptionist: Of course! Our [user cut in]\n0:41  receptionist: Yes. [being spoken]",
  );
});

test("a tool call has its arguments and its result below it", () => {
  const call = { kind: "call", at: "0:20", name: "lookup_room", took: "307 ms", arguments: "nights: 3", result: "388.5" };

  assert.equal(transcriptText([call]), "0:20  Tool lookup_room, 307 ms\n      Arguments: nights: 3\n      Result: 388.5");
});

test("a call that failed says so, and one that is not timed has no time", () => {
  const call = { kind: "call", at: "0:50", name: "book", failed: "Failed: ", took: "", arguments: "none", result: "none received" };

  assert.equal(transcriptText([call]).split("\n")[0], "0:50  Tool book, failed");
});

test("results of several lines stay below their call", () => {
  const call = { kind: "call", at: "0:20", name: "f", arguments: "none", result: "one\r\ntwo\n" };

  assert.equal(transcriptText([call]), "0:20  Tool f\n      Arguments: none\n      Result: one\n        two");
});

test("handoffs, changes of the agent, silence and notes are lines too", () => {
  const lines = [
    { kind: "handoff", at: "1:03", text: "receptionist → billing" },
    { kind: "config", at: "1:03", text: "new instructions" },
    { kind: "failure", at: "1:32", who: "Turn 9 got no answer", text: "the model is down" },
    { kind: "failure", at: "1:33", who: "Turn 10 got no answer", text: "" },
    { kind: "note", at: "1:34", text: "an item of a kind that this version does not know" },
  ];

  assert.equal(
    transcriptText(lines),
    [
      "1:03  Handoff: receptionist → billing",
      "1:03  Agent changed: new instructions",
      "1:32  Turn 9 got no answer: the model is down",
      "1:33  Turn 10 got no answer",
      "1:34  an item of a kind that this version does not know",
    ].join("\n"),
  );
});

test("times stand in a column, and so do words of several lines", () => {
  const lines = [
    { kind: "user", at: "0:59", who: "User", text: "One\ntwo" },
    { kind: "user", at: "1:00:00", who: "User", text: "Three" },
  ];

  assert.equal(transcriptText(lines), "   0:59  User: One\n         two\n1:00:00  User: Three");
});

test("no lines are no text", () => {
  assert.equal(transcriptText([]), "");
});
