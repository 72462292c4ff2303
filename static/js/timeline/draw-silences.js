import { secondsFigure } from "./time-text.js";

const LABEL_PX = 40;
const THIN_PX = 4;
const ROOMY = 0.042;
/** Two bolts nearer to each other than this are one. */
const BOLT_PX = 9;

/** The silence between the two voices, through both of them, and the bolts where the user cut in. */
export function drawSilences(pen, scene, user, agent) {
  const band = { top: user.top + 3, height: user.height + agent.height - 6, middle: user.top + user.height };
  for (const answer of scene.model.answers) {
    const x = scene.view.toPx(answer.fromMs);
    const width = scene.view.toPx(Math.min(answer.toMs, scene.untilMs)) - x;
    if (width < 0 || x + width < 0 || x > scene.view.widthPx) continue;
    if (answer.isMissing) drawMissing(pen, answer, x, width, band);
    else drawSilence(pen, answer, x, width, band);
  }
  let lastX = -Infinity;
  for (const { at_ms: atMs } of scene.model.interruptions) {
    const x = scene.view.toPx(atMs);
    if (x - lastX < BOLT_PX || atMs > scene.untilMs || !scene.view.shows(atMs)) continue;
    drawBolt(pen, scene, atMs, agent);
    lastX = x;
  }
}

function drawMissing(pen, { fromMs, toMs }, x, width, { top, height, middle }) {
  if (width < THIN_PX) {
    pen.fill("error", 0.6).rect(x, top, Math.max(1.5, width), height);
    return;
  }
  pen.fill("error-wash").rect(x, top, width, height);
  pen.outline(x + 0.5, top + 0.5, width - 1, height - 1, { color: "error", dash: [3, 3] });
  const at = { color: "error-ink", align: "center" };
  const words = `no answer for ${((toMs - fromMs) / 1000).toFixed(1)} s`;
  const bold = { ...at, weight: 620, size: 11, halo: true };
  if (width > pen.widthOf(words, bold) + 12) pen.text(words, x + width / 2, middle, bold);
  else if (width > 12) pen.text("×", x + width / 2, middle, { ...at, weight: 700, size: 15 });
}

function drawSilence(pen, { isSlow, isWorst, e2eMs }, x, width, { top, height, middle }) {
  if (isSlow) pen.fill("slow", shade(width, isWorst)).rect(x, top, Math.max(width, 3), height);
  if (width <= LABEL_PX) return;
  pen.fill(isSlow ? "slow-ink" : "ink-faint");
  pen.rect(x, middle - 0.5, width, 1.5).rect(x, middle - 4, 1.5, 8).rect(x + width - 1.5, middle - 4, 1.5, 8);
  const label = `${secondsFigure(e2eMs)} s`;
  const half = pen.widthOf(label, { size: 11, weight: 620 }) / 2 + 6;
  if (width < half * 2) return;
  pen.fill(isSlow ? "slow-wash" : "surface").bar(x + width / 2 - half, middle - 8.5, half * 2, 17, 4);
  const words = { color: isSlow ? "slow-ink" : "ink-soft", align: "center", size: 11, weight: 620 };
  pen.text(label, x + width / 2, middle + 0.5, words);
}

function shade(width, isWorst) {
  if (width > LABEL_PX) return 0.16;
  return isWorst ? 0.55 : 0.17;
}

/** A bolt through the agent's voice, and the words that were not said any more fading out behind it. */
function drawBolt(pen, { view }, atMs, agent) {
  const { ctx } = pen;
  const x = Math.round(view.toPx(atMs));
  const bottom = agent.top + agent.height - 3;
  const middle = (agent.top + bottom) / 2;
  const zigzag = [[0, middle - 7], [-4, middle - 1], [4, middle - 1], [0, middle + 6]];
  const bolt = [[0, agent.top - 5], ...zigzag, [0, bottom + 2]];
  ctx.lineJoin = "round";
  pen.fade(1);
  for (const [color, lineWidth] of [["surface", 5], ["slow", 2]]) {
    ctx.strokeStyle = pen.colors[color];
    ctx.lineWidth = lineWidth;
    ctx.beginPath();
    for (const [dx, y] of bolt) ctx.lineTo(x + dx, y);
    ctx.stroke();
  }
  const unsaid = Math.min(view.toPx(atMs + 1600) - x, 60);
  for (let i = 6; i < unsaid; i += 5) {
    pen.fill("lane-agent", 0.3 * (1 - i / unsaid)).rect(x + i, agent.top + 4, 2, bottom - agent.top - 10);
  }
  if (view.pxPerMs > ROOMY) pen.text("cut off", x + 8, bottom - 8, { color: "slow-ink", weight: 620, halo: true });
}
