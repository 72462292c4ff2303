import { Lifetime } from "./lifetime.js";

/** On a narrow screen the transcript and the records take turns; the stylesheet reads `data-view` of the element named by `for`. */
export class ViewSwitch extends HTMLElement {
  /** What was shown before details took the place. */
  #before = null;

  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", this.#choose, { signal: this.life.signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  get shown() {
    return this.#frame.dataset.view;
  }

  show(view) {
    this.#before = null;
    this.#frame.dataset.view = view;
    for (const button of this.querySelectorAll("[data-show]")) {
      button.setAttribute("aria-pressed", String(button.dataset.show === view));
    }
  }

  /** Until `giveBack`. */
  borrow(view) {
    const before = this.#before ?? this.shown;
    this.show(view);
    this.#before = before;
  }

  /** Unless someone has chosen in the meantime. */
  giveBack() {
    if (this.#before) this.show(this.#before);
  }

  get #frame() {
    return document.getElementById(this.getAttribute("for"));
  }

  #choose = (event) => {
    const chosen = event.target.closest("[data-show]");
    if (chosen) this.show(chosen.dataset.show);
  };
}
