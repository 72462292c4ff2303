import { followers } from "../followers.js";
import { Lifetime } from "../lifetime.js";
import { selection } from "../page-selection.js";
import { position } from "../playhead-position.js";
import { placeIn } from "./deep-link.js";
import { HoverOnLanes } from "./hover.js";
import { actionFor } from "./keyboard-map.js";
import { Player } from "./player.js";
import { PointerOnLanes } from "./pointer.js";
import { Selected } from "./selected.js";
import { Sources } from "./sources.js";
import { SpanTable } from "./span-table.js";
import { Surface } from "./surface.js";
import { actionsOf } from "./timeline-actions.js";
import { ClicksOnLanes } from "./timeline-clicks.js";
import { TimelineClock } from "./timeline-clock.js";
import { TimelineModel } from "./timeline-model.js";
import { Transport } from "./transport.js";
import { ViewControl } from "./view-control.js";

/**
 * The page's <session-timeline>: brings its parts together and owns their life.
 *
 * Attributes: `data-audio-src`, `data-peaks-src`, `data-audio-reason` (why there is no sound), `data-target-ms`. Takes each
 * "live:change" of the page. What is selected is the page's selection. Tells, bubbling: `search-requested`, `timeline-ready`.
 */
export class SessionTimeline extends HTMLElement {
  static observedAttributes = ["data-audio-src", "data-peaks-src", "data-audio-reason"];

  model = new TimelineModel();
  control = new ViewControl(() => this.#viewChanged());
  #hoverMs = null;
  #range = null;
  #hitsMs = [];
  #isStarted = false;

  connectedCallback() {
    this.life = new Lifetime();
    const { life } = this;
    this.model.targetMs = Number(this.dataset.targetMs) || this.model.targetMs;
    const audio = this.querySelector("audio") ?? this.appendChild(document.createElement("audio"));
    this.player = new Player(audio, life);
    const resized = (...sizesPx) => this.control.resize(...sizesPx);
    this.surface = new Surface(this, () => this.#scene, { life, resized });
    this.selected = new Selected(this, life);
    this.clock = new TimelineClock(this, life);
    this.actions = actionsOf(this);
    const onTransport = { act: (name) => this.actions[name]?.(), setSpeed: (rate) => this.player.setSpeed(rate) };
    this.transport = new Transport(this, onTransport, life);
    const onTable = { select: (row) => this.selected.span(row, { isOpening: true }), close: () => this.toggleTable() };
    this.table = new SpanTable(this.querySelector(".span-twin"), onTable, life);
    this.#listen(life);
    this.sources = new Sources(this, life);
    if (this.#isStarted) this.#refresh();
    this.soundChanged();
  }

  disconnectedCallback() {
    this.life.end();
  }

  attributeChangedCallback(name, before, now) {
    if (before === now || !this.sources) return;
    if (name === "data-peaks-src") this.sources.loadPeaks();
    this.soundChanged();
  }

  /**
   * Shows the session as it is now; called again with each change. Parts that did not change should be the same objects.
   *
   * @param {any} snapshot as in docs/timeline-snapshot.md, or what holds it under `timeline`
   */
  show(snapshot) {
    this.model.show(snapshot.timeline ?? snapshot);
    this.#refresh();
  }

  get playheadMs() {
    return position.ms;
  }

  get untilMs() {
    return this.model.isLive ? this.control.edgeMs : this.model.endMs;
  }

  seek(ms) {
    position.seekTo(Math.min(Math.max(0, ms), this.untilMs));
  }

  /** While a session runs: time has gone on. */
  moveEdge(edgeMs) {
    this.control.setExtent(edgeMs, this.model.isLive);
    this.control.keepUp(edgeMs);
    if (this.control.isFollowing) position.advanceTo(edgeMs);
    this.surface.requestLanes();
  }

  setHover(ms) {
    this.#hoverMs = ms;
    this.surface.requestOver();
  }

  /** Moments that a search has found. @param {number[]} timesMs */
  showHits(timesMs) {
    this.#hitsMs = timesMs;
    this.surface.requestLanes();
  }

  get isFollowing() {
    return this.control.isFollowing;
  }

  setFollowing(isOn) {
    this.control.follow(isOn, this.playheadMs);
  }

  /** There is a recording now, or its waveform. */
  soundChanged() {
    const { recording } = this.model;
    this.player.load(this.dataset.audioSrc ?? "", recording?.start_ms ?? 0, recording?.duration_ms);
    this.surface.requestLanes();
    this.#showTransport();
  }

  toggleTable() {
    const isShown = !this.table.isShown;
    this.querySelector(".timeline__body").hidden = isShown;
    if (isShown) this.table.show(this.model, this.playheadMs);
    else this.table.hide();
    if (!isShown) this.surface.stage.focus();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  announce(words) {
    this.querySelector("[data-announce]").textContent = words;
  }

  get #scene() {
    const { model, control, untilMs, playheadMs } = this;
    const { view, whole } = control;
    const recordingStartMs = model.recording?.start_ms ?? 0;
    return {
      ...this.sources?.peaksFor(view, recordingStartMs),
      ...{ model, view, whole, untilMs, playheadMs, recordingStartMs, isLive: model.isLive },
      ...{ selection: this.selected?.current, hoverMs: this.#hoverMs, range: this.#range, hitsMs: this.#hitsMs },
    };
  }

  #listen({ signal }) {
    const hover = new HoverOnLanes(this, this.querySelector(".hover-card"));
    this.hover = hover;
    const clicks = new ClicksOnLanes(this);
    const range = (marked) => {
      this.#range = marked;
      this.surface.requestOver();
    };
    const looking = { hover: (x, y) => hover.at(x, y), leave: () => hover.leave(), range };
    const clicking = { click: clicks.click, doubleClick: clicks.doubleClick };
    new PointerOnLanes(this.surface, this.control, { ...looking, ...clicking }, this.life);
    followers.add(this, this.life);
    document.addEventListener("keydown", this.#pressed, { signal });
    document.addEventListener("live:change", this.#takeLive, { signal });
    position.addEventListener("moved", this.#moved, { signal });
    position.addEventListener("sought", this.#sought, { signal });
    this.player.addEventListener("changed", this.#showTransport, { signal });
  }

  /** The list of sessions is live too; this is about one. */
  #takeLive = ({ detail }) => {
    if (detail.snapshot.timeline) this.show(detail.snapshot);
  };

  #pressed = (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
    const action = actionFor(event, { isInLanes: document.activeElement === this.surface.stage });
    if (action && this.actions[action]() !== false) event.preventDefault();
  };

  #moved = () => {
    this.control.playheadMs = position.ms;
    this.transport.showTime(position.ms);
    if (this.player.isPlaying) this.control.keepUp(position.ms);
    this.surface.requestOver();
  };

  /** Whoever goes to a moment of a running session wants to stay there. */
  #sought = () => {
    if (this.model.isLive) this.control.follow(false, position.ms);
    this.player.seek(position.ms);
    this.control.reveal(position.ms);
  };

  #viewChanged() {
    this.surface?.requestLanes();
    this.hover?.refresh();
    this.transport?.showFollowing(this.control.isFollowing);
  }

  #showTransport = () => {
    const { player, control, model, sources } = this;
    this.transport.show({ player, control, model, canMute: sources.canMute, reason: this.dataset.audioReason ?? "" });
  };

  /** New data: the picture is a function of the model, so all of it is brought up to date. */
  #refresh() {
    this.control.setExtent(this.clock.take(this.model), this.model.isLive);
    if (position.ms > this.untilMs) position.advanceTo(this.untilMs); // a live edge runs a little ahead of the end
    if (!this.#isStarted) this.control.start();
    else if (this.model.isLive) this.control.keepUp(this.untilMs);
    this.surface.showHeads(this.model);
    this.soundChanged();
    if (this.table.isShown) this.table.update(this.model);
    if (this.#isStarted) return;
    this.#isStarted = true;
    if (!selection.current) this.selected.goTo(placeIn(location.hash));
    this.tell("timeline-ready", {});
  }
}
