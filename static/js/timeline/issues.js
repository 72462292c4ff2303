import { firstAtLeast } from "./sorted.js";

const TOLERANCE_MS = 300;
const ALMOST_SAME_MS = 250;

/** Moments that need a look: slow, missing and cut-off answers, and everything that failed. In order of time. */
export function issuesOf(model) {
  const issues = [
    ...model.answers.filter(({ isSlow }) => isSlow).map((answer) => issue(answer.fromMs, answer.turn.index, "slow answer")),
    ...model.answers.filter(({ isMissing }) => isMissing).map((answer) => issue(answer.fromMs, answer.turn.index, "no answer")),
    ...model.interruptions.map((cut) => issue(cut.at_ms, cut.turn, "cut off")),
    ...model.errors.map((error) => issue(error.at_ms, error.turn, `${error.kind} error`)),
  ];
  issues.sort((one, other) => one.atMs - other.atMs);
  return issues.filter((one, at) => at === 0 || one.atMs - issues[at - 1].atMs > ALMOST_SAME_MS);
}

const issue = (atMs, turn, what) => ({ atMs, turn, what });

/** The next one after `fromMs`, or before it; null at the end. */
export function nextIssue(issues, fromMs, direction) {
  return stepped(issues, (one) => one.atMs, fromMs, direction);
}

/** The turn that begins after `fromMs`; backwards, a press within a moment of a turn's start means the one before it. */
export function nextTurn(turns, fromMs, direction) {
  return stepped(turns, (turn) => turn.start_ms, fromMs, direction);
}

function stepped(items, momentOf, fromMs, direction) {
  const moments = items.map(momentOf);
  if (direction > 0) return items[firstAtLeast(moments, fromMs + 1)] ?? null;
  return items[firstAtLeast(moments, fromMs - TOLERANCE_MS) - 1] ?? null;
}
