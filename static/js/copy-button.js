import { isCopied } from "./clipboard.js";
import { Lifetime } from "./lifetime.js";
import { say } from "./said.js";

const DONE_MS = 1600;

/** Copies the text of the element named by `for`, or its own `value`, and says that `what` was copied. */
export class CopyButton extends HTMLElement {
  #timer = 0;
  #label = "";

  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", this.#copy, { signal: this.life.signal });
    this.life.onEnd(() => clearTimeout(this.#timer));
  }

  disconnectedCallback() {
    this.life.end();
  }

  get text() {
    if (this.hasAttribute("value")) return this.getAttribute("value");
    return document.getElementById(this.getAttribute("for")).textContent;
  }

  get words() {
    return `Copied: ${this.getAttribute("what")}.`;
  }

  #copy = async () => {
    const { words } = this; // what it is at this moment
    const isDone = await isCopied(this.text);
    say(isDone ? words : "This browser did not let it be copied. Select it, and press Ctrl+C.");
    if (!this.#timer) this.#label = this.querySelector("[data-label]").textContent;
    clearTimeout(this.#timer);
    this.#say(isDone ? "Copied" : "Not copied", isDone);
    this.#timer = setTimeout(this.#calmDown, DONE_MS);
  };

  #calmDown = () => {
    this.#timer = 0;
    this.#say(this.#label, false);
  };

  #say(words, isDone) {
    this.querySelector("[data-label]").textContent = words;
    this.toggleAttribute("data-copied", isDone);
  }
}
