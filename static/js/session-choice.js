import { Lifetime } from "./lifetime.js";

/** The sessions of the list that are chosen, to be downloaded or deleted together. The list is written anew while one chooses. */
export class SessionChoice extends HTMLElement {
  #chosen = new Set();

  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    this.addEventListener("change", this.#choose, { signal });
    this.addEventListener("click", this.#chooseNone, { signal });
    this.addEventListener("htmx:afterSwap", this.#keep, { signal });
    this.#tell();
  }

  disconnectedCallback() {
    this.life.end();
  }

  /** Not those of the question whether to delete, which names the same sessions. */
  get #boxes() {
    return [...this.querySelectorAll(".session-row input[name=session]")];
  }

  #choose = ({ target }) => {
    if (target.matches("[data-choose-all]")) this.#chooseAll(target.checked);
    if (target.name !== "session") return;
    if (target.checked) this.#chosen.add(target.value);
    else this.#chosen.delete(target.value);
    this.#tell();
  };

  /** Of what is on the page; nobody chooses what they do not see. */
  #chooseAll(isChosen) {
    const boxes = this.#boxes;
    for (const box of boxes) box.checked = isChosen;
    this.#chosen = new Set(isChosen ? boxes.map((box) => box.value) : []);
    this.#tell();
  }

  #chooseNone = ({ target }) => {
    if (!target.closest("[data-choose-none]")) return;
    const first = this.#boxes.find((box) => box.checked);
    for (const box of this.#boxes) box.checked = false;
    this.#chosen.clear();
    this.#tell();
    first?.focus();
  };

  /** A row that moved from "Live" to its day is a new row; one that is no longer shown is no longer chosen. */
  #keep = () => {
    const shown = this.#boxes;
    for (const box of shown) box.checked = this.#chosen.has(box.value);
    this.#chosen = new Set(shown.filter((box) => box.checked).map((box) => box.value));
    this.#tell();
  };

  #tell() {
    const form = this.querySelector("#chosen-sessions");
    form.hidden = this.#chosen.size === 0;
    form.querySelector("[data-count]").textContent = form.hidden ? "" : `${this.#chosen.size} chosen`;
    const all = this.querySelector("[data-choose-all]");
    if (!all) return;
    all.checked = this.#chosen.size > 0 && this.#chosen.size === this.#boxes.length;
    all.indeterminate = this.#chosen.size > 0 && !all.checked;
  }
}
