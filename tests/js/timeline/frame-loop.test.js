import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FrameLoop } from "../../../static/js/timeline/frame-loop.js";

let frames;
let painted;
let loop;

beforeEach(() => {
  frames = new Map();
  globalThis.requestAnimationFrame = (call) => {
    frames.set(frames.size + 1, call);
    return frames.size;
  };
  globalThis.cancelAnimationFrame = (id) => frames.delete(id);
  painted = 0;
  loop = new FrameLoop(() => (painted += 1));
});

test("any number of requests is one picture", () => {
  loop.request();
  loop.request();
  for (const call of frames.values()) call(0);

  assert.equal(painted, 1);
});

test("what was asked for can be painted at once, and then not again", () => {
  loop.request();
  loop.flush();

  assert.deepEqual([painted, frames.size], [1, 0]);
});

test("when nothing was asked for nothing is painted", () => {
  loop.flush();

  assert.equal(painted, 0);
});
