import { Lifetime } from "./lifetime.js";
import { inside, isFoldable, openedAtFirst, sizeText, valueText } from "./json-nodes.js";

/**
 * Shows the JSON in its <pre> as a tree to fold; text that is no JSON object or list stays as it is. The <pre> remains, hidden,
 * for whoever copies it. What is folded is made when it is opened.
 */
export class JsonTree extends HTMLElement {
  connectedCallback() {
    this.life = new Lifetime();
    const source = this.querySelector("pre");
    const value = parsed(source.textContent);
    if (!isFoldable(value)) return;
    source.hidden = true;
    this.tree = this.appendChild(this.#branch("", value, 0));
  }

  disconnectedCallback() {
    this.life.end();
    this.tree?.remove();
  }

  #branch(name, value, depth) {
    const branch = element("details", "json");
    const head = branch.appendChild(element("summary", "json__head"));
    if (name) head.append(element("span", "json__name", name));
    head.append(element("span", "json__size", sizeText(value)));
    const fill = () => branch.open && branch.childElementCount === 1 && branch.append(this.#inside(value, depth + 1));
    branch.addEventListener("toggle", fill, { signal: this.life.signal });
    branch.open = openedAtFirst(value, depth);
    fill();
    return branch;
  }

  #inside(value, depth) {
    const box = element("div", "json__inside");
    box.append(...inside(value).map(([name, inner]) => (isFoldable(inner) ? this.#branch(name, inner, depth) : leaf(name, inner))));
    return box;
  }
}

function leaf(name, value) {
  const row = element("div", "json__leaf");
  row.append(element("span", "json__name", name), element("span", `json__value json__value--${typeof value}`, valueText(value)));
  return row;
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
