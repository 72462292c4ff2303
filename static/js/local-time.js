import { Lifetime } from "./lifetime.js";

const SHAPES = {
  clock: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  minute: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short" },
  moment: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" },
};
const ZONE = { timeZoneName: "short" };
const formats = new Map();
const STEPS = [["s", 1, 60], ["min", 60, 60], ["h", 3600, 24], ["days", 86400, Infinity]];
const TICK_MS = 5000;

/** "3 min ago", "in 29 days"; for the first seconds "just now". */
export function distanceText(seconds) {
  const size = Math.abs(seconds);
  if (size < 5) return "just now";
  const [unit, length] = STEPS.find(([, length, count]) => size < length * count);
  const count = Math.floor(size / length);
  const words = unit === "days" && count === 1 ? "1 day" : `${count} ${unit}`;
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}

/** A moment in the clock of whoever reads it. The server writes UTC inside, for browsers without script. */
export class LocalTime extends HTMLElement {
  static observedAttributes = ["datetime", "shape"];

  connectedCallback() {
    this.life = new Lifetime();
    this.#show();
    if (this.getAttribute("shape") !== "ago") return;
    const timer = setInterval(() => this.#show(), TICK_MS);
    this.life.onEnd(() => clearInterval(timer));
  }

  disconnectedCallback() {
    this.life.end();
  }

  attributeChangedCallback() {
    if (this.life) this.#show();
  }

  #show() {
    const at = new Date(this.getAttribute("datetime"));
    if (Number.isNaN(at.getTime())) return;
    const shape = this.getAttribute("shape") ?? "moment";
    const text = shape === "ago" ? distanceText((Date.now() - at.getTime()) / 1000) : textOf(at, SHAPES[shape]);
    if (this.textContent !== text) this.textContent = text;
    this.title = `${textOf(at, SHAPES.moment)} ${zoneName(at)}`;
  }
}

function textOf(at, shape) {
  return formatOf(shape).format(at);
}

function zoneName(at) {
  return formatOf(ZONE).formatToParts(at).find((part) => part.type === "timeZoneName").value;
}

/** A format takes a tenth of a millisecond to make, and a page has hundreds of times. */
function formatOf(shape) {
  if (!formats.has(shape)) formats.set(shape, new Intl.DateTimeFormat("en-GB", { ...shape, hourCycle: "h23" }));
  return formats.get(shape);
}
