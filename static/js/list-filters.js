import { Lifetime } from "./lifetime.js";

const TYPED_INTO = "input, textarea, select, [contenteditable]";

/** The filters of a list that htmx brings up to date: `/` leads to the search, `?` lists the keys, and it is told when the server does not answer. */
export class ListFilters extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    document.addEventListener("keydown", this.#pressed, { signal });
    document.addEventListener("submit", this.#saved, { signal, capture: true });
    for (const failed of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(failed, this.#fail, { signal });
    document.addEventListener("htmx:configRequest", this.#asking, { signal });
    document.addEventListener("htmx:beforeSwap", this.#answered, { signal });
    document.addEventListener("htmx:afterSwap", this.#well, { signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  #pressed = (event) => {
    if (!"/?".includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(TYPED_INTO) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (event.key === "?") document.getElementById("list-keys").showPopover();
    else this.#search();
  };

  #search() {
    const search = this.querySelector("input[type=search]");
    search.focus();
    search.select();
  }

  /** A view keeps what the address asks for at that moment: filters change it without a new page. */
  #saved = ({ target }) => {
    const query = target.querySelector("[data-query]");
    if (query) query.value = location.search.slice(1);
  };

  /** htmx remembers what a refresh was to ask for; new rows may have said otherwise since. */
  #asking = ({ detail }) => {
    if (detail.elt.id === "session-refresh") detail.path = detail.elt.getAttribute("hx-get");
  };

  /** What was asked for before the filters changed, and is answered after, is no longer wanted. */
  #answered = ({ detail }) => {
    const { elt, path } = detail.requestConfig;
    if (elt.id === "session-refresh" && path !== elt.getAttribute("hx-get")) detail.shouldSwap = false;
  };

  /** What is not there any more has answered. */
  #fail = ({ detail }) => detail.xhr.status === 404 || this.#tell(detail.target, true);

  #well = ({ detail }) => this.#tell(detail.target, false);

  #tell(target, hasFailed) {
    if (target?.id === "session-rows") this.querySelector("[data-failed]").hidden = !hasFailed;
  }
}
