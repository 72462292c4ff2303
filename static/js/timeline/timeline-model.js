import { answersOf, meterScaleMs } from "./answers.js";
import { issuesOf } from "./issues.js";
import { laneLayout } from "./lane-layout.js";
import { LogStore } from "./log-store.js";
import { SpanStore } from "./span-store.js";

/** Taken over as they are; small enough to be plain lists. */
const PARTS = ["session", "figures", "recording", "turns", "speeches", "agents", "handoffs", "interruptions", "errors"];
const EMPTY_SESSION = { status: "ended", start_unix_ns: "0", start_ms: 0, end_ms: null, last_ms: 0 };

/** What the timeline shows, as a function of the newest snapshot. Holds nothing about the screen. */
export class TimelineModel {
  session = EMPTY_SESSION;
  figures = {};
  recording = null;
  turns = [];
  speeches = [];
  agents = [];
  handoffs = [];
  interruptions = [];
  errors = [];
  spans = new SpanStore();
  logs = new LogStore();
  #snapshot = {};
  #lanes = null;
  #derived = null;

  constructor({ targetMs = 1200 } = {}) {
    this.targetMs = targetMs;
  }

  /**
   * Takes the next snapshot. Parts that have not changed are the same objects as in the one before, and are left alone.
   *
   * @param {any} snapshot as in docs/timeline-snapshot.md
   */
  show(snapshot) {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    for (const part of PARTS) if (snapshot[part] !== undefined) this[part] = snapshot[part];
    if (snapshot.logs !== before.logs) this.logs.show(snapshot.logs ?? []);
    if (snapshot.spans !== before.spans) this.#showSpans(snapshot.spans ?? []);
    this.#derived = null;
  }

  get isLive() {
    return this.session.status === "live";
  }

  /** How far the data reach. */
  get endMs() {
    const { end_ms: endMs, last_ms: lastMs } = this.session;
    const recorded = this.recording?.duration_ms ? this.recording.start_ms + this.recording.duration_ms : 0;
    return Math.max(endMs ?? 0, lastMs, recorded, 1);
  }

  get startUnixMs() {
    return Number(BigInt(this.session.start_unix_ns) / 1000n) / 1000;
  }

  /** @returns {ReturnType<typeof laneLayout>} */
  get lanes() {
    this.#lanes ??= laneLayout(this.spans);
    return this.#lanes;
  }

  get answers() {
    return this.#derive().answers;
  }

  get meterScaleMs() {
    return this.#derive().meterScaleMs;
  }

  get issues() {
    return this.#derive().issues;
  }

  /** Failures that no log line tells, so that each has one mark. */
  get untoldErrors() {
    return this.#derive().untoldErrors;
  }

  /** When someone speaks: `{user, agent}`, each a list of stretches in order of time. */
  get speaking() {
    return this.#derive().speaking;
  }

  turnAt(ms) {
    return this.turns.findLast((turn) => turn.start_ms <= ms && ms <= Math.max(turn.end_ms, turn.start_ms)) ?? null;
  }

  #derive() {
    if (this.#derived) return this.#derived;
    const { turns, targetMs } = this;
    const answers = answersOf(turns, { targetMs, slowestTurn: this.figures.slowest_turn, untilMs: this.endMs });
    this.#derived = { answers, meterScaleMs: meterScaleMs(answers, targetMs), speaking: speakingOf(this) };
    this.#derived.untoldErrors = this.errors.filter((error) => !error.log_indexes.some((index) => this.logs.get(index)));
    this.#derived.issues = issuesOf(this);
    return this.#derived;
  }

  #showSpans(spans) {
    this.spans.show(spans);
    this.#lanes = null;
  }
}

function speakingOf({ turns, speeches }) {
  const inOrder = (stretches) => stretches.sort((one, other) => one.start_ms - other.start_ms);
  return {
    user: inOrder(turns.flatMap((turn) => turn.user_speaking)),
    agent: inOrder(speeches.flatMap((speech) => speech.speaking)),
  };
}
