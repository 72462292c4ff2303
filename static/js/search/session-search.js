import { Lifetime } from "../lifetime.js";
import { position } from "../playhead-position.js";
import { Asking } from "./asking.js";
import { paint, revealInDetails, shownPlaces } from "./found-words.js";
import { KINDS } from "./hits.js";
import { leadTo, markLine } from "./lead-to-hit.js";
import { SearchBar } from "./search-bar.js";
import { SearchState } from "./search-state.js";

const PAUSE_MS = 220;

/**
 * `<session-search data-src="…">`: finds words in the transcript, the spans and the log lines of the session on this page, and
 * leads from one to the next in order of time. Opened by "search-requested" and by whatever has `data-search-toggle`. Asks
 * again when the page has been refreshed.
 */
export class SessionSearch extends HTMLElement {
  state = new SearchState();
  #pause = 0;
  #isLeading = false;
  #before = null;
  #isFromAddress = false;

  connectedCallback() {
    this.life = new Lifetime();
    const { signal } = this.life;
    this.bar = new SearchBar(this);
    this.asking = new Asking(this.dataset.src, { answered: this.#answered, failed: this.#failed });
    this.life.onEnd(() => this.#rest());
    this.addEventListener("keydown", this.#pressed, { signal });
    this.addEventListener("click", this.#clicked, { signal });
    this.bar.input.addEventListener("input", this.#typed, { signal });
    document.addEventListener("search-requested", () => this.open(), { signal });
    document.addEventListener("click", this.#toggled, { signal });
    document.addEventListener("htmx:afterSwap", this.#swapped, { signal });
    queueMicrotask(this.#openFromAddress); // once the page's other elements are there
  }

  disconnectedCallback() {
    this.life.end();
  }

  /** Whoever found the session by words in the list, `#find=…`, goes on to the first of them. */
  #openFromAddress = () => {
    const words = new URLSearchParams(location.hash.slice(1)).get("find");
    if (!words) return;
    this.#isFromAddress = true;
    this.state.kinds = new Set(["words"]);
    this.bar.input.value = words;
    this.open();
    this.#step(1);
  };

  open() {
    if (this.hidden) this.#before = document.activeElement;
    this.#setOpen(true);
    this.bar.input.focus();
    this.bar.input.select();
    this.state.type(this.bar.input.value.trim());
    this.#ask();
  }

  close() {
    this.#rest();
    this.state.forget();
    this.#setOpen(false);
    if (this.#before?.isConnected) this.#before.focus();
  }

  /** The session was found by a name or an id, which nobody has said. */
  #leave() {
    this.state.kinds = new Set(KINDS);
    this.bar.input.value = "";
    this.close();
  }

  #setOpen(isOpen) {
    this.hidden = !isOpen;
    for (const button of document.querySelectorAll("[data-search-toggle]")) button.setAttribute("aria-expanded", String(isOpen));
    this.#show();
  }

  #rest() {
    clearTimeout(this.#pause);
    this.asking.stop();
  }

  #toggled = ({ target }) => {
    if (!target.closest("[data-search-toggle]")) return;
    if (this.hidden) this.open();
    else this.close();
  };

  #typed = () => {
    this.#rest();
    this.state.type(this.bar.input.value.trim());
    this.#pause = setTimeout(() => this.#ask(), PAUSE_MS);
    this.#show();
  };

  #ask() {
    this.#rest();
    if (this.state.isAskable) this.asking.ask(this.state.q, this.state.kinds);
    this.#show();
  }

  #answered = (answer) => {
    this.state.answered(answer);
    const isFound = this.state.total > 0 || !this.#isFromAddress;
    this.#isFromAddress = false;
    if (!isFound) return this.#leave();
    const hit = this.state.takeStep(position.ms);
    if (hit) this.#lead(hit);
    else this.#show();
  };

  #failed = (reason) => {
    this.state.failed(reason);
    this.#show();
  };

  #pressed = (event) => {
    const { key, target, shiftKey, isComposing } = event;
    const isStep = key === "Enter" && !isComposing && (target === this.bar.input || target.closest("[data-step]"));
    if (key !== "Escape" && !isStep) return;
    event.preventDefault();
    event.stopPropagation(); // Escape closes one thing at a time
    if (!isStep) this.close();
    else this.#step(shiftKey ? -1 : Number(target.dataset.step ?? 1));
  };

  #clicked = ({ target }) => {
    const { step, kind } = target.closest("button")?.dataset ?? {};
    if (step) this.#step(Number(step));
    if (target.closest("[data-close]")) this.close();
    if (!kind) return;
    if (this.state.toggle(kind)) this.#ask();
    this.#show();
  };

  /** Before there is an answer, it goes there when it comes. */
  #step(direction) {
    const hit = this.state.step(direction, position.ms);
    if (hit) this.#lead(hit);
    else if (!this.state.isAnswered && !this.asking.isBusy) this.#ask();
  }

  #lead(hit) {
    this.#isLeading = hit.kind !== "words";
    leadTo(hit);
    this.#show();
  }

  /** The page has been brought up to date, or the details of a hit have come. */
  #swapped = ({ target }) => {
    if (this.hidden) return;
    this.#show();
    if (target.id === "session" && this.state.isAskable) this.asking.askAgain(this.state.q, this.state.kinds);
    if (target.id !== "details" || !this.#isLeading || !this.state.answer) return;
    this.#isLeading = false;
    revealInDetails(this.state.answer.q);
  };

  #show() {
    const { q, kinds, answer, hits, at, total, note } = this.state;
    this.bar.show({ q, kinds, totals: answer?.totals ?? null, hits, at, total, note });
    markLine(this.state.hit);
    const places = answer ? [...shownPlaces({ inTranscript: kinds.has("words") }), ...this.bar.texts] : [];
    paint(places, answer?.q);
    document.querySelector("session-timeline").showHits(hits.map(({ at_ms: ms }) => ms));
  }
}
