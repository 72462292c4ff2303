import { Lifetime } from "./lifetime.js";
import { selection, thingNamed } from "./page-selection.js";

/** Rows that are selected: by click or Enter; arrows move. The id of a row names its thing. */
export class RecordRows extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", this.clicked, { signal: this.life.signal });
    this.addEventListener("keydown", this.pressed, { signal: this.life.signal });
    this.addEventListener("htmx:beforeSwap", this.#growing, { signal: this.life.signal });
    this.addEventListener("htmx:afterSwap", this.#grown, { signal: this.life.signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  get rows() {
    return [...this.querySelectorAll("tbody > tr:not([hidden])")];
  }

  clicked = (event) => {
    const row = event.target.closest("tbody > tr");
    if (row) this.open(row);
  };

  pressed = (event) => {
    const row = event.target.closest("tbody > tr");
    if (!row) return;
    const to = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (to) this.focusRow(this.rows[this.rows.indexOf(row) + to]);
    else if (event.key === "Enter") this.open(row);
    else return;
    event.preventDefault();
  };

  #growing = () => {
    this.countBefore = this.querySelectorAll("tbody > tr").length;
  };

  /** Whoever had the last ones shown, by a button that is gone, goes on at the first of them. */
  #grown = () => {
    if (document.activeElement === document.body) this.focusRow(this.querySelectorAll("tbody > tr")[this.countBefore]);
  };

  focusRow(row) {
    (row?.querySelector("button.log-row__open") ?? row)?.focus();
  }

  open(row) {
    const thing = thingNamed(row.id);
    if (thing) selection.select(thing, { isOpening: true });
  }

  /** Before it is brought into sight. */
  makeReachable(row) {
    row.hidden = false;
  }
}
