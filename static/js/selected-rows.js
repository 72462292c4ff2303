import { nameOf, selection } from "./page-selection.js";

const TABS = { span: "spans", log: "logs", raw: "raw" };

/** Marks what is selected wherever it stands, and brings its row into sight. The row may come later, or not at all. */
export class SelectedRows {
  #root;
  #isAwaited = false;

  constructor(root) {
    this.#root = root;
  }

  /** Someone has selected it. */
  show() {
    const { current, isOpen } = selection;
    if (isOpen && current.kind in TABS) chooseTab(TABS[current.kind]);
    this.#isAwaited = !this.#bringIntoSight();
    revealWords(this.#root.querySelector(".line[data-selected]"));
  }

  /** There are other rows. */
  renew() {
    this.mark();
    if (this.#isAwaited) this.#isAwaited = !this.#bringIntoSight();
  }

  mark() {
    if (!selection.current) this.#isAwaited = false;
    const { current } = selection;
    const row = this.#row;
    for (const other of this.#root.querySelectorAll("tr[aria-selected=true]")) if (other !== row) other.removeAttribute("aria-selected");
    row?.setAttribute("aria-selected", "true");
    const turn = current?.kind === "turn" ? current.id : null;
    for (const line of this.#root.querySelectorAll(".line[data-turn]")) line.toggleAttribute("data-selected", line.dataset.turn === turn);
  }

  get #row() {
    return selection.current && document.getElementById(nameOf(selection.current));
  }

  /** A row that is in sight already stays where it is. @returns {boolean} whether it is there to be seen */
  #bringIntoSight() {
    const row = this.#row;
    if (!row) return false;
    row.closest("span-tree, record-rows")?.makeReachable(row);
    const scroller = row.closest(".panel__body");
    const box = row.getBoundingClientRect();
    const frame = scroller.getBoundingClientRect();
    const middle = (box.top + box.bottom) / 2;
    const headPx = scroller.querySelector("thead")?.offsetHeight ?? 0;
    if (!frame.height) return false;
    if (middle < frame.top + headPx || middle > frame.bottom) scroller.scrollTop += middle - (frame.top + frame.bottom) / 2;
    return true;
  }
}

function chooseTab(name) {
  const tab = document.getElementById(`tab-${name}`);
  tab.closest("tab-list").choose(tab);
}

/** What was said in it, unless it can be read already. */
function revealWords(line) {
  const list = line?.closest("transcript-list");
  if (!list) return;
  const [box, frame] = [line.getBoundingClientRect(), list.getBoundingClientRect()];
  if (box.top < frame.top || box.bottom > frame.bottom) list.reveal(line);
}
