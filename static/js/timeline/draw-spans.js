import { SPAN_LANES } from "./lane-names.js";

/** Space above and below the spans of a lane, and between its rows. */
const MARGIN_PX = 3.5;
const BETWEEN_PX = 2;

/** A lane may be higher than one span needs, because elsewhere in it spans overlap. */
const MOST_HEIGHT_PX = 15;

/** Top and height of a span that is one of `levels` above one another. */
export function rowBox(box, { level, levels }) {
  const height = Math.min(MOST_HEIGHT_PX, (box.height - 2 * MARGIN_PX - (levels - 1) * BETWEEN_PX) / levels);
  const all = levels * height + (levels - 1) * BETWEEN_PX;
  return { top: box.top + (box.height - all) / 2 + level * (height + BETWEEN_PX), height };
}

/** All spans of one lane that are on screen. */
export function drawSpans(pen, scene, box, laneName) {
  const lane = scene.model.lanes.get(laneName);
  if (!lane) return;
  const style = SPAN_LANES[laneName];
  const boxes = rowBoxes(box, lane.stack.length);
  for (const laneRow of lane.stack) drawRow(pen, scene, lane, laneRow, boxes, style);
  drawFailedInside(pen, scene, lane.failedInside, box);
}

/** Every place there can be in a lane, so that none is reckoned per span: by levels, then level. */
function rowBoxes(box, most) {
  const boxesOf = (levels) => Array.from({ length: levels }, (_, level) => rowBox(box, { level, levels }));
  return Array.from({ length: most + 1 }, (_, levels) => boxesOf(levels));
}

/**
 * Zoomed out, many spans fall on one pixel. One that would repaint what its row has painted last is skipped, so a frame
 * costs about as much as the canvas is wide. A failure is never skipped.
 */
function drawRow(pen, scene, lane, laneRow, boxes, style) {
  const { view, untilMs } = scene;
  const { startMs, endMs, isError } = scene.model.spans;
  const { rows } = laneRow;
  const isDense = (rows.length * view.lengthMs) / untilMs > DENSE;
  let paintedUntil = -Infinity;
  for (let at = laneRow.from(view.startMs - style.leastPx / view.pxPerMs); at < rows.length; at += 1) {
    const row = rows[at];
    const x = view.toPx(startMs[row]);
    if (x > view.widthPx) break;
    const width = Math.max(style.leastPx, view.toPx(Math.min(endMs[row], untilMs)) - x);
    if (!isError[row] && x + width < paintedUntil + 1) continue;
    paintedUntil = x + width;
    const place = lane.places.get(row);
    const { top, height } = boxes[place.levels][place.level];
    drawSpan(pen, scene, row, { x, width, top, height, radius: isDense ? 0 : 2 }, style);
    const nextX = view.toPx(place.nextMs);
    if (height >= LEAST_TEXT_PX && (width > INSIDE_PX || (style.labelled && nextX - paintedUntil > OUTSIDE_PX))) {
      drawLabel(pen, scene, row, { x, width, top, height }, nextX, style);
    }
  }
}

/** More marks in a row than this are not looked at one by one: they need no round corners. */
const DENSE = 300;
const LEAST_TEXT_PX = 9;
/** The least room for words inside a span, and beside it. */
const INSIDE_PX = 56;
const OUTSIDE_PX = 30;

/** What comes after the first token or byte is paler: it no longer keeps anyone waiting. */
function drawSpan(pen, { model, view }, row, { x, width, top, height, radius }, { color }) {
  const { isError, firstMs, endMs } = model.spans;
  const left = Math.max(x, -4);
  const shown = Math.min(x + width, view.widthPx + 4) - left;
  if (shown <= 0) return;
  if (isError[row]) {
    pen.fill("error").bar(left - 1, top - 1, Math.max(shown, 5) + 2, height + 2, radius);
    return;
  }
  pen.fill(color, endMs[row] === Infinity ? 0.6 : 1).bar(left, top, shown, height, radius);
  if (!(firstMs[row] >= 0) || width <= 8) return;
  const split = Math.max(left, Math.min(x + width, x + firstMs[row] * view.pxPerMs));
  pen.fill("surface", 0.42).rect(split, top, left + shown - split, height);
}

function drawLabel(pen, { model, view }, row, { x, width, top, height }, next, style) {
  const { firstMs, isError, records } = model.spans;
  const y = top + height / 2 + 0.5;
  const left = Math.max(x, 0);
  const hasFirst = firstMs[row] >= 0;
  const label = !style.labelled && hasFirst ? `${Math.round(firstMs[row])} ms` : records[row].label || records[row].name;
  const room = hasFirst ? Math.max(50, x + firstMs[row] * view.pxPerMs - left) : Math.min(x + width, view.widthPx) - left;
  const inside = { color: isError[row] ? "on-lane" : style.ink, weight: 580, size: 10 };
  if (width > INSIDE_PX && pen.fitted(label, left, y, Math.min(room, x + width - left), inside)) return;
  const outside = { color: isError[row] ? "error-ink" : "ink-soft", weight: 540 };
  const end = x + width + pen.widthOf(label, outside) + 8;
  if (style.labelled && end + 4 < next && end < view.widthPx) pen.text(label, x + width + 4, y, outside);
}

/** Attempts that failed while the call went on: in red over it. */
function drawFailedInside(pen, { model, view }, failedInside, box) {
  for (let at = failedInside.from(view.startMs - 8 / view.pxPerMs); at < failedInside.rows.length; at += 1) {
    const row = failedInside.rows[at];
    const x = view.toPx(model.spans.startMs[row]);
    if (x > view.widthPx) break;
    const width = Math.max(4, (model.spans.endMs[row] - model.spans.startMs[row]) * view.pxPerMs);
    const { top, height } = rowBox(box, ALONE);
    pen.fill("error").bar(x - 0.5, top - 1, width + 1, height + 2);
    if (width > 66) pen.fitted("failed", x, top + height / 2 + 0.5, width, { color: "on-lane", size: 10, weight: 600 });
  }
}

const ALONE = { level: 0, levels: 1 };
