import { ROOMY_PX_PER_MS } from "./draw-answers.js";

/** How sure the model was that the user had finished: each wait, its probability, and the threshold then in force. */
export function drawTurnEnds(pen, scene, box) {
  const { model, view } = scene;
  const scale = { top: box.top + 5, reach: box.height - 10, yOf: (share) => box.top + 5 + (1 - share) * (box.height - 10) };
  const waits = model.turns.flatMap((turn) => turn.end_of_turn);
  drawThreshold(pen, scene, waits, scale);
  const isNear = (wait) => view.toPx(wait.end_ms) > -90 && view.toPx(wait.start_ms) < view.widthPx;
  const shown = waits.filter((wait) => wait.start_ms <= scene.untilMs && isNear(wait));
  for (const wait of shown) drawWait(pen, scene, wait, scale);
  drawProbabilities(pen, view, shown, scale);
}

/** The threshold may differ from wait to wait: a step at each change. */
function drawThreshold(pen, { view, untilMs }, waits, { yOf }) {
  const steps = waits.filter((wait) => wait.threshold !== null);
  const changes = steps.filter((wait, at) => at === 0 || wait.threshold !== steps[at - 1].threshold);
  changes.forEach((wait, at) => {
    const from = at === 0 ? 0 : Math.max(0, view.toPx(wait.start_ms));
    const to = Math.min(view.widthPx, view.toPx(changes[at + 1]?.start_ms ?? untilMs));
    const y = Math.round(yOf(wait.threshold)) + 0.5;
    if (to > from) pen.line(from, y, to, y, { color: "ink-faint", alpha: 0.75, dash: [2, 3] });
  });
}

function drawWait(pen, { view }, wait, { top, reach, yOf }) {
  const x = view.toPx(wait.start_ms);
  const width = Math.max(2, view.toPx(wait.end_ms) - x);
  const isDone = wait.outcome === "committed" || wait.outcome === "";
  pen.fill(isDone ? "lane-eou" : "slow", 0.28).rect(x, top - 1, width, reach + 2);
  const words = WORDS[wait.outcome] ?? wait.outcome;
  if (!isDone && width > 60) pen.text(words, x + width + 5, top + reach - 4, { color: "slow-ink", weight: 560 });
}

const WORDS = { user_resumed: "user went on", dropped: "dropped" };
const isSure = ({ threshold, probability }) => threshold === null || probability >= threshold;

/** The doubtful ones last, on top; of the sure ones those that would lie on one another once. */
function drawProbabilities(pen, view, waits, { yOf }) {
  const known = waits.filter((wait) => wait.probability !== null);
  let lastX = -Infinity;
  for (const wait of known.filter(isSure)) {
    const x = view.toPx(wait.decided_ms ?? wait.end_ms);
    if (x - lastX < DOT_PX) continue;
    lastX = x;
    drawDot(pen, x, yOf(wait.probability), "ink-soft");
    if (view.pxPerMs > ROOMY_PX_PER_MS) pen.text(wait.probability.toFixed(2), x + 8, yOf(wait.probability) + 1.5);
  }
  for (const wait of known.filter((one) => !isSure(one))) {
    const x = view.toPx(wait.decided_ms ?? wait.end_ms);
    drawDot(pen, x, yOf(wait.probability), "slow");
    const doubtful = { color: "slow-ink", weight: 640, align: "right", halo: true };
    pen.text(wait.probability.toFixed(2), x - 7, yOf(wait.probability) - 2, doubtful);
  }
}

const DOT_PX = 3;

function drawDot(pen, x, y, color) {
  const { ctx } = pen;
  pen.fill(color);
  ctx.strokeStyle = pen.colors.surface;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.arc(x, y, 3.4, 0, 7);
  ctx.fill();
  ctx.stroke();
}
