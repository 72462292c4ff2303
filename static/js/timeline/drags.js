const EDGE_PX = 6;

/**
 * What a drag does, by where it begins. Each is made at its start and told the pointer's x as it goes; pure but for what it
 * tells the control.
 *
 * @typedef {{move: (x: number) => void, end: () => void, range?: {fromMs: number, toMs: number}|null}} Drag
 */

/** Moves the lanes under the pointer. @returns {Drag} */
export function panning(control, startX) {
  let lastX = startX;
  return {
    move(x) {
      control.panByPx(lastX - x);
      lastX = x;
    },
    end() {},
  };
}

/** Marks a stretch of time and shows it on release. @returns {Drag} */
export function ranging(control, startX, viewport) {
  const anchorMs = viewport.toMs(startX);
  const drag = {
    range: null,
    move(x) {
      const ms = viewport.toMs(Math.min(Math.max(x, 0), viewport.widthPx));
      drag.range = { fromMs: Math.min(anchorMs, ms), toMs: Math.max(anchorMs, ms) };
    },
    end() {
      if (drag.range) control.show(drag.range.fromMs, drag.range.toMs);
    },
  };
  return drag;
}

/** On the overview: moves the frame, or one of its edges, or brings it to the pointer first. @returns {Drag} */
export function framing(control, startX) {
  const { whole, view } = control;
  const [left, right] = [whole.toPx(view.startMs), whole.toPx(view.endMs)];
  if (left <= EDGE_PX / 2 && right >= whole.widthPx - EDGE_PX / 2) return ranging(control, startX, whole);
  if (Math.abs(startX - left) <= EDGE_PX) {
    return { move: (x) => control.show(Math.min(whole.toMs(x), view.endMs - 1), view.endMs), end() {} };
  }
  if (Math.abs(startX - right) <= EDGE_PX) {
    return { move: (x) => control.show(view.startMs, Math.max(whole.toMs(x), view.startMs + 1)), end() {} };
  }
  if (startX < left || startX > right) control.centre(whole.toMs(startX));
  const from = control.view;
  return {
    move(x) {
      const ms = (x - startX) / whole.pxPerMs;
      control.show(from.startMs + ms, from.endMs + ms);
    },
    end() {},
  };
}

/** Two fingers: what is between them stays between them. */
export class Pinch {
  #control;
  #apartPx;
  #middleX;

  constructor(control, oneX, otherX) {
    this.#control = control;
    this.#apartPx = Math.max(1, Math.abs(oneX - otherX));
    this.#middleX = (oneX + otherX) / 2;
  }

  move(oneX, otherX) {
    const apartPx = Math.max(1, Math.abs(oneX - otherX));
    const middleX = (oneX + otherX) / 2;
    this.#control.panByPx(this.#middleX - middleX);
    this.#control.zoomAt(middleX, apartPx / this.#apartPx);
    [this.#apartPx, this.#middleX] = [apartPx, middleX];
  }
}
