import { Lifetime } from "./lifetime.js";

/** The button of the saved views bears the name of the one that the list shows; filters change that without a new page. */
export class ViewsButton extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    document.addEventListener("htmx:replacedInHistory", this.#tell, { signal: this.life.signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  #tell = () => {
    const views = [...document.querySelectorAll("#saved-views [data-view]")];
    for (const view of views) view.toggleAttribute("aria-current", view.search === location.search);
    const shown = views.find((view) => view.hasAttribute("aria-current"));
    if (shown) shown.setAttribute("aria-current", "true");
    const name = this.querySelector("[data-name]");
    name.textContent = shown ? shown.dataset.view : this.dataset.otherwise;
    name.classList.toggle("only-wide", !shown);
  };
}
