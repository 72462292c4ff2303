import { hitAt } from "./hit-test.js";
import { HoverCard } from "./hover-card.js";
import { rowBox } from "./draw-spans.js";
import { momentWords } from "./moment.js";
import { errorWords, logWords, spanWords, turnWords, waitWords } from "./mark-words.js";

/** So near to the pointer a mark belongs to the moment. */
const NEAR_PX = 7;
const LEAST_NEAR_MS = 150;
/** The figure to the left of a doubtful wait. */
const FIGURE_PX = 32;

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
    const ms = scene.view.toMs(x);
    this.#timeline.setHover(hit.kind === "minimap" || ms < 0 ? null : ms);
    const words = this.#wordsFor(hit, scene, x);
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

  #wordsFor(hit, { model, view }, x) {
    if (hit.kind === "span") return spanWords(model, hit.row);
    if (hit.kind === "turn") return turnWords(model, hit.turn);
    if (hit.kind === "log") return logWords(model.logs.get(hit.index));
    if (hit.kind === "error") return errorWords(hit.error);
    if (hit.kind === "eou") return waitWords(hit);
    if (hit.kind === "minimap") return null;
    if (view.toMs(x) < 0) return null;
    return momentWords(model, view.toMs(x), Math.max(LEAST_NEAR_MS, NEAR_PX / view.pxPerMs));
  }

  /** Beside a span and a little above it, never over it; beside the hairline for the rest. */
  #placeOf(hit, { model, boxes, view, untilMs }, x, y) {
    const heightPx = this.#timeline.surface.visibleBottomPx;
    const size = { widthPx: view.widthPx, topPx: this.#timeline.surface.scrolledPx, heightPx };
    const beside = (left, right) => ({ left, right, y: y - 20, ...size });
    if (hit.kind === "eou") return beside(view.toPx(hit.wait.start_ms) - FIGURE_PX, view.toPx(hit.wait.end_ms));
    if (hit.kind !== "span") return beside(x - 2, x + 2);
    const { lane: name, start_ms: startMs, end_ms: endMs } = model.spans.records[hit.row];
    const lane = model.lanes.get(name);
    const { top } = rowBox(boxes[name], lane.places.get(hit.row) ?? { level: 0, levels: 1 });
    const right = Math.min(view.toPx(Math.min(endMs ?? untilMs, untilMs)), view.widthPx * 0.7);
    return { left: Math.max(0, view.toPx(startMs)), right: Math.max(right, x + 2), y: top - 34, ...size };
  }
}
