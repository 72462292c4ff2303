import { Lifetime } from "./lifetime.js";
import { filterSpans, openTab } from "./open-record.js";
import { selection, thingNamed } from "./page-selection.js";
import { position } from "./playhead-position.js";
import { SelectedRows } from "./selected-rows.js";

/** After a click on one of these Space plays; for whoever walks with the keyboard it still presses them. */
const LETS_GO = ".transport button, .view-switch button, [role=tab], .figure, .completeness button";

/** The page of a session as a whole: clicks that jump to a moment or select, and the Details pane's coming and going. */
export class SessionView extends HTMLElement {
  #lastAnswer = null;

  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    this.rows = new SelectedRows(this);
    selection.addEventListener("changed", () => this.rows.mark(), { signal });
    selection.addEventListener("selected", this.#selected, { signal });
    this.addEventListener("click", this.#clicked, { signal });
    this.addEventListener("tab-chosen", this.#tabChosen, { signal });
    this.addEventListener("details-shown", () => this.#showDetails(true), { signal });
    this.addEventListener("details-hidden", () => this.#showDetails(false), { signal });
    this.addEventListener("htmx:configRequest", this.#asking, { signal });
    this.addEventListener("htmx:beforeSwap", this.#answered, { signal });
    this.addEventListener("htmx:afterSwap", this.#swapped, { signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  #selected = () => {
    this.rows.show();
    this.toggleAttribute("data-beside", selection.isOpen);
  };

  #tabChosen = () => {
    this.removeAttribute("data-beside");
    this.rows.renew();
  };

  #clicked = (event) => {
    const { target } = event;
    const pressed = target.closest(LETS_GO);
    if (pressed && event.detail > 0) pressed.blur();
    if (target.closest("[data-show]")) this.rows.renew();
    const control = target.closest("[data-select], [data-open-tab], [data-filter-turn]");
    if (control) this.#act(control.dataset);
    else this.#seek(event);
  };

  #act({ select, seekMs, openTab: tab, filterTurn: turn }) {
    if (seekMs) position.seekTo(Number(seekMs));
    if (select) return selection.select(thingNamed(select), { isOpening: true });
    if (this.#isRecordsCovered) selection.close();
    if (tab) openTab(tab);
    else filterSpans({ turn });
  }

  #seek(event) {
    const target = event.target.closest("[data-seek-ms]");
    const isInnerControl = event.target.closest("summary, pre, a, copy-lines");
    if (!target || isInnerControl || (isSelecting() && !event.target.closest("button"))) return;
    position.seekTo(Number(target.dataset.seekMs));
    const { turn } = target.closest("[data-turn]")?.dataset ?? {};
    if (turn) selection.select({ kind: "turn", id: turn });
    if (event.detail > 0) document.activeElement.blur();
  }

  #showDetails(isShown) {
    this.toggleAttribute("data-details", isShown);
    const views = this.querySelector("view-switch");
    if (isShown) views.borrow("records");
    else views.giveBack();
    if (isShown) this.rows.renew();
  }

  get #isRecordsCovered() {
    return this.hasAttribute("data-details") && getComputedStyle(this.querySelector("details-pane")).position === "absolute";
  }

  /** What "Show more" has brought stays where it is. */
  #asking = ({ detail }) => {
    if (detail.elt.id === "session-refresh") Object.assign(detail.parameters, rowsShown(this));
  };

  /** Whoever has filtered or seen more since a refresh was asked for does not want the answer: it is asked for again. */
  #answered = ({ detail }) => {
    const { elt, parameters } = detail.requestConfig;
    if (elt.id !== "session-refresh" || queryOf(parameters) === queryOf(lookOf(this))) return;
    detail.shouldSwap = false;
    document.body.dispatchEvent(new Event("live:refresh"));
  };

  /** htmx tells it of every row that an answer has added. */
  #swapped = ({ target, detail }) => {
    if (detail.xhr === this.#lastAnswer) return;
    this.#lastAnswer = detail.xhr;
    this.querySelector("span-tree")?.foldAgain();
    this.rows.renew();
    if (target !== this) return;
    position.advanceTo(position.ms);
    this.querySelector("details-pane").refresh();
  };
}

/** What a refresh has to bring back as it is: filters, and how far the lists are shown. */
function lookOf(view) {
  const forms = view.querySelectorAll("#span-filter, #log-filter");
  return [...[...forms].flatMap((form) => [...new FormData(form)]), ...Object.entries(rowsShown(view))];
}

function rowsShown(view) {
  const count = (rows) => view.querySelectorAll(`${rows} > tr`).length;
  return { spans_shown: count("#span-table-rows"), logs_shown: count("#log-table-rows") };
}

function queryOf(pairs) {
  return new URLSearchParams([...pairs]).toString();
}

/** Someone who marks text with the mouse wants the text, not another moment. A button leaves what is marked as it is. */
function isSelecting() {
  return String(document.getSelection()).length > 0;
}
