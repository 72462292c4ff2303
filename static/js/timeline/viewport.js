/** Room left free on both sides of the whole session, as a share of its length. */
export const AIR = 0.009;

/** Deeper than this nothing is left to tell apart: spans are measured in whole milliseconds. */
const LEAST_MS = 50;

/**
 * The slice of session time on screen, in milliseconds since the session began. Never changes; every move makes a new
 * one.
 *
 * @typedef {{startMs: number, endMs: number, leadPx?: number}} Bounds the session, and how much is left free before it
 */
export class Viewport {
  constructor(startMs, endMs, widthPx) {
    this.startMs = startMs;
    this.endMs = endMs;
    this.widthPx = widthPx;
    this.pxPerMs = widthPx / (endMs - startMs);
    Object.freeze(this);
  }

  /** All of the session, with air. @param {Bounds} bounds */
  static whole({ startMs, endMs, leadPx = 0 }, widthPx) {
    const airMs = (endMs - startMs) * AIR;
    const shownMs = endMs + airMs - startMs;
    const leadMs = leadPx < widthPx / 2 ? (leadPx * shownMs) / (widthPx - leadPx) : 0;
    return new Viewport(startMs - Math.max(airMs, leadMs), endMs + airMs, widthPx);
  }

  get lengthMs() {
    return this.endMs - this.startMs;
  }

  toPx(timeMs) {
    return (timeMs - this.startMs) * this.pxPerMs;
  }

  toMs(px) {
    return this.startMs + px / this.pxPerMs;
  }

  shows(timeMs) {
    return timeMs >= this.startMs && timeMs <= this.endMs;
  }

  /** Keeps the moment under `px` where it is while the rest spreads or closes. */
  zoomedAt(px, factor) {
    const anchorMs = this.toMs(px);
    return new Viewport(
      anchorMs - (anchorMs - this.startMs) / factor,
      anchorMs + (this.endMs - anchorMs) / factor,
      this.widthPx,
    );
  }

  movedBy(ms) {
    return new Viewport(this.startMs + ms, this.endMs + ms, this.widthPx);
  }

  resized(widthPx) {
    return new Viewport(this.startMs, this.endMs, widthPx);
  }

  /**
   * Kept inside the session and its air; a slice that is too long or too short is brought to the limit.
   *
   * @param {Bounds} bounds
   */
  within(bounds) {
    const whole = Viewport.whole(bounds, this.widthPx);
    const lengthMs = Math.min(Math.max(this.lengthMs, Math.min(LEAST_MS, whole.lengthMs)), whole.lengthMs);
    const from = this.startMs + (this.lengthMs - lengthMs) / 2;
    const airMs = whole.endMs - bounds.endMs;
    const leadMs = Math.max(airMs, (bounds.startMs - whole.startMs) * (lengthMs / whole.lengthMs));
    const start = Math.min(Math.max(from, bounds.startMs - leadMs), whole.endMs - lengthMs);
    return new Viewport(start, start + lengthMs, this.widthPx);
  }
}
