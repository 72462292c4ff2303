import { Lifetime } from "./lifetime.js";

/** Hides the items that do not contain what is typed, and the groups that are left empty. */
export class FilterList extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.querySelector("[data-filter]").addEventListener("input", this.#filter, { signal: this.life.signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  #filter = (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const item of this.querySelectorAll("[data-item]")) {
      item.hidden = !item.textContent.toLowerCase().includes(wanted);
    }
    for (const group of this.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-item]:not([hidden])");
    }
    this.querySelector("[data-none]").hidden = Boolean(this.querySelector("[data-item]:not([hidden])"));
  };
}
