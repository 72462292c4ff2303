import { firstAtLeast } from "./sorted.js";

const CHANNELS = { user: 0, agent: 1 };
/** What is quieter is not drawn: noise would be a line through the whole session. */
export const LEAST_HEIGHT = 3 / 127;
const DETAILED_PX_PER_MS = 0.02;

/** Bands where someone speaks, by the spans; over them the waveform, true to the recording. The user is always above. */
export function drawVoice(pen, scene, box, who) {
  const isUp = who === "user";
  const hasWave = scene.peaks && CHANNELS[who] < scene.peaks.channelCount;
  drawBands(pen, scene, box, who, hasWave);
  if (isUp) pen.fill("line-strong").rect(0, box.top + box.height - 0.5, scene.view.widthPx, 1);
  if (hasWave) drawWave(pen, scene, box, who);
  pen.fill("ink");
}

function drawBands(pen, { model, view, untilMs }, box, who, hasWave) {
  const isUp = who === "user";
  const bands = model.speaking[who].flatMap(({ start_ms: startMs, end_ms: endMs }) => {
    const x = view.toPx(startMs);
    const right = view.toPx(Math.min(endMs ?? untilMs, untilMs));
    if (right < 0 || x > view.widthPx) return [];
    const left = Math.max(x, -1);
    return [[left, Math.max(1, Math.min(right, view.widthPx + 1) - left)]];
  });
  pen.fill(`lane-${who}`, hasWave ? 0.1 : 0.24);
  for (const [left, width] of bands) pen.rect(left, isUp ? box.top + 3 : box.top, width, box.height - 3);
  pen.fade(0.87);
  for (const [left, width] of bands) pen.rect(left, isUp ? box.top + 3 : box.top + box.height - 5, width, 2);
}

function drawWave(pen, { peaks, view, recordingStartMs }, box, who) {
  const isUp = who === "user";
  const isDetailed = view.pxPerMs > DETAILED_PX_PER_MS;
  const width = isDetailed ? 2 : 1;
  const stride = isDetailed ? 3 : 1;
  const base = isUp ? box.top + box.height - 0.5 : box.top + 0.5;
  const columns = columnsOf(peaks, CHANNELS[who], view, { stride, recordingStartMs });
  const shape = { base, reach: (isUp ? -1 : 1) * (box.height - 7), stride, width };
  for (const [part, alpha] of [["tip", 0.46], ["body", 1]]) {
    pen.fill(`lane-${who}`, alpha);
    if (isDetailed) drawColumns(pen, columns, columns[part], shape);
    else drawOutline(pen, columns, columns[part], shape);
  }
}

function drawColumns(pen, { count, firstX, tip }, heights, { base, reach, stride, width }) {
  for (let at = 0; at < count; at += 1) {
    if (tip[at] < LEAST_HEIGHT) continue;
    const height = Math.max(1, Math.abs(heights[at] * reach));
    pen.rect(firstX + at * stride, reach < 0 ? base - height : base + 0.5, width, height);
  }
}

/** Columns without gaps are one shape: painted in one go, which costs a tenth. */
function drawOutline(pen, { count, firstX, tip }, heights, { base, reach, stride }) {
  const { ctx } = pen;
  ctx.beginPath();
  ctx.moveTo(firstX, base);
  for (let at = 0; at < count; at += 1) {
    const y = tip[at] < LEAST_HEIGHT ? base : base + Math.sign(reach) * Math.max(1, Math.abs(heights[at] * reach));
    ctx.lineTo(firstX + at * stride, y);
    ctx.lineTo(firstX + (at + 1) * stride, y);
  }
  ctx.lineTo(firstX + count * stride, base);
  ctx.fill();
}

/**
 * Heights of the columns on screen. They stand at multiples of the stride in session time, not of the screen, so that the
 * waveform moves with the lanes instead of shimmering.
 */
export function columnsOf(peaks, channel, view, { stride, recordingStartMs }) {
  const columnMs = stride / view.pxPerMs;
  const level = peaks.levelFor(columnMs);
  const first = Math.floor(view.startMs / columnMs);
  const count = Math.ceil(view.endMs / columnMs) - first;
  const columns = { firstX: view.toPx(first * columnMs), count, tip: new Float32Array(count), body: new Float32Array(count) };
  for (let at = 0; at < count; at += 1) {
    const fromMs = (first + at) * columnMs - recordingStartMs;
    peaks.measure(level, channel, [fromMs, fromMs + columnMs], columns, at);
  }
  return columns;
}

/** The stretch in which someone speaks at this moment, for the hover card. */
export function stretchAt(stretches, ms) {
  const at = firstAtLeast(stretches.map((stretch) => stretch.start_ms), ms + 1e-6) - 1;
  const stretch = stretches[at];
  return stretch && (stretch.end_ms === null || stretch.end_ms >= ms) ? stretch : null;
}
