import { selection } from "../page-selection.js";
import { position } from "../playhead-position.js";
import { AddressBar, placeIn, placeNow } from "./deep-link.js";
import { announcementOf, selectionOf, stretchOf, thingAt, thingOfSpan } from "./things.js";

/** The page's selection as the timeline sees it: shows it in the lanes, says it, writes it into the address. */
export class Selected {
  #timeline;
  #address;
  #soughtMs = null;
  #isSoughtLast = false;
  /** Following a link: what it leads to is in the address already. */
  #isArriving = false;

  constructor(timeline, life) {
    this.#timeline = timeline;
    this.#address = new AddressBar(life);
    const { signal } = life;
    selection.addEventListener("changed", this.#changed, { signal });
    selection.addEventListener("selected", this.#shown, { signal });
    position.addEventListener("sought", this.#sought, { signal });
    window.addEventListener("hashchange", () => this.goTo(placeIn(location.hash)), { signal });
  }

  /** @returns {import("./selection.js").Selection|null} */
  get current() {
    return selectionOf(this.#timeline.model, selection.current);
  }

  /** @param {number} row of the span store */
  span(row, { isOpening = false } = {}) {
    selection.select(thingOfSpan(this.#timeline.model.spans.records[row]), { isOpening });
  }

  turn(index) {
    selection.select({ kind: "turn", id: String(index) }, { isOpening: true });
  }

  log(index) {
    const log = this.#timeline.model.logs.get(index);
    if (log) selection.select({ kind: "log", id: log.key }, { isOpening: true });
  }

  /** Details are wanted. */
  open() {
    selection.open();
  }

  clear() {
    return selection.clear();
  }

  /** Where a link leads. What is not in this session is passed over. @param {import("./deep-link.js").Place} place */
  goTo(place) {
    const { model, control } = this.#timeline;
    const thing = thingAt(model, place);
    const stretch = stretchOf(model, thing);
    const ms = place.ms ?? stretch?.startMs;
    this.#isArriving = true;
    if (ms !== undefined) this.#timeline.seek(ms);
    if (thing) selection.select(thing, { isOpening: true });
    if (stretch) control.approach(stretch.startMs, stretch.endMs);
    this.#isArriving = false;
  }

  #changed = () => {
    const { surface, table } = this.#timeline;
    surface.requestLanes();
    table.mark(this.current?.row);
    this.#isSoughtLast = false;
    if (!this.#isArriving) this.#write();
  };

  /** A log line is a moment: it is gone to. */
  #shown = () => {
    const { current } = this;
    const { control, model } = this.#timeline;
    const stretch = stretchOf(model, selection.current);
    this.#timeline.announce(announcementOf(model, current));
    if (this.#isArriving || !stretch) return;
    if (current.log !== undefined) this.#timeline.seek(stretch.startMs);
    else control.revealStretch(stretch.startMs, stretch.endMs);
  };

  #sought = () => {
    this.#soughtMs = position.ms;
    this.#isSoughtLast = true;
    if (!this.#isArriving) this.#write();
  };

  /** A link opens Details, so without them it leads to the moment alone. */
  #write() {
    const thing = selection.isOpen ? selection.current : null;
    const stretch = stretchOf(this.#timeline.model, thing);
    this.#address.write(placeNow({ thing, stretch, soughtMs: this.#soughtMs, isSoughtLast: this.#isSoughtLast }));
  }
}
