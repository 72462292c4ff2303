import { framing, panning, Pinch, ranging } from "./drags.js";
import { laneAt } from "./hit-test.js";

const CLICK_PX = 4;
const ZOOM_PER_PX = 1 / 360;
const LINE_PX = 24;
const LONG_PRESS_MS = 450;

/**
 * Mouse, pen and fingers on the lanes. Wheel: zoom to the pointer, sideways or with Shift: pan. Drag: pan; on the ruler or
 * with Shift: mark a stretch to show; on the overview: move the frame. Two fingers: both at once. A finger that stays
 * looks, as a mouse does that hovers; what it has seen stays until the next touch.
 */
export class PointerOnLanes {
  #surface;
  #control;
  #on;
  #fingers = new Map();
  #drag = null;
  #pinch = null;
  #start = null;
  #pressing = 0;

  /** @param {{hover: Function, leave: Function, click: Function, doubleClick: Function, range: Function}} on */
  constructor(surface, control, on, life) {
    this.#surface = surface;
    this.#control = control;
    this.#on = on;
    const { stage } = surface;
    const { signal } = life;
    stage.addEventListener("wheel", this.#wheel, { passive: false, signal });
    stage.addEventListener("pointerdown", this.#down, { signal });
    stage.addEventListener("pointermove", this.#move, { signal });
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, this.#up, { signal });
    stage.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.#on.leave(), { signal });
    stage.addEventListener("contextmenu", (event) => this.#start?.isLooking && event.preventDefault(), { signal });
    document.addEventListener("pointerdown", (event) => event.pointerType === "touch" && this.#on.leave(), { signal, capture: true });
    life.onEnd(() => clearTimeout(this.#pressing));
    stage.addEventListener("dblclick", (event) => this.#on.doubleClick(...this.#at(event)), { signal });
  }

  #wheel = (event) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    if (isSideways && !event.ctrlKey) this.#control.panByPx((event.deltaX || event.deltaY) * unit);
    else this.#control.zoomAt(this.#at(event)[0], Math.exp(-event.deltaY * unit * ZOOM_PER_PX * (event.ctrlKey ? 4 : 1)));
    this.#on.leave();
  };

  #down = (event) => {
    if (event.button !== 0) return;
    const [x, y] = this.#at(event);
    this.#fingers.set(event.pointerId, x);
    this.#surface.stage.setPointerCapture(event.pointerId);
    if (this.#fingers.size === 2) this.#startPinch();
    else this.#begin(x, y, event);
  };

  #begin(x, y, event) {
    const isTouch = event.pointerType === "touch";
    this.#start = { x, y, isTouch, isMarking: event.shiftKey, hasMoved: false, isLooking: false };
    clearTimeout(this.#pressing);
    if (isTouch) this.#pressing = setTimeout(() => this.#look(x, y), LONG_PRESS_MS);
  }

  #look(x, y) {
    if (!this.#start || this.#start.hasMoved) return;
    this.#start.isLooking = true;
    this.#on.hover(x, y);
  }

  #move = (event) => {
    const [x, y] = this.#at(event);
    if (!this.#fingers.has(event.pointerId)) {
      if (event.pointerType !== "touch") this.#on.hover(x, y);
      return;
    }
    this.#fingers.set(event.pointerId, x);
    if (this.#pinch) this.#pinch.move(...this.#fingers.values());
    else if (this.#start?.isLooking) this.#on.hover(x, y);
    else if (this.#start) this.#dragTo(x);
  };

  #dragTo(x) {
    if (!this.#start.hasMoved && Math.abs(x - this.#start.x) < CLICK_PX) return;
    if (!this.#start.hasMoved) this.#drag = this.#dragFrom(this.#start);
    this.#start.hasMoved = true;
    this.#drag.move(x);
    this.#on.leave();
    this.#on.range(this.#drag.range ?? null);
  }

  #dragFrom({ x, y, isMarking }) {
    const lane = laneAt(this.#surface.boxes, y);
    if (lane === "minimap") return framing(this.#control, x);
    if (isMarking || lane === "ruler") return ranging(this.#control, x, this.#control.view);
    return panning(this.#control, x);
  }

  #up = (event) => {
    if (!this.#fingers.delete(event.pointerId)) return;
    if (this.#pinch) {
      if (!this.#fingers.size) this.#pinch = null;
      return;
    }
    const { start, drag } = { start: this.#start, drag: this.#drag };
    this.#start = this.#drag = null;
    this.#on.range(null);
    if (event.type === "pointercancel" || !start || start.isLooking) return;
    if (drag) drag.end();
    else this.#on.click(start.x, start.y, start);
  };

  #startPinch() {
    this.#start = this.#drag = null;
    const [one, other] = this.#fingers.values();
    this.#pinch = new Pinch(this.#control, one, other);
  }

  #at(event) {
    const { left, top } = this.#surface.stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }
}
