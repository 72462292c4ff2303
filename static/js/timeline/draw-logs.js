import { firstAtLeast } from "./sorted.js";

const [DEBUG, INFO, WARNING, ERROR] = [0, 1, 2, 3];

/** Marks nearer to the last one of their level than this say nothing more. */
const APART_PX = [1.5, 1.5, 4, 4];

/** Log lines by level, the loud ones on top; and every failure, whether a log line tells it or not. */
export function drawLogs(pen, scene, box) {
  const y = Math.round(box.top + box.height / 2);
  scene.model.logs.levels.forEach(({ timesMs }, level) => drawLevel(pen, scene, timesMs, level, y));
  drawLevel(pen, scene, Float64Array.from(scene.model.untoldErrors, (error) => error.at_ms).sort(), ERROR, y);
  pen.ctx.lineWidth = 1;
}

function drawLevel(pen, { view, untilMs }, timesMs, level, y) {
  let paintedAt = -Infinity;
  for (let at = firstAtLeast(timesMs, view.startMs - 6 / view.pxPerMs); at < timesMs.length; at += 1) {
    const x = view.toPx(timesMs[at]);
    if (x > view.widthPx + 5 || timesMs[at] > untilMs) break;
    if (x - paintedAt < APART_PX[level]) continue;
    paintedAt = x;
    drawMark(pen, level, x, y);
  }
}

function drawMark(pen, level, x, y) {
  if (level === ERROR) shape(pen, "error", x, y, [[0, -5.5], [5.5, 0], [0, 5.5], [-5.5, 0]]);
  else if (level === WARNING) shape(pen, "slow", x, y, [[0, -5], [5.2, 4], [-5.2, 4]]);
  else if (level === INFO) pen.fill("ink-faint").rect(Math.round(x) - 1, y - 4, 2, 8);
  else if (level === DEBUG) pen.fill("lane-rest").rect(Math.round(x) - 1, y - 2.5, 2, 5);
}

/** A filled shape with a rim, so that neighbours stay apart. */
function shape(pen, color, x, y, corners) {
  const { ctx } = pen;
  pen.fill(color);
  ctx.strokeStyle = pen.colors.surface;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  for (const [dx, dy] of corners) ctx.lineTo(x + dx, y + dy);
  ctx.closePath();
  ctx.stroke();
  ctx.fill();
}
