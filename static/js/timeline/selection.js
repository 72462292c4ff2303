import { offsetText } from "../offset-text.js";
import { laneName, SPAN_LANES } from "./lane-names.js";
import { durationText } from "./time-text.js";

/** @typedef {{row?: number, lane?: string, turn: number|null, log?: number}} Selection */

/** @returns {Selection} */
export function spanSelection(model, row) {
  const { turn, lane } = model.spans.records[row];
  return { row, lane, turn };
}

/** The neighbour in its lane; from nothing, the span nearest to the playhead. */
export function spanBeside(model, selection, direction, nearMs) {
  const lane = model.lanes.get(selection?.lane) ?? model.lanes.get(firstLane(model));
  if (!lane?.inOrder.length) return null;
  const at = lane.inOrder.indexOf(selection?.row);
  if (at < 0) return nearestRow(model, lane, momentOf(model, selection, nearMs));
  return lane.inOrder[at + direction] ?? null;
}

/** The span nearest in time in the lane below or above; null beyond the last, so that the focus may leave. */
export function spanInNextLane(model, selection, direction, nearMs) {
  const names = lanesInOrder(model);
  const at = names.indexOf(selection?.lane);
  const name = at < 0 ? names[direction > 0 ? 0 : names.length - 1] : names[at + direction];
  if (!name) return null;
  return nearestRow(model, model.lanes.get(name), momentOf(model, selection, nearMs));
}

const momentOf = (model, selection, nearMs) => (selection?.row === undefined ? nearMs : model.spans.startMs[selection.row]);

const lanesInOrder = (model) => Object.keys(SPAN_LANES).filter((name) => model.lanes.get(name)?.inOrder.length);
const firstLane = (model) => lanesInOrder(model)[0];

function nearestRow({ spans }, lane, ms) {
  let best = null;
  for (const row of lane.inOrder) {
    if (best === null || Math.abs(spans.startMs[row] - ms) < Math.abs(spans.startMs[best] - ms)) best = row;
  }
  return best;
}

/** What a screen reader says when a span is selected. */
export function announcement({ spans }, row) {
  const { name, label, lane, turn, start_ms: startMs, end_ms: endMs, is_error: isError } = spans.records[row];
  const lasts = endMs === null ? "still running" : `lasts ${durationText(endMs - startMs)}`;
  return [
    [name, label].filter(Boolean).join(" "),
    laneName(lane),
    isError && "failed",
    `at ${offsetText(startMs, 2)}`,
    lasts,
    turn && `turn ${turn}`,
  ].filter(Boolean).join(", ");
}
