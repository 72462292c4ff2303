import { Lifetime } from "./lifetime.js";
import { openLog, openSpan, openTab } from "./open-record.js";
import { position } from "./playhead-position.js";

const TYPING = "input:not([type=range]), textarea, select, [contenteditable]";

/**
 * The page of a session as a whole: clicks that jump to a moment, what is chosen on the timeline, and the Details
 * pane's coming and going.
 */
export class SessionView extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    this.addEventListener("click", this.#clicked, { signal });
    document.addEventListener("keydown", this.#pressed, { signal });
    this.addEventListener("span-selected", ({ detail }) => openSpan(detail), { signal });
    this.addEventListener("log-selected", ({ detail }) => openLog(detail), { signal });
    this.addEventListener("follow-changed", ({ detail }) => this.querySelector("transcript-list").setFollowing(detail.isOn), { signal });
    this.addEventListener("htmx:afterSwap", this.#swapped, { signal });
    this.addEventListener("htmx:responseError", this.#refused, { signal });
  }

  disconnectedCallback() {
    this.life.end();
  }

  #clicked = (event) => {
    if (event.target.closest("[data-close-details]")) return this.#closeDetails();
    const opener = event.target.closest("[data-open-tab]");
    if (opener) return openTab(opener.dataset.openTab);
    const target = event.target.closest("[data-seek-ms]");
    const isInnerControl = event.target.closest("summary, pre, a, copy-lines");
    if (!target || isInnerControl || isSelecting()) return;
    position.seekTo(Number(target.dataset.seekMs));
    if (event.detail > 0) document.activeElement.blur(); // so that Space plays after a click, and still presses for keyboards
  };

  /** All other keys are the timeline's. */
  #pressed = (event) => {
    if (event.key !== "Escape" || !this.hasAttribute("data-details") || event.target.closest?.(TYPING)) return;
    if (this.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.#closeDetails();
  };

  #swapped = (event) => {
    if (event.target.id === "details") this.#openDetails();
    if (event.target === this) position.advanceTo(position.ms);
  };

  /** A session may expire or be deleted while someone looks at it; asking again would change nothing. */
  #refused = (event) => {
    if (event.target.id !== "session-refresh" || event.detail.xhr.status !== 404) return;
    event.target.remove();
    const notice = document.createElement("p");
    notice.className = "notice notice--error";
    notice.textContent = "This session is no longer here: its time is over, or it was deleted.";
    document.querySelector(".notices").append(notice);
  };

  /** The pane takes room from the rows, so that the chosen one may have slipped out of sight. */
  #openDetails() {
    this.setAttribute("data-details", "");
    this.querySelector("tr[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  #closeDetails() {
    this.removeAttribute("data-details");
    const row = this.querySelector("tr[aria-selected=true]");
    row?.removeAttribute("aria-selected");
    row?.focus();
  }
}

/** Someone who marks text with the mouse wants the text, not another moment. */
function isSelecting() {
  return String(document.getSelection()).length > 0;
}
