import { position } from "../playhead-position.js";
import { FrameLoop } from "./frame-loop.js";
import { LiveEdge } from "./live-edge.js";

const LIVE_STEP_MS = 100;
const CALM_LIVE_STEP_MS = 1000;

/** Moves what moves by itself: the playhead with the sound, the live edge with time. */
export class TimelineClock {
  #timeline;
  #frames = new FrameLoop((nowMs) => this.#advance(nowMs));
  #edge = new LiveEdge();
  #timer = 0;

  constructor(timeline, life) {
    this.#timeline = timeline;
    const { player } = timeline;
    player.addEventListener("changed", () => player.isPlaying && this.#frames.request(), { signal: life.signal });
    life.onEnd(() => this.#frames.stop());
    life.onEnd(() => this.#stopLive());
  }

  /** Called with new data. @returns {number} how far the session has come */
  take(model) {
    if (!model.isLive) {
      this.#stopLive();
      return model.endMs;
    }
    this.#edge.set(model.endMs, model.startUnixMs, Date.now(), performance.now());
    const stepMs = matchMedia("(prefers-reduced-motion: reduce)").matches ? CALM_LIVE_STEP_MS : LIVE_STEP_MS;
    this.#timer ||= setInterval(() => this.#timeline.moveEdge(this.#edge.at(performance.now())), stepMs);
    return this.#edge.at(performance.now());
  }

  #advance(nowMs) {
    const { player } = this.#timeline;
    if (!player.isPlaying) return;
    position.advanceTo(player.nowMs(Math.max(nowMs, performance.now())));
    this.#timeline.surface?.paintNow(); // and not in the next frame, when the sound is elsewhere
    this.#frames.request();
  }

  #stopLive() {
    clearInterval(this.#timer);
    this.#timer = 0;
  }
}
