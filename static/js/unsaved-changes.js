import { Lifetime } from "./lifetime.js";

/** "1 change is not saved: Audio." */
export function unsavedInWords(names) {
  const changes = names.length === 1 ? "1 change is" : `${names.length} changes are`;
  return `${changes} not saved: ${names.join(", ")}.`;
}

/**
 * A form whose choices count once they are saved: marks those that are not, names them beside the button, and has the browser
 * ask whoever leaves. A control with `data-saved` tells what is saved of it: "on" or "off", or a select's value.
 */
export class UnsavedChanges extends HTMLElement {
  #isSaving = false;

  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    this.quiet = this.#said.textContent;
    this.addEventListener("change", this.#show, { signal });
    this.addEventListener("submit", () => (this.#isSaving = true), { signal });
    this.addEventListener("reset", () => setTimeout(this.#show), { signal });
    window.addEventListener("pageshow", this.#return, { signal });
    window.addEventListener("beforeunload", this.#ask, { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.life.end();
  }

  get #said() {
    return this.querySelector("[data-said]");
  }

  get #unsaved() {
    return [...this.querySelectorAll("[data-saved]")].filter((control) => valueOf(control) !== control.dataset.saved);
  }

  /** Browsers give a page that is gone back to the choices of before. */
  #return = () => {
    this.#isSaving = false;
    this.#show();
  };

  #show = () => {
    const unsaved = this.#unsaved;
    for (const control of this.querySelectorAll("[data-saved]")) {
      control.closest("[data-choice]").toggleAttribute("data-unsaved", unsaved.includes(control));
    }
    this.#said.textContent = unsaved.length ? unsavedInWords(unsaved.map(nameOf)) : this.quiet;
    this.querySelector("[type=reset]").hidden = unsaved.length === 0;
  };

  #ask = (event) => {
    if (!this.#isSaving && this.#unsaved.length) event.preventDefault();
  };
}

function valueOf(control) {
  return control.type === "checkbox" ? (control.checked ? "on" : "off") : control.value;
}

function nameOf(control) {
  return control.closest("[data-choice]").dataset.choice;
}
