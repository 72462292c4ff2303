import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsOf } from "../../../static/js/timeline/draw-waveform.js";
import { peaksAnswer } from "../../../static/js/timeline/peaks-answer.js";
import { PeaksLevels } from "../../../static/js/timeline/peaks-levels.js";
import { PeaksSource } from "../../../static/js/timeline/peaks-source.js";
import { Viewport } from "../../../static/js/timeline/viewport.js";

/** As docs/peaks.md describes an answer. */
function written({ buckets, samplesPerBucket = 480, firstBucket = 0, levelBuckets = buckets.length }) {
  const channels = buckets[0]?.length ?? 2;
  const bytes = new DataView(new ArrayBuffer(40 + buckets.length * channels * 2));
  [..."PHPK"].forEach((letter, at) => bytes.setUint8(at, letter.charCodeAt(0)));
  [1, channels, 3, 0].forEach((value, at) => bytes.setUint8(4 + at, value));
  [48_000, samplesPerBucket, firstBucket, buckets.length, levelBuckets, 0].forEach((value, at) => bytes.setUint32(8 + at * 4, value, true));
  bytes.setFloat64(32, levelBuckets * 10, true);
  buckets.flat(2).forEach((value, at) => bytes.setInt8(40 + at, value));
  return bytes.buffer;
}

const levelOf = (tips, { bucketMs = 10, firstBucket = 0 } = {}) => ({
  bucketMs, firstBucket, channels: [{ min: Int8Array.from(tips, (tip) => -tip), max: Int8Array.from(tips) }],
});

function heights(levels, level, fromMs, toMs) {
  const into = { tip: new Float32Array(1), body: new Float32Array(1) };
  levels.measure(level, 0, [fromMs, toMs], into, 0);
  return { tip: Number(into.tip[0].toFixed(3)), body: Number(into.body[0].toFixed(3)) };
}

test("an answer is read channel by channel", () => {
  const answer = peaksAnswer(written({ buckets: [[[-1, 2], [-3, 4]], [[-5, 6], [-7, 8]]], firstBucket: 7 }));

  assert.deepEqual(
    [answer.bucketMs, answer.firstBucket, [...answer.channels[0].min], [...answer.channels[1].max]],
    [10, 7, [-1, -5], [4, 8]],
  );
});

test("a recording with one channel has one", () => assert.equal(peaksAnswer(written({ buckets: [[[-1, 2]]] })).channels.length, 1));

test("what is no peaks is refused", () => {
  assert.throws(() => peaksAnswer(new ArrayBuffer(8)), /no peaks/);
  assert.throws(() => peaksAnswer(new ArrayBuffer(64)), /no peaks/);
});

test("each level holds the extremes of the one before", () => {
  const levels = new PeaksLevels(levelOf(Array.from({ length: 600 }, (_, at) => at % 100)));

  const [, second] = levels.levels;

  assert.deepEqual([second.bucketMs, second.channels[0].max.length, second.channels[0].max[1], second.channels[0].min[1]], [20, 300, 3, -3]);
  assert.ok(levels.levels.at(-1).channels[0].max.length <= 256);
});

test("a part that begins at an odd bucket is halved along the whole recording's pairs", () => {
  const levels = new PeaksLevels(levelOf(Array.from({ length: 301 }, (_, at) => at % 50), { firstBucket: 5 }), [1]);

  assert.deepEqual([levels.levels[1].firstBucket, ...levels.levels[1].channels[0].max.slice(0, 3)], [2, 0, 2, 4]);
});

test("the coarsest level with a few buckets to a column is drawn", () => {
  const levels = new PeaksLevels(levelOf(new Array(2000).fill(1)));

  assert.deepEqual([5, 40, 85, 10_000].map((columnMs) => levels.levelFor(columnMs).bucketMs), [10, 10, 20, 80]);
});

test("a column is as high as its loudest moment, and the loudest of all fills the lane", () => {
  const levels = new PeaksLevels(levelOf([0, 0, 60, 20, 0, 0]));

  assert.deepEqual(heights(levels, levels.levels[0], 20, 40), { tip: 1, body: 0.333 });
  assert.equal(heights(levels, levels.levels[0], 30, 40).tip, 0.333);
});

test("silence stays silent: noise is made louder eight times at most", () => {
  const levels = new PeaksLevels(levelOf([1, 1, 1]));

  assert.equal(heights(levels, levels.levels[0], 0, 10).tip, 0.063);
});

test("before and after the recording there is nothing", () => {
  const levels = new PeaksLevels(levelOf([9, 9]));

  assert.equal(heights(levels, levels.levels[0], -20, -10).tip, 0);
  assert.equal(heights(levels, levels.levels[0], 30, 40).tip, 0);
});

test("columns stand at the same moments however far the view has moved", () => {
  const levels = new PeaksLevels(levelOf(Array.from({ length: 1000 }, (_, at) => at % 127)));
  const view = new Viewport(1000, 2000, 100);
  const options = { stride: 2, recordingStartMs: 0 };

  const here = columnsOf(levels, 0, view, options);
  const there = columnsOf(levels, 0, view.movedBy(20), options);

  assert.deepEqual([...here.tip.slice(1, 40)], [...there.tip.slice(0, 39)]);
});

test("the recording begins where the session says", () => {
  const levels = new PeaksLevels(levelOf([100, 100, 0, 0, 0, 0, 0, 0]));

  const { tip } = columnsOf(levels, 0, new Viewport(0, 80, 8), { stride: 1, recordingStartMs: 30 });

  assert.deepEqual([...tip].map((height) => height > 0), [false, false, false, true, true, false, false, false]);
});

const life = { signal: undefined, onEnd() {} };
const settled = () => new Promise((done) => setTimeout(done, 5));

test("a short recording is fetched whole, as finely as there is", async (t) => {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (address) => {
    asked.push(address);
    return { ok: true, status: 200, arrayBuffer: async () => written({ buckets: [[[-9, 9], [-9, 9]]], levelBuckets: 500 }) };
  });

  const source = new PeaksSource("/peaks/", life, () => {});
  await settled();

  assert.deepEqual(asked, ["/peaks/?level=0&to_ms=1", "/peaks/?level=0"]);
  assert.equal(source.channelCount, 2);
});

test("of a long one only a coarse whole is fetched at first", async (t) => {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (address) => {
    asked.push(address);
    return { ok: true, status: 200, arrayBuffer: async () => written({ buckets: [[[-9, 9], [-9, 9]]], levelBuckets: 360_000 }) };
  });

  new PeaksSource("/peaks/", life, () => {});
  await settled();

  assert.equal(asked.at(-1), "/peaks/?buckets=8000");
});

test("without peaks, or without a line, there are none and nobody is alarmed", async (t) => {
  t.mock.method(globalThis, "fetch", async () => ({ ok: false, status: 404 }));
  const source = new PeaksSource("/peaks/", life, () => {});
  await settled();
  assert.equal(source.for(new Viewport(0, 1, 1), 0), null);

  t.mock.method(globalThis, "fetch", async () => { throw new TypeError("offline"); });
  new PeaksSource("/peaks/", life, () => {});
  await settled();
});
