import assert from "node:assert/strict";
import { test } from "node:test";

import { Asking } from "../../../static/js/search/asking.js";

const KINDS = new Set(["words", "log"]);
const FOUND = { q: "as the server has it", hits: [], totals: {} };
const response = (more = {}) => ({ ok: true, status: 200, redirected: false, json: async () => FOUND, ...more });
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Answers each question when told to. */
function asking() {
  const told = [];
  const asked = [];
  const fetchIt = (address, { signal }) => new Promise((resolve, reject) => {
    asked.push({ address, resolve, reject });
    signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
  });
  const listener = { answered: ({ q }) => told.push(q), failed: (reason) => told.push(reason) };
  return { told, asked, asking: new Asking("/search/", listener, fetchIt) };
}

async function toldOf(reply) {
  const { told, asked, asking: one } = asking();
  one.ask("sauna", KINDS);
  reply(asked[0]);
  await settled();
  return told;
}

test("a question goes out as plain text with the kinds that are wanted", async () => {
  const { asked, asking: one } = asking();
  one.ask("a&b <i> ü", KINDS);

  assert.equal(asked[0].address, "/search/?q=a%26b+%3Ci%3E+%C3%BC&kind=words&kind=log");
});

test("an answer belongs to the question that was asked", async () => {
  assert.deepEqual(await toldOf(({ resolve }) => resolve(response())), ["sauna"]);
});

test("only the newest question counts, in whatever order the answers come", async () => {
  const { told, asked, asking: one } = asking();
  one.ask("sau", KINDS);
  one.ask("sauna", KINDS);
  asked[1].resolve(response());
  asked[0].resolve(response());
  await settled();

  assert.deepEqual(told, ["sauna"]);
});

test("an answer that is still being read when another question comes is dropped", async () => {
  const { told, asked, asking: one } = asking();
  one.ask("sau", KINDS);
  let finish;
  asked[0].resolve(response({ json: () => new Promise((resolve) => { finish = resolve; }) }));
  await settled();
  one.ask("sauna", KINDS);
  finish(FOUND);
  await settled();

  assert.deepEqual(told, []);
});

test("after stopping nothing is told", async () => {
  const { told, asked, asking: one } = asking();
  one.ask("sauna", KINDS);
  one.stop();
  asked[0].reject(new TypeError("network"));
  await settled();

  assert.deepEqual(told, []);
});

test("failures are told in words", async () => {
  const told = await Promise.all([
    toldOf(({ reject }) => reject(new TypeError("network"))),
    toldOf(({ resolve }) => resolve(response({ ok: false, status: 404 }))),
    toldOf(({ resolve }) => resolve(response({ ok: false, status: 500 }))),
    toldOf(({ resolve }) => resolve(response({ redirected: true }))),
    toldOf(({ resolve }) => resolve(response({ json: async () => JSON.parse("<html>") }))),
  ]);

  assert.deepEqual(told.flat(), [
    "The server cannot be reached. Enter tries again.",
    "This session is no longer here.",
    "The search failed (500). Enter tries again.",
    "You are signed out. Reload the page to sign in.",
    "The server cannot be reached. Enter tries again.",
  ]);
});

test("a session that grows faster than the server searches is still answered", async () => {
  const { told, asked, asking: one } = asking();
  one.ask("sauna", KINDS);
  for (let at = 0; at < 5; at += 1) one.askAgain("sauna", KINDS);
  asked[0].resolve(response());
  await settled();

  assert.deepEqual([told, asked.length], [["sauna"], 2]);
  one.askAgain("sauna", KINDS);
  asked[1].resolve(response());
  await settled();
  assert.deepEqual([told, asked.length], [["sauna", "sauna"], 3]);
});
