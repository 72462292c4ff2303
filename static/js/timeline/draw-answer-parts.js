import { PART_COLORS, PART_NAMES } from "./answers.js";
import { durationText } from "./time-text.js";

const DARK_PARTS = new Set(["llm", "end_of_turn"]);

/** The silence in real time, part by part, with what it took and why. */
export function drawAnswerParts(pen, scene, answer, box, nextMs) {
  const { view } = scene;
  const middle = box.top + box.height / 2 + 0.5;
  if (answer.isMissing) {
    drawMissing(pen, answer, view, box, middle);
    return;
  }
  const band = { top: box.top + 9, height: box.height - 18, middle };
  for (const part of answer.parts) drawPart(pen, part, view, band);
  if (!answer.parts.length) drawWhole(pen, answer, view, band);
  const targetX = view.toPx(answer.fromMs + scene.model.targetMs);
  if (answer.isSlow) pen.fill("slow-ink").rect(targetX, band.top - 4, 1.5, band.height + 8);
  drawWords(pen, answer, view, middle, view.toPx(nextMs));
}

function drawPart(pen, { kind, start_ms: startMs, end_ms: endMs }, view, { top, height, middle }) {
  const x = view.toPx(startMs);
  const width = view.toPx(endMs) - x;
  if (x > view.widthPx || x + width < 0) return;
  pen.fill(PART_COLORS[kind] ?? "lane-rest").rect(x, top, Math.max(0.75, width - 0.75), height);
  pen.fitted(PART_NAMES[kind] ?? kind, x, middle, width, { color: inkOn(kind), size: 10, weight: 560 });
}

function inkOn(kind) {
  if (DARK_PARTS.has(kind)) return "on-lane";
  return kind === "unexplained" ? "ink" : "on-lane-bright";
}

function drawWhole(pen, { fromMs, toMs }, view, { top, height }) {
  pen.fill("lane-rest").rect(view.toPx(fromMs), top, view.toPx(toMs) - view.toPx(fromMs), height);
}

/** The reason only where it does not run into the next silence. */
function drawWords(pen, { toMs, e2eMs, isSlow, reason }, view, middle, nextX) {
  const x = view.toPx(toMs) + 6;
  const figure = durationText(e2eMs);
  const options = { color: isSlow ? "slow-ink" : "ink-soft", weight: 640, size: 11.5 };
  pen.text(figure, x, middle, options);
  const reasonX = x + pen.widthOf(figure, options) + 8;
  const quiet = { weight: 450, size: 11 };
  if (reason && reasonX + pen.widthOf(reason, quiet) + 6 < nextX) pen.text(reason, reasonX, middle, quiet);
}

function drawMissing(pen, { fromMs, toMs, turn }, view, box, middle) {
  const x = view.toPx(fromMs);
  const width = view.toPx(toMs) - x;
  pen.outline(x + 0.5, box.top + 9.5, width - 1, box.height - 19, { color: "error", lineWidth: 1.5, dash: [2, 2] });
  const words = turn.failed ? "no answer: it failed" : "no answer";
  pen.fitted(words, Math.max(x, 0) + 4, middle, width, { color: "error-ink", weight: 640 });
}
