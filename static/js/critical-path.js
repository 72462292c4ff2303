import { Lifetime } from "./lifetime.js";
import { openSpan } from "./open-record.js";

/** The critical path in one line: each step opens its span in the Details pane. */
export class CriticalPath extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", this.#open, { signal: this.life.signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  #open = (event) => {
    const step = event.target.closest("[data-span]");
    if (!step) return;
    const [traceId, spanId] = step.dataset.span.split("-");
    openSpan({ traceId, spanId });
  };
}
