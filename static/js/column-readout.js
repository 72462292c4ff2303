import { Lifetime } from "./lifetime.js";

/** Says in words what the column of a chart under the pointer shows; the words stand in the table beside it too. */
export class ColumnReadout extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    this.addEventListener("pointerover", this.#over, { signal });
    this.addEventListener("pointerleave", () => this.#say(null), { signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  #over = ({ target }) => this.#say(target.dataset?.told ?? null);

  #say(told) {
    const readout = this.querySelector("[data-readout]");
    readout.textContent = told ?? readout.dataset.rest;
    readout.classList.toggle("faint", told === null);
  }
}
