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
    const list = document.getElementById(this.getAttribute("for"));
    await whole(list);
    const [lines, isPart] = [this.#lines, isGrowing(list)];
    const done = await isCopied(transcriptText(lines.map(read)));
    say(done ? copiedInWords(lines.length, { isTranscript: Boolean(list), isPart }) : "This browser did not let it be copied.");
    this.toggleAttribute("data-copied", done);
    clearTimeout(this.timer);
    this.timer = setTimeout(this.#forget, DONE_MS);
  };

  #forget = () => this.removeAttribute("data-copied");
}

/** "Copied: the transcript, 42 lines." */
export function copiedInWords(count, { isTranscript, isPart = false }) {
  if (!isTranscript) return "Copied: this line.";
  const lines = `${count} ${count === 1 ? "line" : "lines"}`;
  return isPart ? `Copied: the first ${lines}. The rest of the transcript is not loaded yet.` : `Copied: the transcript, ${lines}.`;
}

/** Until all lines are in the list; not for ever, for the lines may be down. */
async function whole(list) {
  for (let looks = 0; isGrowing(list) && looks < MOST_LOOKS; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function isGrowing(list) {
  return Boolean(list?.querySelector("#lines-later"));
}

/** @returns {import("./transcript-text.js").Line} */
function read(line) {
  const parts = [...line.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part.textContent]);
  return { kind: line.dataset.kind, ...Object.fromEntries(parts) };
}
