import { ChannelMixer } from "./channel-mixer.js";
import { playableCopy, plays } from "./playable-copy.js";

/**
 * Browsers tell the position of a running <audio> in steps; between two of them time is counted on, at most this far: the
 * playhead is promised within 50 ms of the sound, at any speed.
 */
const MOST_AHEAD_MS = 40;

/** Whoever has followed a call to its end stands there, or a little before it. */
const TAIL_MS = 100;

const OGG = 'audio/ogg; codecs="opus"';
const MAKING_COPY = "This browser does not play Ogg; a copy of the recording is being made for it.";

const NOT_LOADED = "The recording could not be loaded. Reload the page to try again.";

/** The sound. Its position is the clock: the playhead is where the ear is, not where a timer thinks it should be. */
export class Player extends EventTarget {
  #audio;
  #life;
  #source = "";
  #mixer;
  #toldMs = 0;
  #toldAt = 0;

  /** @param {HTMLAudioElement} audio */
  constructor(audio, life) {
    super();
    this.#audio = audio;
    this.#life = life;
    this.#mixer = new ChannelMixer(audio, life);
    this.offsetMs = 0; // where the recording begins in the session
    this.endMs = Infinity; // and where it ends, as far as that is known
    this.problem = "";
    const { signal } = life;
    for (const name of ["play", "playing", "pause", "ended", "waiting"]) {
      audio.addEventListener(name, () => this.#changed(), { signal });
    }
    audio.addEventListener("error", () => this.#fail(NOT_LOADED), { signal });
    life.onEnd(() => audio.pause());
  }

  /** @param {number|null} [durationMs] of the recording; nothing while nobody has measured it */
  load(source, offsetMs, durationMs) {
    this.offsetMs = offsetMs;
    this.endMs = offsetMs + (durationMs || Infinity);
    if (!source || this.#source === source) return;
    this.#source = source;
    if (plays(this.#audio, OGG)) this.#begin(source);
    else this.#beginCopy(source);
  }

  async #beginCopy(source) {
    this.#fail(MAKING_COPY);
    try {
      const copy = await playableCopy(source, this.#life.signal);
      if (this.#source === source) this.#begin(copy);
    } catch (error) {
      if (error.name !== "AbortError") this.#fail(error.message);
    }
  }

  #begin(source) {
    this.#audio.preload = "none"; // what is fetched stands in the audit trail as played
    this.#audio.src = source;
    this.problem = "";
    this.#changed();
  }

  get isReady() {
    return Boolean(this.#audio.getAttribute("src")) && !this.problem;
  }

  get isPlaying() {
    return this.isReady && !this.#audio.paused && !this.#audio.ended;
  }

  /** Milliseconds since the session began, of what is heard at this moment. */
  nowMs(performanceMs) {
    const toldMs = this.#audio.currentTime * 1000;
    if (toldMs !== this.#toldMs) [this.#toldMs, this.#toldAt] = [toldMs, performanceMs];
    const isRunning = this.isPlaying && !this.#audio.seeking && this.#audio.readyState > HTMLMediaElement.HAVE_CURRENT_DATA;
    const { playbackRate } = this.#audio;
    const aheadMs = isRunning ? Math.min(MOST_AHEAD_MS, Math.max(0, performanceMs - this.#toldAt) * playbackRate) : 0;
    return Math.max(0, toldMs + aheadMs - this.#mixer.latencyMs * playbackRate) + this.offsetMs;
  }

  toggle(fromMs) {
    if (!this.isReady) return;
    if (this.isPlaying) {
      this.#audio.pause();
      return;
    }
    const isOver = this.#audio.ended || fromMs > this.endMs - TAIL_MS;
    this.seek(isOver ? 0 : fromMs);
    this.#mixer.resume();
    this.#audio.play().catch((error) => this.#refused(error));
  }

  seek(ms) {
    if (!this.isReady) return;
    const seconds = Math.max(0, ms - this.offsetMs) / 1000;
    if (Math.abs(this.#audio.currentTime - seconds) > 0.005) this.#audio.currentTime = seconds;
  }

  setSpeed(rate) {
    this.#audio.defaultPlaybackRate = rate; // which a new source begins with
    this.#audio.playbackRate = rate;
    this.#audio.preservesPitch = true;
  }

  isMuted(channel) {
    return this.#mixer.isMuted(channel);
  }

  /** @param {"user"|"agent"} channel */
  toggleMute(channel) {
    if (!this.isReady) return;
    this.#mixer.setMuted(channel, !this.#mixer.isMuted(channel));
    this.#changed();
  }

  /** A browser may want another click before it makes a sound; a pause that comes too soon is no problem at all. */
  #refused(error) {
    if (error.name === "AbortError") return;
    if (error.name === "NotAllowedError") this.#changed();
    else this.#fail("The recording could not be played.");
  }

  #fail(problem) {
    this.problem = problem;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("changed"));
  }
}
