import { Lifetime } from "./lifetime.js";

/** Rows that open in the Details pane: click or Enter opens, arrows move, the opened one stays marked. */
export class RecordRows extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", this.clicked, { signal: this.life.signal });
    this.addEventListener("keydown", this.pressed, { signal: this.life.signal });
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

  focusRow(row) {
    (row?.querySelector("button.log-row__open") ?? row)?.focus();
  }

  open(row) {
    for (const other of document.querySelectorAll("tr[aria-selected=true]")) other.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
    // Asked for by the list: htmx takes a third of a millisecond for each row that has an address of its own.
    window.htmx.ajax("GET", row.dataset.details, { source: this, target: "#details", swap: "innerHTML" });
  }
}
