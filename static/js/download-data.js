import { Lifetime } from "./lifetime.js";

const ASKED = "post";

/**
 * A form that asks for a zip, and what is told of it until it is there. The server writes what is told and htmx asks for
 * it; what no server can tell, that it does not answer, stands in a template.
 */
export class DownloadData extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    this.addEventListener("click", this.#press, { signal });
    this.addEventListener("keydown", this.#leave, { signal });
    this.addEventListener("htmx:responseError", this.#fail, { signal });
    this.addEventListener("htmx:sendError", this.#failIfAsked, { signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  get #state() {
    return this.querySelector("#download-state");
  }

  #press = ({ target }) => {
    if (target.closest("[data-again]")) this.querySelector("form").requestSubmit();
    if (target.closest("[data-dismiss]")) this.#dismiss();
  };

  #leave = (event) => {
    if (event.key !== "Escape" || !this.#state.querySelector("[data-dismiss]")) return;
    event.stopPropagation();
    this.#dismiss();
  };

  #dismiss() {
    this.#state.replaceChildren();
    this.querySelector("form button")?.focus();
  }

  #fail = ({ detail }) => {
    if (detail.target !== this.#state) return;
    this.#state.replaceChildren(this.querySelector("template[data-gone]").content.cloneNode(true));
  };

  /** A question how far it is, that gets lost, is asked again a second later. */
  #failIfAsked = ({ detail }) => {
    if (detail.requestConfig.verb === ASKED) this.#fail({ detail });
  };
}
