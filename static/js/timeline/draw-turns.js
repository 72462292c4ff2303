const LEAST_PX = 3;
const TINY_PX = 4;
const ROOMY_PX = 120;

/** Turns as numbered chips. A cut-off answer reaches into the next turn; here each ends where the next begins. */
export function drawTurns(pen, scene, box) {
  const { model, view } = scene;
  const slow = new Map(model.answers.map((answer) => [answer.turn.index, answer]));
  let paintedUntil = -Infinity;
  model.turns.forEach((turn, at) => {
    const place = placeOf(turn, model.turns[at + 1]?.start_ms ?? Infinity, scene);
    const look = lookOf(turn, slow.get(turn.index));
    const isTiny = place.right - place.left < LEAST_PX && look === PLAIN;
    if (place.right < 0 || place.left > view.widthPx || (isTiny && place.right < paintedUntil)) return;
    paintedUntil = place.left + LEAST_PX;
    drawChip(pen, turn, place, look, box);
  });
}

/** From where to where its chip goes, in pixels. */
export function placeOf(turn, nextMs, { view, untilMs, isLive }) {
  const isOpen = isLive && turn.outcome === "pending" && nextMs === Infinity; // still going on: no right end
  const endMs = isOpen ? untilMs : Math.min(turn.end_ms, nextMs, untilMs);
  return { left: view.toPx(turn.start_ms), right: view.toPx(Math.max(endMs, turn.start_ms)), isOpen, widthPx: view.widthPx };
}

const PLAIN = { wash: "surface-sunken", line: "line-strong", alpha: 1, ink: "ink-soft" };
const FAILED = { wash: "error-wash", line: "error", alpha: 0.75, ink: "error-ink" };
const SLOWEST = { wash: "slow-wash", line: "slow", alpha: 0.75, ink: "slow-ink" };

function lookOf(turn, answer) {
  if (turn.failed || turn.no_answer) return FAILED;
  return answer?.isWorst ? SLOWEST : PLAIN;
}

function drawChip(pen, turn, { left, right, isOpen, widthPx }, look, box) {
  const from = Math.max(left, -8);
  const width = Math.max(LEAST_PX, Math.min(right, widthPx + 8) - from - 1);
  const top = box.top + 2.5;
  const height = box.height - 5;
  if (width < TINY_PX) {
    pen.fill(look.line, 0.6).rect(from + 0.5, top, width, height);
    return;
  }
  pen.fill(look.wash).bar(from + 0.5, top, width, height, 3);
  pen.outline(from + 0.5, top, width, height, {
    color: look.line, alpha: look.alpha, radius: Math.min(3, width / 2), dash: isOpen ? [3, 3] : null,
  });
  drawNumber(pen, turn, Math.max(left, 0), Math.min(right, widthPx), look, box);
}

function drawNumber(pen, turn, left, right, { ink }, box) {
  const y = box.top + box.height / 2 + 0.5;
  const room = right - left;
  const options = { color: ink, weight: 600 };
  if (room > ROOMY_PX) {
    const name = `Turn ${turn.index}`;
    pen.text(name, left + 7, y, options);
    const after = left + 7 + pen.widthOf(name, options);
    pen.fitted(notesOf(turn).join(" · "), after + 4, y, right - after - 4, { color: "ink-faint", weight: 450 });
  } else if (room > pen.widthOf(String(turn.index), options) + 4) {
    pen.text(String(turn.index), left + room / 2, y, { ...options, align: "center" });
    if (turn.preempted && room > 26) pen.text("»", right - 6, y - 0.5, { color: "ink-faint", size: 11, align: "center" });
  }
}

/** What a chip says about its turn when there is room. */
export function notesOf(turn) {
  return [
    turn.preempted && "an early answer was thrown away",
    turn.interrupted && "cut off",
    turn.failed && "failed",
    turn.no_answer && !turn.failed && "no answer",
    turn.outcome === "pending" && "going on",
  ].filter(Boolean);
}
