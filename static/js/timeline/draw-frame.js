import { stepFor, ticksEvery } from "./ticks.js";

/** What lies behind all lanes: the selected turn, the grid of time, the lines between lanes. */
export function drawFrame(pen, scene) {
  const { view, boxes, heightPx } = scene;
  const topPx = boxes.ruler ? boxes.ruler.top + boxes.ruler.height : 0;
  drawTurnColumn(pen, scene, topPx);
  pen.fill("line", 0.55);
  for (const ms of ticksEvery(stepFor(view), view)) pen.rect(Math.round(view.toPx(ms)), topPx, 1, heightPx - topPx);
  pen.fill("line");
  for (const [name, box] of Object.entries(boxes)) {
    if (name !== "user") pen.rect(0, Math.round(box.top + box.height) - 1, view.widthPx, 1);
  }
}

function drawTurnColumn(pen, { model, view, heightPx, selection, untilMs }, topPx) {
  const turn = model.turns.find((one) => one.index === selection?.turn);
  if (!turn) return;
  const x = view.toPx(turn.start_ms);
  pen.fill("accent", 0.055).rect(x, topPx, view.toPx(Math.min(turn.end_ms, untilMs)) - x, heightPx).fill("line");
}

/** What is not yet: the data glow at the edge, the future lies lower. */
export function drawLiveEdge(pen, { view, boxes, heightPx, untilMs }) {
  const x = view.toPx(untilMs);
  const topPx = boxes.ruler ? boxes.ruler.top + boxes.ruler.height : 0;
  const glow = pen.ctx.createLinearGradient(x - GLOW_PX, 0, x, 0);
  glow.addColorStop(0, "transparent");
  glow.addColorStop(1, pen.colors.accent);
  pen.fill(glow, 0.12).rect(x - GLOW_PX, topPx, GLOW_PX, heightPx - topPx);
  pen.fill("surface-sunken", 0.6).rect(x, topPx, Math.max(0, view.widthPx - x), heightPx - topPx);
  pen.fill("accent").rect(Math.round(x) - 0.75, topPx, 1.5, heightPx - topPx);
}

const GLOW_PX = 46;

/** On a phone the lane heads have no room: their names stand inside the lanes, and let through what lies below. */
export function drawLaneNames(pen, boxes) {
  for (const [name, box] of Object.entries(boxes)) {
    if (!box.name || box.hasHead) continue;
    const y = nameTop(name, box);
    pen.fill("surface", 0.55).bar(2, y - 6.5, rightOfName(pen, box.name) - 2, 13, 3);
    pen.text(box.name, 6, y, NAME);
  }
}

const NAME = { size: 9, weight: 600 };

export const rightOfName = (pen, name) => pen.widthOf(name, NAME) + 10;

function nameTop(name, { top, height }) {
  if (name === "user") return top + 9;
  return name === "agent" ? top + height - 10 : top + height / 2 + 0.5;
}
