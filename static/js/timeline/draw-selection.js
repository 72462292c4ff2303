import { rowBox } from "./draw-spans.js";
import { placeOf } from "./draw-turns.js";

const OUTLINE = { color: "ink", lineWidth: 1.75, radius: 3 };
const ALONE = { level: 0, levels: 1 };
/** Spans that are no bars of their own: the lane that shows what they are about. */
const SHOWN_IN = { user_speech: "user", agent_speech: "agent", turns: "turns", agent: "agents", eou: "eou" };
const RULER_BAR_PX = 3;
const MARK_PX = 8;

/** What is selected, outlined where it is drawn; a span of no lane as a bar along the ruler. */
export function drawSelection(pen, scene) {
  const { selection } = scene;
  if (!selection) return;
  if (selection.row !== undefined) drawSpan(pen, scene, selection.row);
  else if (selection.log !== undefined) drawLog(pen, scene, scene.model.logs.get(selection.log));
  else drawTurn(pen, scene, selection.turn);
}

function drawSpan(pen, scene, row) {
  const { model, boxes, untilMs } = scene;
  const { lane: name, start_ms: startMs, end_ms: endMs } = model.spans.records[row];
  const left = scene.view.toPx(startMs);
  const right = scene.view.toPx(Math.min(endMs ?? untilMs, untilMs));
  const lane = model.lanes.get(name);
  const box = boxes[lane ? name : SHOWN_IN[name]];
  if (lane && box) outline(pen, scene, left, right, rowBox(box, lane.places.get(row) ?? ALONE));
  else if (box) outline(pen, scene, left, right, { top: box.top + 5, height: box.height - 10 });
  else if (boxes.ruler) drawBar(pen, scene, left, right, boxes.ruler);
}

function drawTurn(pen, scene, index) {
  const { model, boxes } = scene;
  const at = model.turns.findIndex((one) => one.index === index);
  if (at < 0 || !boxes.turns) return;
  const { left, right } = placeOf(model.turns[at], model.turns[at + 1]?.start_ms ?? Infinity, scene);
  outline(pen, scene, left, right, { top: boxes.turns.top + 4, height: boxes.turns.height - 8 });
}

function drawLog(pen, { view, boxes }, log) {
  if (!log || !boxes.logs) return;
  const x = view.toPx(log.at_ms);
  const y = boxes.logs.top + boxes.logs.height / 2;
  pen.outline(x - MARK_PX, y - MARK_PX, 2 * MARK_PX, 2 * MARK_PX, OUTLINE);
}

function outline(pen, { view }, left, right, { top, height }) {
  if (right < -6 || left > view.widthPx + 6) return;
  const x = Math.max(-6, left);
  const width = Math.max(4, Math.min(view.widthPx + 6, right) - x);
  pen.outline(x - 2, top - 2.25, width + 4, height + 4.5, OUTLINE);
}

function drawBar(pen, { view }, left, right, ruler) {
  if (right < 0 || left > view.widthPx) return;
  const x = Math.max(0, left);
  const width = Math.max(RULER_BAR_PX, Math.min(view.widthPx, right) - x);
  pen.fill("ink").rect(x, ruler.top + ruler.height - RULER_BAR_PX, width, RULER_BAR_PX);
}
