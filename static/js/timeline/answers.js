/**
 * @typedef {{turn: any, fromMs: number, toMs: number|null, e2eMs: number|null, isSlow: boolean, isWorst: boolean,
 *   isMissing: boolean, parts: {kind: string, start_ms: number, end_ms: number}[], reason: string}} Answer
 */

export const PART_COLORS = {
  transcription: "lane-stt",
  end_of_turn: "lane-eou",
  hook: "lane-hook",
  llm: "lane-llm",
  tool: "lane-tool",
  tts: "lane-tts",
  playback: "lane-agent",
  unexplained: "lane-rest",
};

export const PART_NAMES = {
  transcription: "words",
  end_of_turn: "end of turn",
  hook: "hook",
  llm: "LLM",
  tool: "tool",
  tts: "TTS",
  playback: "playback",
  unexplained: "unexplained",
};

/**
 * One silence per turn whose user has finished: from the last word to the agent's first sound, or to the next turn where
 * no answer came. Turns that still wait for theirs are left out; unknown is not slow.
 *
 * @returns {Answer[]}
 */
export function answersOf(turns, { targetMs, slowestTurn, untilMs }) {
  return turns.flatMap((turn, at) => answerOf(turn, turns[at + 1]?.start_ms ?? untilMs, targetMs, slowestTurn) ?? []);
}

function answerOf(turn, nextMs, targetMs, slowestTurn) {
  const { e2e_ms: e2eMs, parts, reason } = turn.latency;
  const fromMs = parts[0]?.start_ms ?? turn.user_end_ms;
  if (fromMs === null || fromMs === undefined) return null;
  const isMissing = e2eMs === null && (turn.failed || turn.no_answer);
  if (e2eMs === null && !isMissing) return null;
  const isSlow = e2eMs !== null && e2eMs > targetMs;
  return {
    turn,
    fromMs,
    toMs: isMissing ? Math.max(fromMs, nextMs) : fromMs + e2eMs,
    e2eMs,
    isSlow,
    isWorst: isSlow && turn.index === slowestTurn,
    isMissing,
    parts,
    reason: reason || longestPart(parts),
  };
}

/** "longest part: LLM, 0.39 s", where the timeline itself has no better reason. */
function longestPart(parts) {
  const sums = new Map();
  for (const { kind, start_ms: start, end_ms: end } of parts) sums.set(kind, (sums.get(kind) ?? 0) + end - start);
  const [kind, ms] = [...sums].sort(([, one], [, other]) => other - one)[0] ?? [];
  return kind ? `longest part: ${PART_NAMES[kind] ?? kind}, ${(ms / 1000).toFixed(2)} s` : "";
}

/**
 * The height of the meter. Linear from zero; one answer out of all measure does not press the others flat, it breaks
 * through the top instead.
 */
export function meterScaleMs(answers, targetMs) {
  const longest = answers.reduce((most, { e2eMs }) => Math.max(most, e2eMs ?? 0), 0);
  return Math.min(Math.max(targetMs * 1.34, longest * 1.08), targetMs * 2);
}
