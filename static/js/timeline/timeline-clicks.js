import { hitAt } from "./hit-test.js";

const BESIDE_SPAN = 1.5;
const BESIDE_TURN = 0.1;
const CLOSER = 2.5;

/** What a click on the lanes does: a mark is selected and opened, a moment is gone to. */
export class ClicksOnLanes {
  #timeline;

  constructor(timeline) {
    this.#timeline = timeline;
  }

  click = (x, y, { isTouch = false } = {}) => {
    const { scene } = this.#timeline.surface;
    const hit = hitAt(scene, x, y);
    if (hit.kind === "span") this.#timeline.selected.span(hit.row, { isOpening: true });
    else if (hit.kind === "turn") this.#openTurn(hit.turn, scene.view.toMs(x));
    else if (hit.kind === "log") this.#timeline.selected.log(hit.index);
    else if (hit.kind === "error") this.#openError(hit.error);
    else if (hit.kind === "eou") this.#openWait(hit);
    else if (hit.kind === "minimap") this.#timeline.seek(scene.whole.toMs(x));
    else this.#goTo(scene.view.toMs(x), isTouch && [x, y]);
  };

  /** A finger cannot hover: where it taps nothing, the card says what happened there. */
  #goTo(ms, tapped) {
    this.#timeline.seek(ms);
    if (tapped) this.#timeline.hover.at(...tapped);
  }

  /** Closer: to the span, the turn, or the moment. */
  doubleClick = (x, y) => {
    const { scene } = this.#timeline.surface;
    const { control } = this.#timeline;
    const hit = hitAt(scene, x, y);
    if (hit.kind === "span") this.#showSpan(scene.model.spans.records[hit.row]);
    else if (hit.kind === "eou") control.show(hit.wait.start_ms, hit.wait.end_ms, BESIDE_SPAN);
    else if (hit.kind === "turn") control.show(hit.turn.start_ms, hit.turn.end_ms, BESIDE_TURN);
    else if (hit.kind !== "minimap") control.zoomAt(x, CLOSER);
  };

  #openTurn(turn, atMs) {
    this.#timeline.seek(Math.max(turn.start_ms, Math.min(atMs, turn.end_ms)));
    this.#timeline.selected.turn(turn.index);
  }

  /** Its own span, or the turn it belongs to where that has not arrived. */
  #openWait({ turn, wait }) {
    const row = this.#timeline.model.spans.rowOfId(wait.span_id);
    if (row === undefined) this.#openTurn(turn, wait.start_ms);
    else this.#timeline.selected.span(row, { isOpening: true });
  }

  #openError(error) {
    const { model } = this.#timeline;
    const row = error.span_ids.map((id) => model.spans.rowOfId(id)).find((found) => found !== undefined);
    this.#timeline.seek(error.at_ms);
    if (row !== undefined) this.#timeline.selected.span(row, { isOpening: true });
    else if (error.log_indexes.length) this.#timeline.selected.log(error.log_indexes[0]);
  }

  #showSpan({ start_ms: startMs, end_ms: endMs }) {
    const toMs = endMs ?? this.#timeline.untilMs;
    this.#timeline.control.show(startMs, Math.max(toMs, startMs + 5), BESIDE_SPAN);
  }
}
