import { applyFrame } from "./apply-changes.js";
import { finalReason, OPENING_MS, PONG_MS, retryAfterMs, silenceMs } from "./patience.js";
import { readFrame } from "./read-frame.js";

const NOTHING = { version: "", snapshot: null };
const QUIET_BEAT_S = 15;

/**
 * A session, or the list of sessions, as the server has it: opens the socket, applies what comes, and gets there again
 * after any fault. On a gap it asks for a fresh snapshot; there is no other recovery.
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
  #held = NOTHING;
  #socket = null;
  #attempt = 0;
  #timer = null;
  #everyS = QUIET_BEAT_S;

  /** @param {string} url @param {(url: string) => WebSocket} open */
  constructor(url, open = (address) => new WebSocket(address)) {
    super();
    this.#url = url;
    this.#open = open;
  }

  get snapshot() {
    return this.#held.snapshot;
  }

  start() {
    if (!this.#socket && this.state !== "closed") this.#connect();
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

  async #receive(socket, data) {
    const frame = await readFrame(data);
    if (socket !== this.#socket) return;
    this.#attempt = 0;
    if (frame.type === "beat") this.#beat(frame.every_s);
    const { outcome, held } = applyFrame(this.#held, frame);
    if (outcome === "gap") return this.#startOver(socket);
    this.#held = held;
    if (this.#held.snapshot) this.#tell("live");
    if (outcome === "applied") this.#changed(frame.changes ?? null);
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
