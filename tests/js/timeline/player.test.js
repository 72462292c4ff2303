import assert from "node:assert/strict";
import { test } from "node:test";

import { ChannelMixer } from "../../../static/js/timeline/channel-mixer.js";
import { Player } from "../../../static/js/timeline/player.js";
import { TimelineClock } from "../../../static/js/timeline/timeline-clock.js";
import { position } from "../../../static/js/playhead-position.js";

globalThis.HTMLMediaElement = { HAVE_CURRENT_DATA: 2 };

class FakeAudio extends EventTarget {
  #src = null;
  currentTime = 0;
  defaultPlaybackRate = 1;
  playbackRate = 1;
  paused = true;
  ended = false;
  seeking = false;
  readyState = 4;
  refusal = null;

  canPlayType() {
    return "probably";
  }

  set src(value) {
    this.#src = value;
    this.playbackRate = this.defaultPlaybackRate;
  }

  getAttribute() {
    return this.#src;
  }

  async play() {
    if (this.refusal) throw this.refusal;
    this.paused = false;
    this.dispatchEvent(new Event("play"));
  }

  pause() {
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }
}

class FakeContext {
  static made = 0;
  state = "suspended";
  currentTime = 0;
  baseLatency = 0.01;
  outputLatency = 0.03;
  constructor() { FakeContext.made += 1; this.gains = []; }
  #node() { return { connect: (to) => to }; }
  createChannelSplitter() { return this.#node(); }
  createChannelMerger() { return this.#node(); }
  createMediaElementSource() { return this.#node(); }
  createGain() {
    const gain = { ...this.#node(), gain: { value: 1, setTargetAtTime(value) { this.value = value; } } };
    this.gains.push(gain);
    return gain;
  }
  resume() { this.state = "running"; }
  close() { this.state = "closed"; }
}
globalThis.AudioContext = FakeContext;

function life() {
  const endings = [];
  const abort = new AbortController();
  return { signal: abort.signal, onEnd: (stop) => endings.push(stop), end: () => { abort.abort(); endings.forEach((stop) => stop()); } };
}

function playing(atS = 1) {
  const audio = new FakeAudio();
  const player = new Player(audio, life());
  player.load("/audio/", 50);
  audio.currentTime = atS;
  audio.paused = false;
  return { audio, player };
}

test("the playhead is where the sound is, from the session's start", () => {
  const { player } = playing(1);

  assert.equal(player.nowMs(0), 1050);
});

test("between two steps of the clock time is counted on, but never far", () => {
  const { player } = playing(1);
  player.nowMs(0);

  assert.deepEqual([player.nowMs(16), player.nowMs(38), player.nowMs(5000)], [1066, 1088, 1090]);
});

test("at double speed the playhead moves twice as fast", () => {
  const { audio, player } = playing(1);
  player.nowMs(0);
  audio.playbackRate = 2;

  assert.deepEqual([player.nowMs(15), player.nowMs(5000)], [1080, 1090]);
});

test("a speed that was chosen is also that of the recording which comes after it", () => {
  const audio = new FakeAudio();
  const player = new Player(audio, life());
  player.load("/audio/?revision=1", 0);

  player.setSpeed(1.5);
  player.load("/audio/?revision=2", 0);

  assert.equal(audio.playbackRate, 1.5);
});

test("while it is paused or seeks nothing is counted on", () => {
  const { audio, player } = playing(1);
  player.nowMs(0);
  audio.seeking = true;

  assert.equal(player.nowMs(40), 1050);
});

test("play begins where the playhead stands", () => {
  const audio = new FakeAudio();
  const player = new Player(audio, life());
  player.load("/audio/", 50);

  player.toggle(2050);

  assert.deepEqual([audio.currentTime, audio.paused], [2, false]);
});

test("whoever stands where the recording is over hears it from its beginning", () => {
  const startsFrom = (fromMs) => {
    const audio = new FakeAudio();
    const player = new Player(audio, life());
    player.load("/audio/", 50, 60_000);
    player.toggle(fromMs);
    return audio.currentTime;
  };

  assert.deepEqual([61_000, 60_050, 59_960, 59_900].map(startsFrom), [0, 0, 0, 59.85]);
});

test("before the recording begins there is only its beginning", () => {
  const { audio, player } = playing(3);

  player.seek(10);

  assert.equal(audio.currentTime, 0);
});

test("without a recording nothing plays and nothing breaks", () => {
  const player = new Player(new FakeAudio(), life());

  player.toggle(0);
  player.seek(500);
  player.toggleMute("user");

  assert.deepEqual([player.isReady, player.isPlaying], [false, false]);
});

test("a browser that wants another click is not an error; a broken file is", async () => {
  const audio = new FakeAudio();
  const player = new Player(audio, life());
  player.load("/audio/", 0);
  audio.refusal = Object.assign(new Error(), { name: "NotAllowedError" });
  player.toggle(0);
  await new Promise((done) => setTimeout(done));
  assert.equal(player.problem, "");

  audio.dispatchEvent(new Event("error"));
  assert.match(player.problem, /could not be loaded/);
  assert.equal(player.isReady, false);
});

test("as long as nobody mutes there is no audio graph", () => {
  FakeContext.made = 0;
  const mixer = new ChannelMixer(new FakeAudio(), life());
  assert.deepEqual([FakeContext.made, mixer.latencyMs], [0, 0]);

  mixer.setMuted("user", true);
  mixer.setMuted("user", false);

  assert.deepEqual([FakeContext.made, mixer.isMuted("user")], [1, false]);
});

test("what the graph delays is taken off the playhead", () => {
  const { player } = playing(1);

  player.toggleMute("agent");

  assert.equal(player.isMuted("agent"), true);
  assert.equal(player.nowMs(0), 1010);
});

test("the sound stops with the element", () => {
  const [audio, ours] = [new FakeAudio(), life()];
  const player = new Player(audio, ours);
  player.load("/audio/", 0);
  player.toggle(0);

  ours.end();

  assert.equal(audio.paused, true);
});

test("each frame of playing moves the page's playhead to the sound", (t) => {
  const frames = [];
  globalThis.requestAnimationFrame = (call) => frames.push(call);
  globalThis.cancelAnimationFrame = () => {};
  t.mock.method(performance, "now", () => 0);
  const { audio, player } = playing(4);
  new TimelineClock({ player }, life());

  player.dispatchEvent(new Event("changed"));
  frames.shift()(0);
  assert.equal(position.ms, 4050);
  assert.equal(frames.length, 1);

  audio.paused = true;
  frames.shift()(16);
  assert.equal(frames.length, 0);
});
