import { Viewport } from "./viewport.js";

/** What of a live session is shown at first, and where its edge stands while it is followed. */
const LIVE_SLICE_MS = 62_000;
const EDGE_SHARE = 0.94;
/** A playing playhead turns the page when it gets this far, and goes on from there. */
const TURN_PAGE_SHARE = 0.88;
const NEXT_PAGE_SHARE = 0.08;
/** What is narrower on screen is gone closer to, until it is about so wide; and never so close that nothing is around it. */
const NARROW_PX = 8;
const CLOSE_PX = 60;
const CLOSEST_MS = 400;
/** As much of a stretch is enough to see where it is. */
const SEEN_PX = 24;
/** Room in front of what is not there yet. */
const LIVE_AIR = 1.06;

/** Holds the one viewport that everything shares, and whether it follows the playhead or the live edge. */
export class ViewControl {
  #changed;
  /** While nobody has zoomed, a live session is shown up to its newest minute. */
  #liveLengthMs = LIVE_SLICE_MS;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
    this.bounds = { startMs: 0, endMs: 1, leadPx: 0 };
    this.view = new Viewport(0, 1, 1);
    this.isLive = false;
    this.isFollowing = false;
    this.edgeMs = 0;
    this.playheadMs = 0;
  }

  get whole() {
    return Viewport.whole(this.bounds, this.view.widthPx);
  }

  /** New data: the session has become longer, or it is another one. */
  setExtent(edgeMs, isLive) {
    this.edgeMs = edgeMs;
    this.isLive = isLive;
    this.bounds = { ...this.bounds, endMs: isLive ? edgeMs * LIVE_AIR : edgeMs };
  }

  /** The first look: all of a finished session, the newest minute of a live one. */
  start() {
    this.isFollowing = true;
    if (this.isLive) this.#atEdge();
    else this.fit();
  }

  /** @param {number} leadPx what stands over the lanes' left end, where nothing shall begin */
  resize(widthPx, leadPx = 0) {
    if (widthPx <= 0) return;
    const isWhole = this.view.lengthMs >= this.whole.lengthMs;
    this.bounds = { ...this.bounds, leadPx };
    const resized = this.view.resized(widthPx);
    this.#set(isWhole ? Viewport.whole(this.bounds, widthPx) : resized);
  }

  fit() {
    this.#liveLengthMs = Infinity;
    this.#set(this.whole);
  }

  zoomAt(px, factor) {
    this.#set(this.view.zoomedAt(px, factor));
    this.#liveLengthMs = this.view.lengthMs;
    this.#letGo();
  }

  /** From the keyboard: around the playhead if it is on screen, else around the middle. */
  zoomAround(ms, factor) {
    this.zoomAt(this.view.shows(ms) ? this.view.toPx(ms) : this.view.widthPx / 2, factor);
  }

  panByPx(px) {
    this.#set(this.view.movedBy(px / this.view.pxPerMs));
    if (!this.isLive || px < 0) this.isFollowing = false;
  }

  /** Shows the slice as asked for, with a little room beside it. */
  show(startMs, endMs, airShare = 0) {
    const air = (endMs - startMs) * airShare;
    this.#set(new Viewport(startMs - air, endMs + air, this.view.widthPx));
    this.#liveLengthMs = this.view.lengthMs;
    this.#letGo();
  }

  /** Moves only if the moment is not on screen. */
  reveal(ms) {
    if (this.view.shows(ms)) return;
    this.#set(this.view.movedBy(ms - this.view.startMs - this.view.lengthMs / 3));
    this.#letGo();
  }

  /** Moves only if too little of it is on screen. */
  revealStretch(startMs, endMs) {
    const { view } = this;
    const seenPx = (Math.min(endMs, view.endMs) - Math.max(startMs, view.startMs)) * view.pxPerMs;
    if (seenPx >= Math.min(SEEN_PX, (endMs - startMs) * view.pxPerMs)) return;
    this.#set(view.movedBy(startMs - view.startMs - view.lengthMs / 3));
    this.#letGo();
  }

  /** Where a link leads: into sight, and near enough to be told from its neighbours. */
  approach(startMs, endMs) {
    const isNarrow = endMs > startMs && (endMs - startMs) * this.view.pxPerMs < NARROW_PX;
    if (!isNarrow) return this.revealStretch(startMs, endMs);
    const lengthMs = Math.max(CLOSEST_MS, ((endMs - startMs) * this.view.widthPx) / CLOSE_PX);
    const middleMs = (startMs + endMs) / 2;
    this.show(middleMs - lengthMs / 2, middleMs + lengthMs / 2);
  }

  centre(ms) {
    this.#set(this.view.movedBy(ms - (this.view.startMs + this.view.endMs) / 2));
    this.#letGo();
  }

  follow(isOn, ms) {
    this.isFollowing = isOn;
    if (isOn) this.keepUp(ms);
    this.#changed();
  }

  /** Called while the playhead or the live edge moves. Someone who has scrolled away is left where they are. */
  keepUp(ms) {
    if (!this.isFollowing) return;
    if (this.isLive) this.#atEdge();
    else if (!this.view.shows(ms) || ms > this.view.startMs + this.view.lengthMs * TURN_PAGE_SHARE) {
      this.#set(this.view.movedBy(ms - this.view.startMs - this.view.lengthMs * NEXT_PAGE_SHARE));
    }
  }

  #atEdge() {
    const lengthMs = Math.min(this.#liveLengthMs, this.bounds.endMs);
    const start = this.edgeMs - lengthMs * EDGE_SHARE;
    this.#set(new Viewport(start, start + lengthMs, this.view.widthPx));
  }

  /** What is followed is followed as long as it is in sight: nobody who looks elsewhere is carried off. */
  #letGo() {
    if (this.view.shows(this.isLive ? this.edgeMs : this.playheadMs)) return;
    this.isFollowing = false;
    this.#changed();
  }

  #set(view) {
    this.view = view.within(this.bounds);
    this.#changed();
  }
}
