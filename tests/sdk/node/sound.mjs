/** What the caller speaks into and the agent speaks through: real samples in real time, no device. */
import { voice } from "@livekit/agents";
import { AudioFrame } from "@livekit/rtc-node";
import { ReadableStream } from "node:stream/web";

export const MICROPHONE_HZ = 16_000;
export const LOUDSPEAKER_HZ = 24_000;
const FRAME_MS = 20;
const CALLER_PITCH_HZ = 120;
const SECONDS_PER_WORD = 0.18;
const LOUD = 300; // root mean square of int16 samples; the room's noise stays below 20

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const durationMs = (frame) => (1000 * frame.samplesPerChannel) / frame.sampleRate;

/** A hum at one pitch that swells with each word: not speech, but seen and heard as somebody speaking. */
export function hum(text, { rateHz, pitchHz }) {
  const words = text.trim().split(/\s+/).length;
  return Int16Array.from({ length: words * SECONDS_PER_WORD * rateHz }, (_, index) => {
    const time = index / rateHz;
    const tone = [1, 2, 3].reduce((sum, n) => sum + Math.sin(2 * Math.PI * pitchHz * n * time) / n, 0);
    return 5000 * tone * (0.3 + 0.7 * Math.abs(Math.sin((Math.PI * time) / SECONDS_PER_WORD)));
  });
}

export function isLoud(frame) {
  const power = frame.data.reduce((sum, sample) => sum + sample * sample, 0) / frame.data.length;
  return Math.sqrt(power) > LOUD;
}

/** Always on: frames in real time, room noise or the caller's words. */
export class Microphone extends voice.AudioInput {
  words = "";
  #unsaid = new Int16Array(0);
  #said = () => {};
  #timer;

  constructor() {
    super();
    this.multiStream.addInputStream(new ReadableStream({ start: (controller) => this.#stayOn(controller) }));
  }

  say(words) {
    this.words = words;
    this.#unsaid = hum(words, { rateHz: MICROPHONE_HZ, pitchHz: CALLER_PITCH_HZ });
    return new Promise((resolve) => (this.#said = resolve));
  }

  switchOff() {
    clearInterval(this.#timer);
  }

  #stayOn(controller) {
    let nextFrameAt = performance.now();
    this.#timer = setInterval(() => {
      for (; nextFrameAt <= performance.now(); nextFrameAt += FRAME_MS) controller.enqueue(this.#nextFrame());
    }, FRAME_MS);
  }

  #nextFrame() {
    const size = (MICROPHONE_HZ * FRAME_MS) / 1000;
    const samples = Int16Array.from({ length: size }, () => (Math.random() - 0.5) * 50);
    this.#unsaid.subarray(0, size).forEach((sample, index) => (samples[index] += sample));
    this.#unsaid = this.#unsaid.subarray(size);
    if (!this.#unsaid.length) this.#said();
    return new AudioFrame(samples, MICROPHONE_HZ, 1, size);
  }
}

/** Takes audio as fast as it comes, plays it in real time, and can be cut off. */
export class Loudspeaker extends voice.AudioOutput {
  #queuedMs = 0;
  #startedAtMs = 0;
  #end;

  constructor() {
    super(LOUDSPEAKER_HZ, undefined, { pause: false });
  }

  async captureFrame(frame) {
    await super.captureFrame(frame);
    if (!this.#queuedMs) {
      this.#startedAtMs = Date.now();
      this.onPlaybackStarted(this.#startedAtMs);
    }
    this.#queuedMs += durationMs(frame);
  }

  flush() {
    super.flush();
    if (!this.#queuedMs) return;
    this.#end = setTimeout(() => this.#finish(false), this.#startedAtMs + this.#queuedMs - Date.now());
  }

  clearBuffer() {
    if (this.#queuedMs) this.#finish(true);
  }

  #finish(interrupted) {
    clearTimeout(this.#end);
    const playedMs = interrupted ? Math.min(this.#queuedMs, Date.now() - this.#startedAtMs) : this.#queuedMs;
    this.#queuedMs = 0;
    this.onPlaybackFinished({ playbackPosition: playedMs / 1000, interrupted });
  }
}
