import { say } from "./said.js";

const BY_HAND = new Set(["submit", "change", "input", "click", "keyup", "search"]);
/** Whoever asks for these tells it in the place itself. */
const TOLD_THERE = "#download-state, #session-rows, #import-results, details-pane";
/** Whoever has sent a form or followed a link is led by its answer, which gets this long. */
const LEAVING_MS = 30_000;

let leavingUntil = -Infinity;

/** For htmx:responseError and htmx:sendError: no answer to what a person asked for goes without a word. */
export async function tellUnanswered({ detail }) {
  if (detail.xhr.status === 404 && (await leaveGonePage())) return;
  const { target, requestConfig } = detail;
  const isByHand = BY_HAND.has(requestConfig.triggeringEvent?.type);
  if (isByHand && !target?.matches(TOLD_THERE)) say(wordsOf(detail.xhr.status));
}

/** For beforeunload. */
export function noteLeaving() {
  leavingUntil = performance.now() + LEAVING_MS;
}

/**
 * A part of the page that is not there any more may be all that is gone. If it is the page itself, because its project was
 * deleted or its reader removed, the server says so in its place.
 */
async function leaveGonePage() {
  const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
  if (answer?.status !== 404) return false;
  if (performance.now() < leavingUntil) return false;
  location.replace(answer.url);
  return true;
}

export function wordsOf(status) {
  if (status === 404) return "That is not here any more.";
  return status ? `The server could not do that (${status}). Try again in a moment.` : "The server cannot be reached. Try again in a moment.";
}
