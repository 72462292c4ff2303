import { offsetText } from "../offset-text.js";
import { laneName } from "./lane-names.js";
import { durationText } from "./time-text.js";

const PER_PAGE = 100;

/** Rows of the store in order of time: what the table pages through. */
export function tableRows({ spans }) {
  const rows = [];
  for (let row = 0; row < spans.count; row += 1) if (spans.records[row]) rows.push(row);
  return rows.sort((one, other) => spans.startMs[one] - spans.startMs[other] || one - other);
}

/** The page with the last span that has begun at this moment. */
export function pageAt({ spans }, rows, ms) {
  const at = rows.findLastIndex((row) => spans.startMs[row] <= ms);
  return Math.floor(Math.max(0, at) / PER_PAGE);
}

/** The cells of a row. */
export function cellsOf({ spans }, row) {
  const span = spans.records[row];
  const lasts = span.end_ms === null ? "still running" : durationText(span.end_ms - span.start_ms);
  const name = span.label ? `${span.name} ${span.label}` : span.name;
  const turn = span.turn ? String(span.turn) : "–";
  return [offsetText(span.start_ms, 2), name, laneName(span.lane), lasts, turn, span.is_error ? "failed" : ""];
}

/** The same spans as a table, for those who cannot or do not want to read a picture. A hundred at a time. */
export class SpanTable {
  #root;
  #model = null;
  #rows = [];
  #page = 0;
  #selected;
  #on;

  /** @param {HTMLElement} root @param {{select: (row: number) => void, close: () => void}} on */
  constructor(root, on, life) {
    this.#root = root;
    this.#on = on;
    root.addEventListener("click", this.#clicked, { signal: life.signal });
  }

  get isShown() {
    return !this.#root.hidden;
  }

  /** @param {number} fromMs the page that holds this moment is shown first */
  show(model, fromMs) {
    this.#root.hidden = false;
    this.update(model);
    this.#turnTo(pageAt(model, this.#rows, fromMs));
    this.#root.querySelector("[data-table-close]").focus();
  }

  hide() {
    this.#root.hidden = true;
    this.#root.querySelector("tbody").replaceChildren();
  }

  /** @param {number|undefined} row what is selected */
  mark(row) {
    this.#selected = row;
    if (this.isShown) this.#markRows();
  }

  update(model) {
    this.#model = model;
    this.#rows = tableRows(model);
    if (this.isShown) this.#turnTo(this.#page);
  }

  #clicked = (event) => {
    const step = { next: 1, previous: -1 }[event.target.closest("[data-page]")?.dataset.page];
    if (step) this.#turnTo(this.#page + step);
    const button = event.target.closest("[data-row]");
    if (button) this.#on.select(Number(button.dataset.row));
    if (event.target.closest("[data-table-close]")) this.#on.close();
  };

  #turnTo(page) {
    const last = Math.max(0, Math.ceil(this.#rows.length / PER_PAGE) - 1);
    this.#page = Math.min(Math.max(page, 0), last);
    const from = this.#page * PER_PAGE;
    const rows = this.#rows.slice(from, from + PER_PAGE);
    this.#root.querySelector("tbody").replaceChildren(...rows.map((row) => this.#written(row)));
    this.#markRows();
    this.#root.querySelector("[data-table-range]").textContent = rows.length
      ? `${from + 1} to ${from + rows.length} of ${this.#rows.length}`
      : "No span has arrived.";
    this.#root.querySelector("[data-page=previous]").disabled = this.#page === 0;
    this.#root.querySelector("[data-page=next]").disabled = this.#page === last;
  }

  #markRows() {
    for (const button of this.#root.querySelectorAll("[data-row]")) {
      const isSelected = Number(button.dataset.row) === this.#selected;
      button.closest("tr").toggleAttribute("data-selected", isSelected);
      button.setAttribute("aria-current", String(isSelected));
    }
  }

  #written(row) {
    const line = document.createElement("tr");
    cellsOf(this.#model, row).forEach((text, at) => {
      const cell = line.appendChild(document.createElement("td"));
      if (at !== 1) cell.textContent = text;
      else cell.append(selectButton(row, text));
    });
    return line;
  }
}

function selectButton(row, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "span-twin__open";
  button.dataset.row = String(row);
  button.textContent = text;
  return button;
}
