import { Lifetime } from "./lifetime.js";

/** What the browser's own Print does, for those who look for a button; the stylesheet makes a document of the page. */
export class PrintButton extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", () => window.print(), { signal: this.life.signal });
  }

  disconnectedCallback() {
    this.life.end();
  }
}
