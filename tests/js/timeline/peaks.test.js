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

const LOUD = [[-9, 9], [-9, 9]];
const HOUR = { levelBuckets: 359_950 }; // half a second less: its last coarse bucket reaches beyond the sound
const COARSE = written({ ...HOUR, buckets: Array(5625).fill(LOUD), samplesPerBucket: 640 * 48 });
const flushed = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
};

/** An hour's waveform, whose parts come as finely as there is as long as `isUp`; `asked` holds the stretches asked for. */
async function anHour(t) {
  const server = { isUp: true, asked: [] };
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(globalThis, "fetch", async (address) => {
    const query = new URL(address, "http://localhost").searchParams;
    if (query.has("from_ms")) server.asked.push([query.get("from_ms"), query.get("to_ms")].map(Number));
    const body = query.has("from_ms") ? partFor(query) : query.has("level") ? written({ ...HOUR, buckets: [LOUD] }) : COARSE;
    return { ok: server.isUp, status: server.isUp ? 200 : 503, arrayBuffer: async () => body };
  });
  const source = new PeaksSource("/peaks/", life, () => {});
  await flushed();
  return { server, source };
}

function partFor(query) {
  const firstBucket = Math.floor(Number(query.get("from_ms")) / 10);
  const end = Math.min(HOUR.levelBuckets, Math.ceil(Number(query.get("to_ms")) / 10));
  return written({ ...HOUR, firstBucket, buckets: Array(end - firstBucket).fill(LOUD) });
}

/** Paints the same view once in 16 ms, as while the sound plays. */
async function painted(t, source, view, forMs) {
  for (let ms = 0; ms < forMs; ms += 16) {
    source.for(view, 0);
    t.mock.timers.tick(16);
    await flushed();
  }
}

test("at the end of a long recording the finest waveform is asked for once and shown", async (t) => {
  const { server, source } = await anHour(t);
  const end = new Viewport(3_590_000, 3_599_500, 950);

  await painted(t, source, end, 500);

  assert.equal(server.asked.length, 1);
  assert.equal(source.for(end, 0).levels[0].bucketMs, 10);
});

test("while the sound plays a finer waveform comes too", async (t) => {
  const { server, source } = await anHour(t);

  await painted(t, source, new Viewport(100_000, 110_000, 1000), 160);

  assert.deepEqual(server.asked, [[90_000, 120_000]]);
});

test("a waveform that does not come is asked for again, less and less often", async (t) => {
  const { server, source } = await anHour(t);
  const view = new Viewport(100_000, 110_000, 1000);
  server.isUp = false;

  const asked = [];
  for (const forMs of [300, 1600, 500, 3500, 900]) {
    await painted(t, source, view, forMs);
    asked.push(server.asked.length);
  }

  assert.deepEqual(asked, [1, 1, 2, 2, 3]);
});

test("outside of the recording nothing is asked for", async (t) => {
  const { server, source } = await anHour(t);

  source.for(new Viewport(3_700_000, 3_710_000, 1000), 0);
  t.mock.timers.tick(1000);

  assert.deepEqual(server.asked, []);
});
