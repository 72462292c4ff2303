import { RecordRows } from "./record-rows.js";

/** The tree of spans as a treegrid: → unfolds or goes inside, ← folds or goes to the parent. */
export class SpanTree extends RecordRows {
  connectedCallback() {
    super.connectedCallback();
    const first = this.rows[0];
    if (first && !this.querySelector("tr[tabindex='0']")) first.tabIndex = 0;
  }

  clicked = (event) => {
    const row = event.target.closest("tbody > tr");
    if (!row) return;
    this.#rove(row);
    if (event.target.closest("[data-twist]")) this.#fold(row, isOpen(row));
    else this.open(row);
  };

  pressed = (event) => {
    const row = event.target.closest("tbody > tr");
    if (!row) return;
    const move = { ArrowDown: () => this.#step(row, 1), ArrowUp: () => this.#step(row, -1), ArrowRight: () => this.#inward(row),
      ArrowLeft: () => this.#outward(row), Home: () => this.focusRow(this.rows[0]), End: () => this.focusRow(this.rows.at(-1)),
      Enter: () => this.open(row) }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };

  focusRow(row) {
    if (!row) return;
    this.#rove(row);
    row.focus();
  }

  /** What is folded above it unfolds, and Tab leads to it. */
  makeReachable(row) {
    for (let above = parentOf(row); above; above = parentOf(above)) if (!isOpen(above)) this.#fold(above, false);
    row.hidden = false;
    this.#rove(row);
  }

  /** There are other rows: those that have come below a folded one are hidden too. */
  foldAgain() {
    hideFolded([...this.querySelectorAll("tbody > tr")]);
  }

  #step(row, by) {
    this.focusRow(this.rows[this.rows.indexOf(row) + by]);
  }

  #inward(row) {
    if (row.getAttribute("aria-expanded") === "false") this.#fold(row, false);
    else if (isOpen(row)) this.#step(row, 1);
  }

  #outward(row) {
    if (isOpen(row)) this.#fold(row, true);
    else this.focusRow(parentOf(row));
  }

  #rove(row) {
    this.querySelector("tr[tabindex='0']")?.setAttribute("tabindex", "-1");
    row.tabIndex = 0;
  }

  #fold(row, isFolded) {
    row.setAttribute("aria-expanded", String(!isFolded));
    hideFolded([row, ...below(row)]);
  }
}

/** Of rows in their order. Those below a folded one stay hidden when something above them unfolds. */
function hideFolded(rows) {
  let foldedLevel = Infinity;
  for (const row of rows) {
    if (levelOf(row) <= foldedLevel) foldedLevel = Infinity;
    row.hidden = levelOf(row) > foldedLevel;
    if (!row.hidden && row.getAttribute("aria-expanded") === "false") foldedLevel = levelOf(row);
  }
}

function* below(row) {
  for (let next = row.nextElementSibling; next && levelOf(next) > levelOf(row); next = next.nextElementSibling) yield next;
}

function levelOf(row) {
  return Number(row.getAttribute("aria-level"));
}

function isOpen(row) {
  return row.getAttribute("aria-expanded") === "true";
}

function parentOf(row) {
  let above = row.previousElementSibling;
  while (above && levelOf(above) >= levelOf(row)) above = above.previousElementSibling;
  return above;
}
