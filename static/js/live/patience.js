const FIRST_MS = 250;
const LONGEST_MS = 2500;
const SILENCE_SLACK_MS = 1000;

/** How long a connection attempt may take. */
export const OPENING_MS = 8000;
/** How long an answer to a ping may take. */
export const PONG_MS = 3000;

/** Before the next attempt: doubled each time, never so long that a page is behind five seconds after a recovery. */
export function retryAfterMs(attempt, random = Math.random) {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return longest * (0.5 + random() / 2);
}

/** How much silence means that the line is dead. */
export function silenceMs(everyS) {
  return everyS * 2000 + SILENCE_SLACK_MS;
}

const FINAL = {
  4401: "signed-out",
  4404: "not-found",
  4429: "too-many",
};

/** Why it is no use to try again; undefined if it is. */
export function finalReason(closeCode) {
  return FINAL[closeCode];
}
