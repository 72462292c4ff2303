import { applyFrame } from "./apply-changes.js";
import { finalReason, OPENING_MS, PONG_MS, retryAfterMs, silenceMs } from "./patience.js";
import { readFrame } from "./read-frame.js";

const NOTHING = { version: "", snapshot: null };
const QUIET_BEAT_S = 15;

/** Of attempts: about ten seconds. */
const FETCH_EVERY = 5;

/**
 * A session, or the list of sessions, as the server has it: opens the socket, applies what comes, and gets there again
 * after any fault. On a gap it asks for a fresh snapshot; there is no other recovery. Where no socket gets through, it
 * fetches the snapshot now and then.
 *
 * Events: "state" when `state` has changed; "change" with `detail: {snapshot, changes}` when `snapshot` has,
 * where `changes` is null for a whole new snapshot.
 */
export class LiveFeed extends EventTarget {
  /** connecting, live, reconnecting or closed. */
  state = "connecting";
  /** Why it is closed: signed-out, not-found, too-many; "" otherwise. */
  reason = "";
  #url;
  #open;
  #fetchFrame;
  #held = NOTHING;
  #socket = null;
  #attempt = 0;
  #timer = null;
  #everyS = QUIET_BEAT_S;

  /**
   * @param {string} url
   * @param {(url: string) => WebSocket} open
   * @param {(() => Promise<any>)|null} fetchFrame brings the snapshot without a socket, which then need not bring it again
   */
  constructor(url, open = (address) => new WebSocket(address), fetchFrame = null) {
    super();
    this.#url = url;
    this.#open = open;
    this.#fetchFrame = fetchFrame;
  }

  get snapshot() {
    return this.#held.snapshot;
  }

  async start() {
    if (this.#socket || this.state === "closed") return;
    await this.#fetch();
    if (this.state !== "closed" && !this.#socket) this.#connect();
  }

  stop() {
    this.#drop();
    this.#tell("closed");
  }

  /** To be called when the page or the network wakes up: a dead line shows now and not after its silence. */
  check() {
    if (this.state === "closed") return;
    if (this.#socket?.readyState !== 1) return this.#reconnect(0);
    this.#socket.send('{"type":"ping"}');
    this.#expectWithin(PONG_MS);
  }

  #connect() {
    const socket = this.#open(`${this.#url}?cursor=${encodeURIComponent(this.#held.version)}`);
    let frames = Promise.resolve(); // large frames are inflated asynchronously, and order matters
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      this.#expectWithin(silenceMs(this.#everyS));
      frames = frames.then(() => this.#receive(socket, data)).catch(() => this.#startOver(socket));
    };
    socket.onclose = ({ code }) => frames.then(() => this.#closed(socket, code));
    this.#expectWithin(OPENING_MS);
  }

  async #fetch() {
    const frame = await this.#fetchFrame?.().catch(() => null);
    const isTooLate = this.state === "closed" || this.state === "live";
    if (frame && !isTooLate) this.#take(frame);
  }

  async #receive(socket, data) {
    const frame = await readFrame(data);
    if (socket !== this.#socket) return;
    this.#attempt = 0;
    if (frame.type === "beat") this.#beat(frame.every_s);
    if (this.#take(frame) === "gap") return this.#startOver(socket);
    if (this.#held.snapshot) this.#tell("live");
  }

  #take(frame) {
    const { outcome, held } = applyFrame(this.#held, frame);
    this.#held = held;
    if (outcome === "applied") this.#changed(frame.changes ?? null);
    return outcome;
  }

  #beat(everyS) {
    this.#everyS = everyS;
    this.#expectWithin(silenceMs(everyS));
  }

  #changed(changes) {
    this.dispatchEvent(new CustomEvent("change", { detail: { snapshot: this.snapshot, changes } }));
  }

  #startOver(socket) {
    if (socket !== this.#socket) return;
    this.#held = { ...this.#held, version: "" };
    this.#reconnect();
  }

  #closed(socket, code) {
    if (socket !== this.#socket) return;
    this.reason = finalReason(code) ?? "";
    if (this.reason) return this.stop();
    this.#reconnect();
  }

  #reconnect(afterMs = retryAfterMs(this.#attempt)) {
    this.#drop();
    this.#attempt += 1;
    this.#tell(this.snapshot ? "reconnecting" : "connecting");
    if (this.#attempt % FETCH_EVERY === 0) this.#fetch();
    this.#timer = setTimeout(() => this.#connect(), afterMs);
  }

  #expectWithin(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#reconnect(), ms);
  }

  /** Leaves the socket without waiting for its goodbye, which a dead line never says. */
  #drop() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #tell(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state"));
  }
}
