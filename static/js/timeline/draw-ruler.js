import { offsetText } from "../offset-text.js";
import { decimalsFor, stepFor, ticksEvery } from "./ticks.js";
import { clockText } from "./time-text.js";

const LABEL_PX = 54;

export function drawRuler(pen, { view }, box) {
  const stepMs = stepFor(view);
  const bottom = box.top + box.height;
  pen.fill("line-strong");
  for (const ms of ticksEvery(stepMs, view)) pen.rect(Math.round(view.toPx(ms)), bottom - 6, 1, 6);
  for (const ms of ticksEvery(stepMs / 5, view)) pen.rect(Math.round(view.toPx(ms)), bottom - 3, 1, 3);
}

/** Offsets with the wall clock below. On the upper canvas, because a label steps aside for the playhead's flag. */
export function drawRulerTimes(pen, { view, model, playheadMs }, box) {
  const stepMs = stepFor(view);
  const decimals = decimalsFor(stepMs);
  const flag = view.toPx(playheadMs);
  for (const ms of ticksEvery(stepMs, view)) {
    const x = Math.round(view.toPx(ms));
    const isUnderFlag = x + LABEL_PX > flag - 33 && x < flag + 31;
    if (ms < 0 || x < -4 || x > view.widthPx - LABEL_PX - 2 || isUnderFlag) continue;
    pen.text(offsetText(ms, decimals), x + 4, box.top + 10, { color: "ink", size: 11, weight: 560 });
    const clock = clockText(model.startUnixMs + ms, decimals);
    pen.text(clock, x + 4, box.top + 22.5, { color: "ink-faint", size: 9.5, weight: 400 });
  }
}
