import { offsetText } from "../offset-text.js";
import { drawRulerTimes } from "./draw-ruler.js";
import { drawSelection } from "./draw-selection.js";
import { clockText, durationText } from "./time-text.js";

/** The upper canvas: what moves while the lanes stand still. Playing audio repaints this and not the session. */
export function drawOver(pen, scene) {
  drawSelection(pen, scene);
  drawHover(pen, scene);
  if (scene.range) drawRange(pen, scene);
  if (scene.boxes.ruler) drawRulerTimes(pen, scene, scene.boxes.ruler);
  drawPlayhead(pen, scene);
}

function drawHover(pen, { view, boxes, heightPx, hoverMs }) {
  if (hoverMs === null) return;
  pen.fill("ink-faint", 0.55).rect(Math.round(view.toPx(hoverMs)), boxes.ruler?.top ?? 0, 1, heightPx).fill("ink");
}

/** What a drag has marked and a release will show. */
function drawRange(pen, { view, heightPx, boxes, range }) {
  const x = view.toPx(range.fromMs);
  const width = view.toPx(range.toMs) - x;
  const top = boxes.ruler?.top ?? 0;
  pen.fill("accent", 0.12).rect(x, top, width, heightPx - top);
  pen.fill("accent").rect(x, top, 1, heightPx - top).rect(x + width - 1, top, 1, heightPx - top);
  const words = { color: "accent", weight: 620, align: "center", halo: true };
  pen.text(durationText(range.toMs - range.fromMs), x + width / 2, top + 42, words);
}

/** A line through everything with a flag in the ruler; ink, never a lane's colour. */
export function drawPlayhead(pen, { view, whole, model, boxes, heightPx, playheadMs }) {
  if (boxes.minimap) pen.fill("ink").rect(whole.toPx(playheadMs) - 0.75, boxes.minimap.top, 1.5, boxes.minimap.height - 1);
  const x = view.toPx(playheadMs);
  if (x < -1 || x > view.widthPx + 1) return;
  const top = boxes.ruler?.top ?? 0;
  pen.fill("ink").rect(Math.round(x) - 0.75, top + 8, 1.5, heightPx - top - 8);
  if (!boxes.ruler) return;
  const label = offsetText(playheadMs, 2);
  const width = Math.max(pen.widthOf(label, { size: 11, weight: 640 }), 50) + 14;
  const left = Math.min(Math.max(x - width / 2, 0), view.widthPx - width);
  pen.bar(left, top + 1, width, 28, 4);
  const at = { color: "surface", align: "center" };
  pen.text(label, left + width / 2, top + 9.5, { ...at, size: 11, weight: 640 });
  pen.text(clockText(model.startUnixMs + playheadMs), left + width / 2, top + 21.5, { ...at, size: 9.5, weight: 420, alpha: 0.72 });
}
