import { isCopied } from "./clipboard.js";
import { Lifetime } from "./lifetime.js";
import { say } from "./said.js";
import { transcriptText } from "./transcript-text.js";

const DONE_MS = 1600;
/** For the rest of a transcript, which comes after the page. */
const LOOK_MS = 50;
const MOST_LOOKS = 60;

/** Copies as plain text the lines inside the element named by `for`, or the one line that it stands in itself. */
export class CopyLines extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    this.addEventListener("click", this.#copy, { signal: this.life.signal });
    this.life.onEnd(() => clearTimeout(this.timer));
  }

  disconnectedCallback() {
    this.life.end();
  }

  get #lines() {
    const list = document.getElementById(this.getAttribute("for"));
    return list ? [...list.querySelectorAll(".line")] : [this.closest(".line")].filter(Boolean);
  }

  #copy = async () => {
    await whole(document.getElementById(this.getAttribute("for")));
    const lines = this.#lines;
    const done = await isCopied(transcriptText(lines.map(read)));
    say(done ? copiedInWords(lines.length, this.hasAttribute("for")) : "This browser did not let it be copied.");
    this.toggleAttribute("data-copied", done);
    clearTimeout(this.timer);
    this.timer = setTimeout(this.#forget, DONE_MS);
  };

  #forget = () => this.removeAttribute("data-copied");
}

/** "Copied: the transcript, 42 lines." */
export function copiedInWords(count, isWhole) {
  return isWhole ? `Copied: the transcript, ${count} ${count === 1 ? "line" : "lines"}.` : "Copied: this line.";
}

/** Until all lines are in the list; not for ever, for the lines may be down. */
async function whole(list) {
  for (let looks = 0; list?.querySelector("#lines-later") && looks < MOST_LOOKS; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** @returns {import("./transcript-text.js").Line} */
function read(line) {
  const parts = [...line.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part.textContent]);
  return { kind: line.dataset.kind, ...Object.fromEntries(parts) };
}
