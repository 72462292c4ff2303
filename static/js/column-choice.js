import { Lifetime } from "./lifetime.js";

const KEPT = "playhead.hidden-columns";

/** Which columns of the list this reader wants, kept in this browser. The page's styles leave out what its `data-hidden` names. */
export class ColumnChoice extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("change", this.#changed, { signal: this.life.signal });
    const hidden = new Set(read());
    for (const box of this.#boxes) box.checked = !hidden.has(box.value);
    this.#show();
  }

  disconnectedCallback() {
    this.life.end();
  }

  get #boxes() {
    return [...this.querySelectorAll("input[type=checkbox]")];
  }

  get #hidden() {
    return this.#boxes.filter((box) => !box.checked).map((box) => box.value);
  }

  #changed = () => {
    this.#show();
    try {
      localStorage.setItem(KEPT, this.#hidden.join(" "));
    } catch {
      // A browser that keeps nothing forgets the choice with the page.
    }
  };

  #show() {
    this.closest(".sessions-page").dataset.hidden = this.#hidden.join(" ");
  }
}

function read() {
  try {
    return (localStorage.getItem(KEPT) ?? "").split(" ");
  } catch {
    return [];
  }
}
