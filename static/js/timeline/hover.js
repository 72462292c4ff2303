import { hitAt, laneAt } from "./hit-test.js";
import { HoverCard } from "./hover-card.js";
import { rowBox } from "./draw-spans.js";
import { errorWords, logWords, momentWords, spanWords, turnWords } from "./moment.js";

/** Where the pointer only asks what happened at this moment. */
const TELLING_LANES = new Set(["agents", "turns", "user", "agent", "response", "eou"]);

/** The hairline and the card under a pointer that only looks. */
export class HoverOnLanes {
  #timeline;
  #card;
  #pointer = null;

  constructor(timeline, cardElement) {
    this.#timeline = timeline;
    this.#card = new HoverCard(cardElement);
  }

  at(x, y) {
    this.#pointer = [x, y];
    const { scene, stage } = this.#timeline.surface;
    const hit = hitAt(scene, x, y);
    const isOnMark = !["moment", "ruler", "minimap"].includes(hit.kind);
    stage.classList.toggle("timeline__stage--over-mark", isOnMark);
    this.#timeline.setHover(hit.kind === "minimap" ? null : scene.view.toMs(x));
    const words = this.#wordsFor(hit, scene, x, y);
    if (!words) this.#card.hide();
    else this.#card.show(words, this.#placeOf(hit, scene, x, y));
  }

  /** The lanes have moved under the pointer. */
  refresh() {
    if (this.#pointer) this.at(...this.#pointer);
  }

  leave() {
    this.#pointer = null;
    this.#card.hide();
    this.#timeline.setHover(null);
  }

  #wordsFor(hit, { model, boxes, view }, x, y) {
    if (hit.kind === "span") return spanWords(model, hit.row);
    if (hit.kind === "turn") return turnWords(model, hit.turn);
    if (hit.kind === "log") return logWords(model.logs.get(hit.index));
    if (hit.kind === "error") return errorWords(hit.error);
    return TELLING_LANES.has(laneAt(boxes, y)) ? momentWords(model, view.toMs(x)) : null;
  }

  /** Beside a span and a little above it, never over it; beside the hairline for the rest. */
  #placeOf(hit, { model, boxes, view, untilMs }, x, y) {
    const heightPx = this.#timeline.surface.visibleBottomPx;
    const size = { widthPx: view.widthPx, topPx: this.#timeline.surface.scrolledPx, heightPx };
    if (hit.kind !== "span") return { left: x - 2, right: x + 2, y: y - 20, ...size };
    const { lane: name, start_ms: startMs, end_ms: endMs } = model.spans.records[hit.row];
    const lane = model.lanes.get(name);
    const { top } = rowBox(boxes[name], lane.places.get(hit.row) ?? { level: 0, levels: 1 });
    const right = Math.min(view.toPx(Math.min(endMs ?? untilMs, untilMs)), view.widthPx * 0.7);
    return { left: Math.max(0, view.toPx(startMs)), right: Math.max(right, x + 2), y: top - 34, ...size };
  }
}
