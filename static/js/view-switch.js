import { Lifetime } from "./lifetime.js";

/** On a narrow screen the transcript and the records take turns; the stylesheet reads `data-view` of the element named by `for`. */
export class ViewSwitch extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", this.#choose, { signal: this.life.signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  #choose = (event) => {
    const chosen = event.target.closest("[data-show]");
    if (chosen) this.show(chosen.dataset.show);
  };

  show(view) {
    document.getElementById(this.getAttribute("for")).dataset.view = view;
    for (const button of this.querySelectorAll("[data-show]")) {
      button.setAttribute("aria-pressed", String(button.dataset.show === view));
    }
  }
}
