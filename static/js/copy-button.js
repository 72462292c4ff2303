import { isCopied } from "./clipboard.js";
import { Lifetime } from "./lifetime.js";

const DONE_MS = 1600;

/** Copies the text of the element named by `for`, or its own `value`, and says so. */
export class CopyButton extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", this.#copy, { signal: this.life.signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  get #text() {
    if (this.hasAttribute("value")) return this.getAttribute("value");
    return document.getElementById(this.getAttribute("for")).textContent;
  }

  #copy = async () => {
    const label = this.querySelector("[data-label]");
    const before = label.textContent;
    label.textContent = (await isCopied(this.#text)) ? "Copied" : "Press Ctrl+C";
    const timer = setTimeout(() => (label.textContent = before), DONE_MS);
    this.life.onEnd(() => clearTimeout(timer));
  };
}
