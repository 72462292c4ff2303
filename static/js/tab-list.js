import { Lifetime } from "./lifetime.js";

const MOVES = { ArrowRight: 1, ArrowLeft: -1 };

/** Tabs by the ARIA practice: arrows move, Home and End jump. The chosen tab stays in the address if `data-param` names it; `data-first` is chosen otherwise. */
export class TabList extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    this.addEventListener("click", this.#clicked, { signal });
    this.addEventListener("keydown", this.#pressed, { signal });
    const asked = new URLSearchParams(location.search).get(this.dataset.param ?? "");
    this.#show(this.#tab(asked) ?? this.#tab(this.dataset.first) ?? this.#tabs[0]);
  }

  disconnectedCallback() {
    this.life.end();
  }

  get #tabs() {
    return [...this.querySelectorAll("[role=tab]")];
  }

  #tab(name) {
    return this.#tabs.find((tab) => tab.dataset.tab === name);
  }

  choose(chosen) {
    if (chosen.getAttribute("aria-selected") === "true") return;
    this.#show(chosen);
    this.#rememberInAddress(chosen);
    this.dispatchEvent(new Event("tab-chosen", { bubbles: true }));
  }

  #show(chosen) {
    for (const tab of this.#tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
    }
  }

  #clicked = (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) this.choose(tab);
  };

  #pressed = (event) => {
    const tabs = this.#tabs;
    const at = tabs.indexOf(document.activeElement);
    const to = { Home: 0, End: tabs.length - 1 }[event.key] ?? at + (MOVES[event.key] ?? 0);
    if (at < 0 || to === at) return;
    event.preventDefault();
    const tab = tabs[(to + tabs.length) % tabs.length];
    tab.focus();
    this.choose(tab);
  };

  #rememberInAddress(tab) {
    if (!this.dataset.param) return;
    const address = new URL(location.href);
    address.searchParams.set(this.dataset.param, tab.dataset.tab);
    history.replaceState(history.state, "", address);
  }
}
