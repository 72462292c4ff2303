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

  /** What was asked for is painted in the frame that runs at this moment. */
  flush() {
    if (!this.#pending) return;
    this.stop();
    this.#paint(performance.now());
  }

  stop() {
    cancelAnimationFrame(this.#pending);
    this.#pending = 0;
  }
}
