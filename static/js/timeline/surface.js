import { rightOfName } from "./draw-frame.js";
import { drawLanes } from "./draw-lanes.js";
import { drawOver } from "./draw-over.js";
import { FrameLoop } from "./frame-loop.js";
import { laneHints, lanesPresent } from "./lanes-present.js";
import { followTheme, readPalette } from "./palette.js";
import { Pen } from "./pen.js";

/**
 * The two canvases beside the lane heads. CSS decides which lanes show and how high they are: the heads are measured, and
 * the canvas draws where they are.
 */
export class Surface {
  #root;
  #sceneOf;
  #frames = new FrameLoop(() => this.#paint());
  #isLanesStale = true;
  #isMeasureStale = true;
  #lower;
  #upper;

  /**
   * @param {HTMLElement} root the timeline element
   * @param {() => object} sceneOf what is to be seen, without boxes
   */
  constructor(root, sceneOf, { life, resized }) {
    this.#root = root;
    this.#sceneOf = sceneOf;
    this.stage = root.querySelector(".timeline__stage");
    this.boxes = {};
    this.heightPx = 0;
    life.onEnd(() => this.#frames.stop());
    this.#readColors();
    followTheme(() => this.#readColors(), life);
    const observer = new ResizeObserver(() => this.#resize(resized));
    observer.observe(this.stage);
    observer.observe(this.#headColumn);
    life.onEnd(() => observer.disconnect());
    this.#resize(resized);
  }

  /** Something in the lanes has changed. */
  requestLanes() {
    this.#isLanesStale = true;
    this.#frames.request();
  }

  /** Only the playhead, the selection or the pointer has moved. */
  requestOver() {
    this.#frames.request();
  }

  /** For what a frame has moved, before the frame is over. */
  paintNow() {
    this.#frames.flush();
  }

  /** Shows the heads of the lanes that the session has. */
  showHeads(model) {
    const present = lanesPresent(model);
    const hints = laneHints(model);
    for (const head of this.#heads) {
      const { lane } = head.dataset;
      head.hidden = !present.has(lane);
      head.style.setProperty("--rows", String(present.get(lane) ?? 1));
      const hint = head.querySelector("[data-hint]");
      if (hint && hints[lane] !== undefined) hint.textContent = hints[lane];
    }
    this.#isMeasureStale = true;
    this.requestLanes();
  }

  get scene() {
    return { ...this.#sceneOf(), boxes: this.boxes, heightPx: this.heightPx };
  }

  /** With many lanes they scroll: what of them is in sight. */
  get scrolledPx() {
    return this.stage.parentElement.scrollTop;
  }

  get visibleBottomPx() {
    return Math.min(this.heightPx, this.scrolledPx + this.stage.parentElement.clientHeight);
  }

  /** @returns {NodeListOf<HTMLElement>} */
  get #heads() {
    return this.#root.querySelectorAll("[data-lane]");
  }

  get #headColumn() {
    return this.#root.querySelector(".lane-heads");
  }

  /** How wide the names are that stand inside the lanes, where there is no room for heads. */
  get #namesPx() {
    if (this.#headColumn.clientWidth > 1) return 0;
    const named = [...this.#heads].filter((head) => !head.hidden && head.dataset.name);
    return Math.max(0, ...named.map((head) => rightOfName(this.#lower, head.dataset.name)));
  }

  #readColors() {
    const colors = readPalette(this.#root);
    const canvases = [...this.stage.querySelectorAll("canvas")];
    [this.#lower, this.#upper] = canvases.map((canvas) => new Pen(canvas.getContext("2d"), colors));
    this.requestLanes();
  }

  #resize(resized) {
    this.#isMeasureStale = true;
    resized(this.stage.clientWidth, this.#namesPx);
    this.requestLanes();
  }

  #measure() {
    this.#isMeasureStale = false;
    const top = this.#headColumn.getBoundingClientRect().top;
    this.boxes = {};
    for (const head of this.#heads) {
      const { top: headTop, height, width } = head.getBoundingClientRect();
      const { lane, name = "" } = head.dataset;
      if (height) this.boxes[lane] = { top: headTop - top, height, name, hasHead: width > 1 };
    }
    this.heightPx = this.stage.clientHeight;
  }

  #paint() {
    if (this.#isMeasureStale) this.#measure();
    const { scene } = this;
    if (this.#isLanesStale) this.#cleared(this.#lower, (pen) => drawLanes(pen, scene));
    this.#isLanesStale = false;
    this.#cleared(this.#upper, (pen) => drawOver(pen, scene));
  }

  #cleared(pen, draw) {
    const { ctx } = pen;
    const { clientWidth: width, clientHeight: height } = this.stage;
    const ratio = devicePixelRatio || 1;
    const [widthPx, heightPx] = [Math.round(width * ratio), Math.round(height * ratio)];
    const isOther = ctx.canvas.width !== widthPx || ctx.canvas.height !== heightPx;
    if (isOther) [ctx.canvas.width, ctx.canvas.height] = [widthPx, heightPx];
    pen.begin(width, height, ratio);
    draw(pen);
  }
}
