const GAP_PX = 14;
const EDGE_PX = 8;

/** The card beside the pointer. Words of callers and models are only ever text. */
export class HoverCard {
  #card;
  #shown = "";

  /** @param {HTMLElement} card */
  constructor(card) {
    this.#card = card;
  }

  /**
   * @param {import("./mark-words.js").CardWords} words
   * @param {{left: number, right: number, y: number, widthPx: number, topPx: number,
   *   heightPx: number}} place never over `left` to `right`
   */
  show(words, place) {
    const content = JSON.stringify(words);
    if (content !== this.#shown) this.#write(words);
    this.#shown = content;
    this.#card.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.#card;
    const fitsRight = place.right + GAP_PX + width <= place.widthPx - EDGE_PX;
    const x = fitsRight ? place.right + GAP_PX : Math.max(EDGE_PX, place.left - GAP_PX - width);
    const y = Math.max(place.topPx + 4, Math.min(place.y, place.heightPx - height - 6));
    this.#card.style.setProperty("--x", `${Math.round(x)}px`);
    this.#card.style.setProperty("--y", `${Math.round(y)}px`);
  }

  hide() {
    this.#card.hidden = true;
  }

  #write({ title, kind, rows, isBad }) {
    const list = document.createElement("dl");
    for (const [name, value] of rows) list.append(written("dt", name), written("dd", value));
    this.#card.replaceChildren(written("strong", title), written("span", kind), list);
    this.#card.classList.toggle("hover-card--failed", isBad);
  }
}

function written(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
