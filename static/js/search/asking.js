const OFFLINE = "The server cannot be reached. Enter tries again.";
const SIGNED_OUT = "You are signed out. Reload the page to sign in.";
const GONE = "This session is no longer here.";

/**
 * Asks the server. Only the newest question counts: an answer to an older one that comes late is dropped, and so is its
 * failure.
 */
export class Asking {
  /** An answer is on its way. */
  isBusy = false;
  #src;
  #told;
  #fetch;
  #abort = new AbortController();
  #isDueAgain = false;

  /**
   * @param {string} src
   * @param {{answered: (answer: import("./hits.js").Answer) => void, failed: (reason: string) => void}} told
   */
  constructor(src, told, fetchIt = (address, options) => fetch(address, options)) {
    this.#src = src;
    this.#told = told;
    this.#fetch = fetchIt;
  }

  /** @param {string} q @param {Set<string>} kinds */
  async ask(q, kinds) {
    this.stop();
    this.isBusy = true;
    const { signal } = this.#abort;
    const { answer, reason } = await outcomeOf(() => this.#fetch(addressOf(this.#src, q, kinds), { signal, headers: { accept: "application/json" } }));
    if (signal.aborted) return;
    this.isBusy = false;
    const isDueAgain = this.#isDueAgain;
    if (reason) this.#told.failed(reason);
    else this.#told.answered({ ...answer, q });
    if (isDueAgain && !this.isBusy) this.ask(q, kinds);
  }

  /** The same question, because there is more to find. Waits for an answer that is on its way: else none would ever come. */
  askAgain(q, kinds) {
    if (this.isBusy) this.#isDueAgain = true;
    else this.ask(q, kinds);
  }

  stop() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.isBusy = false;
    this.#isDueAgain = false;
  }
}

function addressOf(src, q, kinds) {
  const named = new URLSearchParams({ q });
  for (const kind of kinds) named.append("kind", kind);
  return `${src}?${named}`;
}

async function outcomeOf(send) {
  try {
    const response = await send();
    const reason = reasonOf(response);
    return reason ? { reason } : { answer: await response.json() };
  } catch {
    return { reason: OFFLINE };
  }
}

/** Why an answer is none; "" if it is one. Whoever is signed out is led to another page. */
export function reasonOf({ ok, status, redirected }) {
  if (redirected || status === 401 || status === 403) return SIGNED_OUT;
  if (status === 404) return GONE;
  return ok ? "" : `The search failed (${status}). Enter tries again.`;
}
