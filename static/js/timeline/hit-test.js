import { rowBox } from "./draw-spans.js";
import { SPAN_LANES } from "./lane-names.js";
import { nearestTo } from "./sorted.js";

/** A pointer is no needle: this far beside a mark still hits it. */
const SLACK_PX = 4;
const MARK_PX = 7;

/**
 * @typedef {{kind: "span", row: number} | {kind: "turn", turn: any} | {kind: "log", index: number}
 *   | {kind: "eou", turn: any, wait: any} | {kind: "error", error: any} | {kind: "minimap"} | {kind: "ruler"} | {kind: "moment"}} Hit
 */

/** Name of the lane at this height. */
export function laneAt(boxes, y) {
  return Object.keys(boxes).find((name) => y >= boxes[name].top && y < boxes[name].top + boxes[name].height) ?? null;
}

/** What lies under a pixel. @returns {Hit} */
export function hitAt(scene, x, y) {
  const lane = laneAt(scene.boxes, y);
  if (lane === "minimap" || lane === "ruler") return { kind: lane };
  if (lane in SPAN_LANES) return spanAt(scene, lane, x, y) ?? { kind: "moment" };
  if (lane === "logs") return logAt(scene, x) ?? { kind: "moment" };
  if (lane === "eou") return waitAt(scene, x) ?? { kind: "moment" };
  if (lane === "turns" || lane === "response") return turnAt(scene, lane, x) ?? { kind: "moment" };
  return { kind: "moment" };
}

function spanAt(scene, laneName, x, y) {
  const lane = scene.model.lanes.get(laneName);
  if (!lane) return null;
  const failed = nearestIn(scene, lane.failedInside, x, 4);
  if (failed) return { kind: "span", row: failed.row };
  const found = lane.stack.map((laneRow) => nearestIn(scene, laneRow, x, SPAN_LANES[laneName].leastPx)).filter(Boolean);
  const asideOf = ({ row, asidePx }) => asidePx + awayPx(y, rowBox(scene.boxes[laneName], lane.places.get(row)));
  const nearest = found.sort((one, other) => asideOf(one) - asideOf(other))[0];
  return nearest ? { kind: "span", row: nearest.row } : null;
}

const awayPx = (y, { top, height }) => Math.max(0, top - y, y - top - height);

/** The span under the pointer, or the nearest within reach; the last one painted if several lie there. */
function nearestIn({ model, view }, laneRow, x, leastPx) {
  const { startMs, endMs } = model.spans;
  let best = null;
  for (let at = laneRow.from(view.toMs(x - SLACK_PX - leastPx)); at < laneRow.rows.length; at += 1) {
    const row = laneRow.rows[at];
    const left = view.toPx(startMs[row]);
    if (left - x > SLACK_PX) break;
    const right = Math.max(left + leastPx, view.toPx(endMs[row]));
    const asidePx = Math.max(0, left - x, x - right);
    if (asidePx <= SLACK_PX && asidePx <= (best?.asidePx ?? Infinity)) best = { row, asidePx };
  }
  return best;
}

/** Failures first, then the loudest line: what lies on top. */
function logAt({ model, view }, x) {
  const atMs = view.toMs(x);
  const reachMs = MARK_PX / view.pxPerMs;
  const error = model.untoldErrors.find((one) => Math.abs(one.at_ms - atMs) <= reachMs);
  const levels = model.logs.levels;
  for (let level = levels.length - 1; level >= 0; level -= 1) {
    const { timesMs, indexes } = levels[level];
    const at = nearestTo(timesMs, atMs);
    const isNear = at >= 0 && Math.abs(timesMs[at] - atMs) <= reachMs;
    if (isNear) return { kind: "log", index: indexes[at] };
    if (level === levels.length - 1 && error) return { kind: "error", error };
  }
  return null;
}

function turnAt({ model, view }, lane, x) {
  const ms = view.toMs(x);
  if (lane === "response") {
    const [before, least] = [SLACK_PX / view.pxPerMs, 10 / view.pxPerMs];
    const answer = model.answers.find(({ fromMs, toMs }) => ms >= fromMs - before && ms <= Math.max(toMs, fromMs + least));
    return answer ? { kind: "turn", turn: answer.turn } : null;
  }
  const slackMs = 1 / view.pxPerMs;
  const turn = model.turns.findLast((one) => one.start_ms - slackMs <= ms && ms <= one.end_ms + slackMs);
  return turn ? { kind: "turn", turn } : null;
}

/** The wait for the end of a turn, or the dot with its probability, whichever is nearest. */
function waitAt({ model, view }, x) {
  let best = null;
  for (const turn of model.turns) {
    for (const wait of turn.end_of_turn) {
      const asidePx = asideOfWait(view, wait, x);
      if (asidePx <= MARK_PX && asidePx <= (best?.asidePx ?? Infinity)) best = { turn, wait, asidePx };
    }
  }
  return best && { kind: "eou", turn: best.turn, wait: best.wait };
}

function asideOfWait(view, { start_ms: startMs, end_ms: endMs, decided_ms: decidedMs }, x) {
  const fromBar = Math.max(0, view.toPx(startMs) - x, x - view.toPx(endMs));
  return decidedMs === null ? fromBar : Math.min(fromBar, Math.abs(view.toPx(decidedMs) - x));
}
