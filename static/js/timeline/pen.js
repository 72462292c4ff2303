const MOST_WIDTHS = 4000;

/** Narrower than this, round corners cannot be seen, and a path costs several times what a rectangle does. */
const LEAST_ROUND_PX = 5;

/** A canvas context with the palette in hand: the few shapes that the painters share. */
export class Pen {
  #widths = new Map();
  #style = "";
  #alpha = 1;

  constructor(ctx, colors) {
    this.ctx = ctx;
    this.colors = colors;
  }

  /** A new picture; whatever was done to the context in the meantime is forgotten. */
  begin(widthPx, heightPx, ratio) {
    const { ctx } = this;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, widthPx, heightPx);
    this.#style = "";
    this.#alpha = ctx.globalAlpha = 1;
  }

  /** Sets the colour of what follows. A context reads a colour anew each time, so the same one is not told twice. */
  fill(color, alpha = 1) {
    const style = this.colors[color] ?? color;
    if (style !== this.#style) this.#style = this.ctx.fillStyle = style;
    this.fade(alpha);
    return this;
  }

  /** How much of what follows covers what lies below. */
  fade(alpha) {
    if (alpha !== this.#alpha) this.#alpha = this.ctx.globalAlpha = alpha;
  }

  rect(x, y, width, height) {
    this.ctx.fillRect(x, y, width, height);
    return this;
  }

  /** With round corners, if it is wide enough for them to be seen. */
  bar(x, y, width, height, radius = 2) {
    if (width < LEAST_ROUND_PX || !radius) return this.rect(x, y, width, height);
    this.ctx.beginPath();
    this.ctx.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
    this.ctx.fill();
    return this;
  }

  outline(x, y, width, height, { color, alpha = 1, lineWidth = 1, dash = null, radius = 0 }) {
    const { ctx } = this;
    ctx.strokeStyle = this.colors[color];
    this.fade(alpha);
    ctx.lineWidth = lineWidth;
    if (dash) ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.roundRect(x, y, Math.max(0, width), Math.max(0, height), radius);
    ctx.stroke();
    if (dash) ctx.setLineDash([]);
    this.fade(1);
  }

  line(x1, y1, x2, y2, { color, alpha = 1, lineWidth = 1, dash = null }) {
    const { ctx } = this;
    ctx.strokeStyle = this.colors[color];
    this.fade(alpha);
    ctx.lineWidth = lineWidth;
    if (dash) ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.stroke();
    if (dash) ctx.setLineDash([]);
    this.fade(1);
  }

  /** `halo` keeps words readable over data. */
  text(value, x, y, { color = "ink-soft", size = 10.5, weight = 500, align = "left", halo = false, alpha = 1 } = {}) {
    const { ctx } = this;
    ctx.font = `${weight} ${size}px ${this.colors.font}`;
    ctx.textAlign = /** @type {CanvasTextAlign} */ (align);
    ctx.textBaseline = "middle";
    this.fill(color, alpha);
    if (halo) {
      ctx.strokeStyle = this.colors.surface;
      ctx.lineWidth = 4;
      ctx.lineJoin = "round";
      ctx.strokeText(value, x, y);
    }
    ctx.fillText(value, x, y);
    this.fade(1);
  }

  /** Measuring is dear; the same few words come in every frame. */
  widthOf(value, { size = 10.5, weight = 500 } = {}) {
    const key = `${weight} ${size} ${value}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      this.ctx.font = `${weight} ${size}px ${this.colors.font}`;
      width = this.ctx.measureText(value).width;
      if (this.#widths.size >= MOST_WIDTHS) this.#widths.clear();
      this.#widths.set(key, width);
    }
    return width;
  }

  /** The text if it fits into `roomPx`, else nothing. */
  fitted(value, x, y, roomPx, options = {}) {
    if (roomPx < 12 || !value || this.widthOf(value, options) > roomPx - 8) return false;
    this.text(value, x + 4, y, options);
    return true;
  }
}
