import { columnsOf, LEAST_HEIGHT } from "./draw-waveform.js";

/** The whole session, with what needs a look above it and a frame around what the lanes show. */
export function drawMinimap(pen, scene, box) {
  const place = { middle: box.top + box.height / 2 + 1, reach: box.height / 2 - 6 };
  for (const who of ["user", "agent"]) {
    if (scene.allPeaks && (who === "user" || scene.allPeaks.channelCount > 1)) drawWave(pen, scene, who, place);
    else drawBands(pen, scene, who, place);
  }
  drawIssues(pen, scene, box);
  drawFrame(pen, scene, box, place.middle);
  drawHits(pen, scene, box);
}

function drawWave(pen, { allPeaks, whole, recordingStartMs }, who, { middle, reach }) {
  pen.fill(`lane-${who}`, 0.72);
  const { count, firstX, tip } = columnsOf(allPeaks, who === "user" ? 0 : 1, whole, { stride: 2, recordingStartMs });
  for (let at = 0; at < count; at += 1) {
    if (tip[at] < LEAST_HEIGHT) continue;
    const height = Math.max(1, tip[at] * reach);
    pen.rect(firstX + at * 2, who === "user" ? middle - height : middle, 1.5, height);
  }
}

function drawBands(pen, { model, whole, untilMs }, who, { middle, reach }) {
  pen.fill(`lane-${who}`, 0.72);
  for (const { start_ms: startMs, end_ms: endMs } of model.speaking[who]) {
    const x = whole.toPx(startMs);
    const width = Math.max(1, whole.toPx(Math.min(endMs ?? untilMs, untilMs)) - x);
    pen.rect(x, who === "user" ? middle - reach * 0.5 : middle, width, reach * 0.5);
  }
}

function drawIssues(pen, { model, whole, untilMs }, box) {
  for (const { fromMs, isSlow, isMissing } of model.answers) {
    if (fromMs > untilMs || !(isSlow || isMissing)) continue;
    const width = Math.max(4, 1300 * whole.pxPerMs);
    pen.fill(isMissing ? "error" : "slow").bar(whole.toPx(fromMs), box.top + 2, width, 3, 1);
  }
}

/** What a search has found, below the voices; hits that share a pixel are one mark. */
function drawHits(pen, { hitsMs, whole }, box) {
  const columns = new Set(hitsMs.map((ms) => Math.round(whole.toPx(ms))));
  pen.fill("accent");
  for (const x of columns) pen.bar(x - 1.5, box.top + box.height - 7, 3, 6, 1);
}

function drawFrame(pen, { view, whole }, box, middle) {
  const left = whole.toPx(view.startMs);
  const right = whole.toPx(view.endMs);
  pen.fill("surface-sunken", 0.72).rect(0, box.top, Math.max(0, left), box.height);
  pen.rect(right, box.top, Math.max(0, whole.widthPx - right), box.height).fill("ink-soft");
  if (right - left >= whole.widthPx - 2) return;
  const rim = { color: "ink-soft", lineWidth: 1.25, radius: 3 };
  pen.outline(left + 0.5, box.top + 0.5, Math.max(3, right - left - 1), box.height - 1, rim);
  pen.fill("ink-soft").bar(left - 1, middle - 6, 3, 12, 1).bar(right - 2, middle - 6, 3, 12, 1);
}
