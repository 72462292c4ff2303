import { Lifetime } from "../lifetime.js";
import { LiveFeed } from "./live-feed.js";
import { Trailing } from "./trailing.js";

const REFRESH_EVERY_MS = 1000;
const PAINT_MS = 100;
const LABELS = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  ended: "Ended",
  lost: "Lost contact",
  closed: "Not updating",
};
const REASONS = {
  "signed-out": "Signed out",
  "not-found": "No longer available",
  "too-many": "Too many pages open",
};

/** Whoever has just deleted the session is on the way to the list already. */
const LEAVE_AFTER_MS = 1000;
const LEAVES = new Set(["signed-out", "not-found"]);

/**
 * `<live-status src="/ws/…" snapshot-src="/…/snapshot/">`: keeps a LiveFeed, and says how it is: in `data-state` for the
 * eye, in words for everybody. With `snapshot-src` the first snapshot comes from there, and the socket brings what follows.
 *
 * Sends "live:change" with `detail: {snapshot, changes}` for each frame, and "live:refresh" at most once in
 * `refresh-every-ms` for what asks the server for HTML. Both bubble. `feed` is there for whoever comes later.
 */
export class LiveStatus extends HTMLElement {
  #wasLive = false;
  #isLeaving = false;

  connectedCallback() {
    this.life = new Lifetime();
    this.feed = new LiveFeed(socketUrl(this.getAttribute("src")), undefined, this.#fetching());
    this.refresh = new Trailing(() => this.#send("live:refresh"), Number(this.getAttribute("refresh-every-ms")) || REFRESH_EVERY_MS);
    this.setAttribute("role", "status");
    this.#listen(this.life.signal);
    this.life.onEnd(() => this.feed.stop());
    this.life.onEnd(() => this.refresh.stop());
    this.#show();
    this.feed.start();
  }

  disconnectedCallback() {
    this.life.end();
  }

  #listen(signal) {
    this.feed.addEventListener("state", this.#show, { signal });
    this.feed.addEventListener("change", this.#changed, { signal });
    window.addEventListener("beforeunload", () => (this.#isLeaving = true), { signal });
    window.addEventListener("pageshow", () => (this.#isLeaving = false), { signal });
    window.addEventListener("online", () => this.feed.check(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.feed.check(), { signal });
  }

  #fetching() {
    const src = this.getAttribute("snapshot-src");
    return src ? () => fetchedFrame(src, this.life.signal) : null;
  }

  #changed = ({ detail }) => {
    this.#show();
    this.#send("live:change", detail);
    if (detail.changes) this.refresh.request();
    else this.#refreshLater();
  };

  /** The page is hardly older than a whole snapshot, which is to be painted first. */
  #refreshLater() {
    const timer = setTimeout(() => this.refresh.request(), PAINT_MS);
    this.life.onEnd(() => clearTimeout(timer));
  }

  #show = () => {
    const state = stateOf(this.feed);
    const label = REASONS[this.feed.reason] ?? LABELS[state];
    const place = this.querySelector("[data-label]") ?? this;
    this.dataset.state = state;
    if (place.textContent !== label) place.textContent = label;
    this.#leaveWhatIsGone();
  };

  /** What was deleted, has expired or is not ours any more may not stay in sight; the server says what is here instead. */
  #leaveWhatIsGone() {
    this.#wasLive ||= this.feed.state === "live";
    if (!this.#wasLive || !LEAVES.has(this.feed.reason)) return;
    const timer = setTimeout(() => this.#isLeaving || location.reload(), LEAVE_AFTER_MS);
    this.life.onEnd(() => clearTimeout(timer));
  }

  #send(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

/** A session that is over is "ended" or "lost" as long as the line is good. */
export function stateOf(feed) {
  const status = feed.snapshot?.timeline?.session?.status;
  return feed.state === "live" && (status === "ended" || status === "lost") ? status : feed.state;
}

async function fetchedFrame(src, signal) {
  const response = await fetch(src, { signal });
  return response.ok ? response.json() : null;
}

function socketUrl(src) {
  const url = new URL(src, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
