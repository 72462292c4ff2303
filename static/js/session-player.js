import { Lifetime } from "./lifetime.js";
import { offsetText } from "./offset-text.js";
import { position } from "./playhead-position.js";
import { turnAfter, turnBefore } from "./turn-steps.js";

const STEP_MS = 2000;
const PROBLEM = "The recording could not be loaded. Reload the page to try again.";

/**
 * The transport. If there is a recording, its <audio> is the clock; if not, the playhead can still be moved, so that
 * transcript and lanes may be walked through.
 */
export class SessionPlayer extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.audio = this.querySelector("audio");
    const { signal } = this.life;
    this.addEventListener("click", this.#clicked, { signal });
    this.#seekBar.addEventListener("input", () => position.seekTo(Number(this.#seekBar.value)), { signal });
    position.addEventListener("moved", this.#show, { signal });
    position.addEventListener("sought", this.#follow, { signal });
    if (this.audio) this.#listenToAudio(signal);
    this.#show();
  }

  disconnectedCallback() {
    this.life.end();
    cancelAnimationFrame(this.frame);
  }

  toggle() {
    if (!this.audio) return;
    if (this.audio.paused) this.audio.play().catch(() => this.#tell(PROBLEM));
    else this.audio.pause();
  }

  step(direction) {
    position.seekTo(position.ms + direction * STEP_MS);
  }

  stepTurn(direction) {
    const toMs = direction > 0 ? turnAfter(position.ms) : turnBefore(position.ms);
    if (toMs !== null) position.seekTo(toMs);
  }

  get #seekBar() {
    return this.querySelector("[data-seek]");
  }

  get #offsetMs() {
    return Number(this.dataset.offsetMs);
  }

  #listenToAudio(signal) {
    for (const name of ["play", "pause", "ended"]) this.audio.addEventListener(name, this.#playing, { signal });
    this.audio.addEventListener("error", () => this.#tell(PROBLEM), { signal });
    this.audio.addEventListener("timeupdate", this.#advance, { signal });
    this.querySelector("[data-speed]").addEventListener("change", this.#setSpeed, { signal });
  }

  #clicked = (event) => {
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action === "play") this.toggle();
    if (action === "previous") this.stepTurn(-1);
    if (action === "next") this.stepTurn(1);
  };

  #playing = () => {
    const isPlaying = !this.audio.paused && !this.audio.ended;
    this.toggleAttribute("data-playing", isPlaying);
    this.querySelector("[data-do=play]").setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    cancelAnimationFrame(this.frame);
    if (isPlaying) this.#run();
  };

  #run = () => {
    this.#advance();
    this.frame = requestAnimationFrame(this.#run);
  };

  #advance = () => {
    if (this.audio.seeking || this.audio.readyState < HTMLMediaElement.HAVE_METADATA) return;
    if (!this.audio.paused) position.advanceTo(this.audio.currentTime * 1000 + this.#offsetMs);
  };

  #follow = () => {
    if (this.audio) this.audio.currentTime = Math.max(0, position.ms - this.#offsetMs) / 1000;
  };

  #setSpeed = (event) => {
    this.audio.playbackRate = Number(event.target.value);
  };

  #show = () => {
    this.querySelector("[data-clock]").textContent = offsetText(position.ms);
    this.#seekBar.value = String(position.ms);
    this.#seekBar.setAttribute("aria-valuetext", offsetText(position.ms, 0));
  };

  #tell(problem) {
    this.querySelector("[data-problem]").textContent = problem;
  }
}
