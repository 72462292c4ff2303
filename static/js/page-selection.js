/**
 * What can be selected on this page. Spans go by "<trace id>-<span id>", log lines and raw records by their key, turns by
 * their number.
 *
 * @typedef {{kind: "span"|"log"|"turn"|"raw", id: string}} Thing
 */

const NAMED = /^(span|log|turn|raw)-(.+)$/;

/** How ids of rows and `data-select` name a thing: "turn-5". @param {Thing} thing */
export const nameOf = ({ kind, id }) => `${kind}-${id}`;

/** @returns {Thing|null} */
export function thingNamed(name) {
  const [, kind, id] = NAMED.exec(name ?? "") ?? [];
  return kind ? { kind: /** @type {Thing["kind"]} */ (kind), id } : null;
}

/**
 * What is selected on this page, and whether its details are wanted. The one place that remembers it: whoever selects tells
 * this; lanes, rows, Details and the address follow its "changed". "selected" comes after it when someone has selected, even
 * what was selected already: they want to see it.
 */
export class PageSelection extends EventTarget {
  /** @type {Thing|null} */
  current = null;
  isOpen = false;

  /** Details that are open already go along. */
  select(thing, { isOpening = false } = {}) {
    this.#change(thing, this.isOpen || isOpening);
    this.dispatchEvent(new Event("selected"));
  }

  open() {
    if (this.current) this.select(this.current, { isOpening: true });
  }

  /** Details are no longer wanted; what is selected stays so. */
  close() {
    if (this.isOpen) this.#change(this.current, false);
  }

  /** @returns {boolean} whether there was anything to take back */
  clear() {
    if (!this.current) return false;
    this.#change(null, false);
    return true;
  }

  #change(thing, isOpen) {
    this.current = thing;
    this.isOpen = isOpen;
    this.dispatchEvent(new Event("changed"));
  }
}

export const selection = new PageSelection();
