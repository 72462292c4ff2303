import { MOST_ROWS, SPAN_LANES } from "./lane-names.js";
import { firstAtLeast } from "./sorted.js";

/**
 * Spans of one row of a lane in order of time. They follow one another without overlap (but in the last row, when more
 * overlap than there are rows), so that the first one on screen is found by halving.
 */
class LaneRow {
  constructor() {
    this.rows = []; // rows of the store
    this.reachMs = []; // how far this span or an earlier one reaches: never falls
  }

  get endMs() {
    return this.reachMs.at(-1) ?? -Infinity;
  }

  push(row, endMs) {
    this.rows.push(row);
    this.reachMs.push(Math.max(this.endMs, endMs));
  }

  /** Index of the first span that may reach into what begins at `startMs`. */
  from(startMs) {
    return firstAtLeast(this.reachMs, startMs);
  }
}

/** What one lane shows: rows of stacked spans, and what failed inside them. */
class Lane {
  #cluster = [];
  #clusterEndMs = -Infinity;

  constructor() {
    /** @type {LaneRow[]} */
    this.stack = [new LaneRow()];
    this.failedInside = new LaneRow();
    /** Rows of the store in order of time: the way of the arrow keys. */
    this.inOrder = [];
    /** By row of the store: its level, how many levels share the height where it lies, and where the next one begins. */
    this.places = new Map();
    this.clusters = [];
  }

  stackUp(row, startMs, endMs) {
    if (startMs >= this.#clusterEndMs) this.closeCluster();
    let level = this.stack.findIndex((laneRow) => laneRow.endMs <= startMs);
    if (level < 0 && this.stack.length < MOST_ROWS) level = this.stack.push(new LaneRow()) - 1;
    if (level < 0) level = MOST_ROWS - 1;
    this.stack[level].push(row, endMs);
    this.places.set(row, { level, levels: 1, nextMs: Infinity });
    this.inOrder.push(row);
    this.#cluster.push(row);
    this.#clusterEndMs = Math.max(this.#clusterEndMs, endMs);
  }

  /** Only spans that overlap share the height of the lane; one that stands alone has all of it. */
  closeCluster() {
    const places = this.#cluster.map((row) => this.places.get(row));
    const levels = places.reduce((most, { level }) => Math.max(most, level + 1), 1);
    for (const place of places) place.levels = levels;
    if (this.#cluster.length) this.clusters.push(this.#cluster);
    this.#cluster = [];
    this.#clusterEndMs = -Infinity;
  }

  /** How far the name of a span may reach: to the next on its level, or to the next cluster. */
  findNext(startMs) {
    let nextClusterMs = Infinity;
    for (const cluster of this.clusters.reverse()) {
      const nextMs = Array.from({ length: MOST_ROWS }, () => nextClusterMs);
      for (const row of cluster.toReversed()) {
        const place = this.places.get(row);
        place.nextMs = nextMs[place.level];
        nextMs[place.level] = startMs[row];
      }
      nextClusterMs = startMs[cluster[0]];
    }
    this.clusters = [];
  }
}

/** Lane name → what it shows. Lanes without a span are absent. @returns {Map<string, Lane>} */
export function laneLayout(store) {
  const lanes = new Map();
  for (const row of rowsByStart(store)) {
    const name = store.records[row].lane;
    if (!(name in SPAN_LANES)) continue;
    if (!lanes.has(name)) lanes.set(name, new Lane());
    const lane = lanes.get(name);
    if (!SPAN_LANES[name].outermost || !isInside(store, row)) lane.stackUp(row, store.startMs[row], store.endMs[row]);
    else if (store.isError[row] && !hasFailedAbove(store, row)) lane.failedInside.push(row, store.endMs[row]);
  }
  for (const lane of lanes.values()) {
    lane.closeCluster();
    lane.findNext(store.startMs);
  }
  return lanes;
}

/** Longer ones first among those that begin together, so that parents lie above their children. */
function rowsByStart({ count, records, startMs, endMs }) {
  const rows = [];
  for (let row = 0; row < count; row += 1) if (records[row]) rows.push(row);
  return rows.sort((one, other) => startMs[one] - startMs[other] || endMs[other] - endMs[one] || one - other);
}

function isInside(store, row) {
  const parent = store.parentRow(row);
  return parent !== undefined && store.records[parent].lane === store.records[row].lane;
}

/** When the whole call failed it is red as a whole, and its parts add nothing. */
function hasFailedAbove(store, row) {
  const parent = store.parentRow(row);
  return parent !== undefined && isInside(store, row) && store.isError[parent] === 1;
}
