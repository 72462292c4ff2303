import { followers } from "./followers.js";
import { Lifetime } from "./lifetime.js";
import { position } from "./playhead-position.js";

const NEAR_END_PX = 80;
/** Heights of lines that were never near are estimates (line.css); scrolling past many of them would not end where it should. */
const FAR_SCREENS = 3;

/** The scrolling transcript: marks the line under the playhead and, while told to follow, keeps it in view. */
export class TranscriptList extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    position.addEventListener("moved", this.#mark, { signal });
    this.addEventListener("wheel", this.#letGo, { signal, passive: true });
    this.addEventListener("touchmove", this.#letGo, { signal, passive: true });
    this.addEventListener("scroll", this.#noteEnd, { signal, passive: true });
    this.#button.addEventListener("click", () => this.setFollowing(!this.isFollowing), { signal });
    followers.add(this, this.life);
    this.isAtEnd = true;
    this.observer = new MutationObserver(this.#grown);
    this.observer.observe(this, { childList: true, subtree: true });
    this.life.onEnd(() => this.observer.disconnect());
    this.#grown();
  }

  disconnectedCallback() {
    this.life.end();
  }

  get isFollowing() {
    return this.#button.getAttribute("aria-pressed") === "true";
  }

  setFollowing(isOn) {
    this.#button.setAttribute("aria-pressed", String(isOn));
    if (isOn) this.reveal(this.current);
  }

  /** Scrolls a line into view, with what was said before it above. */
  reveal(line) {
    if (!line) return;
    const box = line.getBoundingClientRect();
    const frame = this.getBoundingClientRect();
    const byPx = box.top - frame.top - (frame.height - box.height) / 3;
    const isFar = Math.abs(byPx) > FAR_SCREENS * frame.height;
    const isInstant = isFar || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scrollBy({ top: byPx, behavior: isInstant ? "instant" : "smooth" });
  }

  get #button() {
    return document.getElementById("follow");
  }

  #letGo = () => {
    if (this.isFollowing) this.setFollowing(false);
  };

  #noteEnd = () => {
    this.isAtEnd = this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_END_PX;
  };

  /** New lines of a live session stay in sight of whoever looks at the newest ones. */
  #grown = () => {
    if (this.hasAttribute("data-live") && this.isFollowing && this.isAtEnd) this.scrollTop = this.scrollHeight;
    if (this.current) this.#mark(); // the line under the playhead may be among the new ones
  };

  #mark = () => {
    const lines = [...this.querySelectorAll("[data-seek-ms]")];
    const current = lines.findLast((line) => Number(line.dataset.seekMs) <= position.ms + 1);
    if (current === this.current) return;
    this.current?.removeAttribute("data-current");
    current?.setAttribute("data-current", "");
    this.current = current;
    if (this.isFollowing) this.reveal(current);
  };
}
