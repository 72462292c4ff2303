import { Lifetime } from "./lifetime.js";
import { nameOf, selection } from "./page-selection.js";

const FOLDERS = { span: "spans", log: "logs", turn: "turns", raw: "raw" };
const addressOf = ({ kind, id }) => `${FOLDERS[kind]}/${id}/`;

/** The Details of what is selected, as long as they are wanted. Tells "details-shown" and "details-hidden", bubbling. */
export class DetailsPane extends HTMLElement {
  #wanted = "";
  /** What had the focus when the selection was made; it gets it back. */
  #origin = null;
  #hasLostFocus = false;

  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    selection.addEventListener("changed", this.#follow, { signal });
    this.addEventListener("htmx:beforeSwap", this.#sort, { signal });
    this.addEventListener("htmx:afterSwap", this.#arrived, { signal });
    for (const failure of ["htmx:responseError", "htmx:sendError"]) this.addEventListener(failure, this.#failed, { signal });
    this.addEventListener("click", this.#clicked, { signal });
    this.#follow();
  }

  disconnectedCallback() {
    this.life.end();
  }

  /** A turn that is still going on has become longer. */
  refresh() {
    if (selection.isOpen && this.querySelector("[data-growing]")) this.#load(selection.current, "morph");
  }

  #follow = () => {
    const { current, isOpen } = selection;
    if (!current || !isOpen) return this.#hide();
    this.#noteOrigin();
    if (nameOf(current) !== this.#wanted) this.#load(current, "innerHTML");
    else if (this.childElementCount) this.#tell("details-shown");
  };

  #load(thing, swap) {
    this.#wanted = nameOf(thing);
    window.htmx.ajax("GET", addressOf(thing), { source: this, target: this, swap }).catch(() => {}); // its events tell it too
  }

  #clicked = ({ target }) => {
    if (target.closest("[data-close-details]")) selection.clear();
    if (!target.closest("[data-again]")) return;
    this.#noteOrigin();
    this.#load(selection.current, "innerHTML");
  };

  #sort = ({ detail }) => {
    if (!isWanted(detail)) detail.shouldSwap = false;
  };

  #arrived = () => {
    this.#tell("details-shown");
    if (this.#hasLostFocus) this.querySelector(".details__body")?.focus({ preventScroll: true });
    this.#hasLostFocus = false;
  };

  /** Whoever selects the same thing once more tries again too. */
  #failed = ({ detail }) => {
    if (!isWanted(detail)) return;
    this.replaceChildren(document.getElementById("details-failed").content.cloneNode(true));
    this.#wanted = "";
    this.#arrived();
  };

  #noteOrigin() {
    const { activeElement } = document;
    this.#hasLostFocus = this.contains(activeElement);
    if (!this.#hasLostFocus && activeElement !== document.body) this.#origin = activeElement;
  }

  #hide() {
    this.#wanted = "";
    if (!this.childElementCount) return;
    const isFocusHere = this.contains(document.activeElement);
    this.replaceChildren();
    this.#tell("details-hidden");
    if (isFocusHere || document.activeElement === document.body) this.#origin?.focus({ preventScroll: true });
  }

  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }
}

/** While it was on its way something else may have been selected, or nothing. */
function isWanted({ pathInfo }) {
  const { current, isOpen } = selection;
  return isOpen && pathInfo.requestPath.endsWith(addressOf(current));
}
