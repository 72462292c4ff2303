import { drawAnswerParts } from "./draw-answer-parts.js";
import { secondsFigure } from "./time-text.js";

/** From here on the silence is drawn in real time, part by part; before, it would be a few pixels. In px per ms. */
export const ROOMY_PX_PER_MS = 0.042;

/** Zoomed out: a meter whose height is the latency, with a cap on what exceeds the target. Zoomed in: the silence itself. */
export function drawAnswers(pen, scene, box) {
  const isRoomy = scene.view.pxPerMs > ROOMY_PX_PER_MS;
  const shown = scene.model.answers.filter((answer) => isNear(answer, scene));
  if (isRoomy) {
    shown.forEach((answer, at) => drawAnswerParts(pen, scene, answer, box, shown[at + 1]?.fromMs ?? Infinity));
    return;
  }
  const meter = meterOf(scene, box);
  drawTarget(pen, scene, meter);
  drawLabels(pen, shown.map((answer) => drawBar(pen, scene, answer, meter)), scene.view.widthPx);
}

function isNear({ fromMs, toMs }, { view, untilMs }) {
  return fromMs <= untilMs && view.toPx(toMs) > -80 && view.toPx(fromMs) < view.widthPx + 20;
}

/** Geometry of the meter: where a latency's top edge lies. */
export function meterOf({ model, view }, box) {
  const bottom = box.top + box.height - 3;
  const reach = box.height - 15;
  const heightOf = (ms) => Math.min(1, ms / model.meterScaleMs) * reach;
  return { bottom, reach, top: box.top, leastPx: view.pxPerMs < 0.003 ? 4.5 : 7, heightOf };
}

function drawTarget(pen, { view, model, untilMs }, { bottom, heightOf }) {
  const y = Math.round(bottom - heightOf(model.targetMs)) + 0.5;
  pen.line(0, y, Math.min(view.widthPx, view.toPx(untilMs)), y, { color: "ink-faint", alpha: 0.7, dash: [2, 3] });
}

function drawBar(pen, scene, answer, meter) {
  const x = scene.view.toPx(answer.fromMs);
  if (answer.isMissing) return drawMissing(pen, x, meter);
  const { e2eMs, isSlow, isWorst } = answer;
  const { bottom, heightOf } = meter;
  const width = Math.max(meter.leastPx, scene.view.toPx(answer.toMs) - x);
  const height = heightOf(e2eMs);
  pen.fill(isSlow ? "slow" : "lane-rest", isSlow && !isWorst ? 0.42 : 1).bar(x, bottom - height, width, height, 1.5);
  const capPx = Math.max(2.5, height - heightOf(scene.model.targetMs));
  if (isSlow) pen.fill("slow").bar(x, bottom - height, width, capPx, 1.5);
  const isBroken = e2eMs > scene.model.meterScaleMs; // higher than the meter
  if (isBroken) pen.fill("surface").rect(x - 1, bottom - height + 7, width + 2, 2);
  const rank = (isWorst ? 2e6 : 0) + e2eMs;
  return { x: x + width / 2, y: bottom - height - 7, rank, isSlow, isWorst, text: secondsFigure(e2eMs) };
}

function drawMissing(pen, x, { bottom, reach, leastPx, top }) {
  pen.outline(x + 0.5, bottom - reach + 0.5, leastPx, reach - 1, { color: "error", lineWidth: 1.5, dash: [2, 2] });
  return { x: x + 4, y: top + 7, rank: 1e6, isMissing: true, text: "none" };
}

/** The highest first; a figure that would lie on another's is left out. Only the slowest carries its unit. */
function drawLabels(pen, labels, widthPx) {
  const isTaken = new Uint8Array(Math.ceil(widthPx) + 1);
  for (const label of labels.sort((one, other) => other.rank - one.rank)) {
    const value = label.isWorst ? `${label.text} s` : label.text;
    const options = labelOptions(label);
    const half = pen.widthOf(value, options) / 2 + 2;
    const [left, right] = [Math.max(0, Math.floor(label.x - half)), Math.min(isTaken.length, Math.ceil(label.x + half))];
    if (left >= right || isTaken.subarray(left, right).includes(1)) continue;
    isTaken.fill(1, left, right);
    pen.text(value, label.x, label.y, options);
  }
}

function labelOptions({ isWorst, isSlow, isMissing }) {
  const options = { align: "center", halo: true, size: 10, weight: 450, color: "ink-faint" };
  if (isMissing) return { ...options, weight: 620, color: "error-ink" };
  if (isWorst) return { ...options, weight: 700, size: 12, color: "slow-ink" };
  return isSlow ? { ...options, weight: 620, color: "slow-ink" } : options;
}
