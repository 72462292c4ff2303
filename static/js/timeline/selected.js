import { position } from "../playhead-position.js";
import { AddressBar, placeIn } from "./deep-link.js";
import { announcement, spanSelection } from "./selection.js";

/** What is selected on the timeline: shows it, says it, writes it into the address, tells the page. */
export class Selected {
  /** @type {import("./selection.js").Selection|null} */
  current = null;
  #timeline;
  #address;

  constructor(timeline, life) {
    this.#timeline = timeline;
    this.#address = new AddressBar(life);
    const { signal } = life;
    position.addEventListener("sought", () => this.#address.write({ ...this.#place, ms: position.ms }), { signal });
    window.addEventListener("hashchange", () => this.goTo(placeIn(location.hash)), { signal });
  }

  /** @param {number} row of the span store */
  span(row, { isOpening = false } = {}) {
    const { model, control } = this.#timeline;
    this.#set(spanSelection(model, row));
    control.reveal(model.spans.startMs[row]);
    this.#timeline.announce(announcement(model, row));
    if (isOpening) this.open();
  }

  turn(index) {
    this.#set({ turn: index });
    this.open();
  }

  log(index) {
    const log = this.#timeline.model.logs.get(index);
    if (!log) return;
    this.#set({ turn: log.turn, log: index });
    this.#timeline.seek(log.at_ms);
    this.open();
  }

  /** Tells the page that details are wanted. */
  open() {
    const { current } = this;
    if (!current) return;
    this.#address.write(this.#place);
    if (current.row !== undefined) this.#timeline.tell("span-selected", this.#spanDetail);
    else if (current.log !== undefined) this.#timeline.tell("log-selected", { index: current.log });
    else this.#timeline.tell("turn-selected", { index: current.turn });
  }

  clear() {
    if (!this.current) return false;
    this.#set(null);
    this.#address.write({ ms: position.ms });
    return true;
  }

  /** Where a link leads. What is not in this session is passed over. @param {import("./deep-link.js").Place} place */
  goTo(place) {
    if (!Object.keys(place).length) return;
    const { ms, span, turn, log } = place;
    const { model, control } = this.#timeline;
    const row = span ? model.spans.rowOfId(span) : undefined;
    const found = model.turns.find((one) => one.index === turn);
    if (row !== undefined) this.#timeline.seek(ms ?? model.spans.startMs[row]);
    else if (found) this.#timeline.seek(ms ?? found.start_ms);
    else if (ms !== undefined) this.#timeline.seek(ms);
    if (row !== undefined) this.span(row, { isOpening: true });
    else if (found) this.turn(found.index);
    else if (log !== undefined) this.log(log);
    control.reveal(this.#timeline.playheadMs);
  }

  get #place() {
    const { current } = this;
    if (!current) return {};
    if (current.row !== undefined) return { span: this.#spanDetail.spanId };
    return current.log !== undefined ? { log: current.log } : { turn: current.turn ?? undefined };
  }

  get #spanDetail() {
    const { span_id: spanId, trace_id: traceId, turn } = this.#timeline.model.spans.records[this.current.row];
    return { spanId, traceId, turn };
  }

  #set(selection) {
    this.current = selection;
    this.#timeline.surface.requestLanes();
  }
}
