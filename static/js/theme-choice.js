import { Lifetime } from "./lifetime.js";

/** The three theme buttons of the account menu. The choice stays in this browser. */
export class ThemeChoice extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", this.#choose, { signal: this.life.signal });
    this.#show(document.documentElement.dataset.theme ?? "auto");
  }

  disconnectedCallback() {
    this.life.end();
  }

  #choose = (event) => {
    const theme = event.target.closest("[data-theme-choice]")?.dataset.themeChoice;
    if (!theme) return;
    remember(theme);
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    this.#show(theme);
  };

  #show(theme) {
    for (const button of this.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
  }
}

function remember(theme) {
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Then it holds for this page only.
  }
}
