const MOST_WIDTHS = 4000;

/** A canvas context with the palette in hand: the few shapes that the painters share. */
export class Pen {
  #widths = new Map();

  constructor(ctx, colors) {
    this.ctx = ctx;
    this.colors = colors;
  }

  /** Sets the colour of what follows. */
  fill(color, alpha = 1) {
    this.ctx.fillStyle = this.colors[color] ?? color;
    this.ctx.globalAlpha = alpha;
    return this;
  }

  rect(x, y, width, height) {
    this.ctx.fillRect(x, y, width, height);
    return this;
  }

  /** With round corners, if it is wide enough for them to be seen. */
  bar(x, y, width, height, radius = 2) {
    if (width < 4 || !radius) return this.rect(x, y, width, height);
    this.ctx.beginPath();
    this.ctx.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
    this.ctx.fill();
    return this;
  }

  outline(x, y, width, height, { color, alpha = 1, lineWidth = 1, dash = null, radius = 0 }) {
    const { ctx } = this;
    ctx.strokeStyle = this.colors[color];
    ctx.globalAlpha = alpha;
    ctx.lineWidth = lineWidth;
    if (dash) ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.roundRect(x, y, Math.max(0, width), Math.max(0, height), radius);
    ctx.stroke();
    if (dash) ctx.setLineDash([]);
    ctx.globalAlpha = 1;
  }

  line(x1, y1, x2, y2, { color, alpha = 1, lineWidth = 1, dash = null }) {
    const { ctx } = this;
    ctx.strokeStyle = this.colors[color];
    ctx.globalAlpha = alpha;
    ctx.lineWidth = lineWidth;
    if (dash) ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.stroke();
    if (dash) ctx.setLineDash([]);
    ctx.globalAlpha = 1;
  }

  /** `halo` keeps words readable over data. */
  text(value, x, y, { color = "ink-soft", size = 10.5, weight = 500, align = "left", halo = false, alpha = 1 } = {}) {
    const { ctx } = this;
    ctx.font = `${weight} ${size}px ${this.colors.font}`;
    ctx.textAlign = /** @type {CanvasTextAlign} */ (align);
    ctx.textBaseline = "middle";
    ctx.globalAlpha = alpha;
    if (halo) {
      ctx.strokeStyle = this.colors.surface;
      ctx.lineWidth = 4;
      ctx.lineJoin = "round";
      ctx.strokeText(value, x, y);
    }
    ctx.fillStyle = this.colors[color];
    ctx.fillText(value, x, y);
    ctx.globalAlpha = 1;
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
