/** Folds any number of repaint requests into one call per animation frame. */
export class FrameLoop {
  #paint;
  #pending = 0;

  constructor(paint) {
    this.#paint = paint;
  }

  request() {
    this.#pending ||= requestAnimationFrame((nowMs) => {
      this.#pending = 0;
      this.#paint(nowMs);
    });
  }

  stop() {
    cancelAnimationFrame(this.#pending);
    this.#pending = 0;
  }
}
