/** Enough buckets in a column for the body of the waveform to differ from its tips. */
const BUCKETS_PER_COLUMN = 4;
const FEWEST_BUCKETS = 256;
const LOUDEST = 127;
const MOST_GAIN = 8;
/** Of a voice, the power lies about this far below its peaks; the body of the drawing is no measurement, the tips are. */
const BODY_SHARE = 0.5;

/** @typedef {import("./peaks-answer.js").PeaksLevel} PeaksLevel */

/** A stretch of the recording in several resolutions, finest first, each half as fine as the one before. */
export class PeaksLevels {
  /**
   * @param {PeaksLevel} finest
   * @param {number[]|null} gains of the whole recording, when this is a part of it
   */
  constructor(finest, gains = null) {
    this.levels = [finest];
    while (this.levels.at(-1).channels[0].max.length > FEWEST_BUCKETS) this.levels.push(halved(this.levels.at(-1)));
    this.channelCount = finest.channels.length;
    this.startMs = finest.firstBucket * finest.bucketMs;
    this.endMs = this.startMs + finest.channels[0].max.length * finest.bucketMs;
    this.gains = gains ?? this.levels.at(-1).channels.map(gainOf);
  }

  /** Whether this is all there is to know about a stretch of the recording, at columns of this length. */
  serves(fromMs, toMs, columnMs) {
    return this.startMs <= Math.max(0, fromMs) && this.endMs >= toMs && this.levels[0].bucketMs <= columnMs;
  }

  /** The coarsest level that still has a few buckets per column. */
  levelFor(columnMs) {
    return this.levels.findLast((level) => level.bucketMs * BUCKETS_PER_COLUMN <= columnMs) ?? this.levels[0];
  }

  /**
   * Height of one column, from 0 to 1 of the channel's loudest: its tip, and the body inside it. Written into `into` at
   * `at`, because a frame has a thousand of them.
   *
   * @param {PeaksLevel} level
   * @param {number} channel
   * @param {[number, number]} stretch of time in the recording, in ms
   * @param {{tip: Float32Array, body: Float32Array}} into
   * @param {number} at
   */
  measure(level, channel, [fromMs, toMs], into, at) {
    const { min, max } = level.channels[channel];
    const first = Math.floor(fromMs / level.bucketMs);
    const from = Math.max(0, first - level.firstBucket);
    const to = Math.min(max.length, Math.max(first + 1, Math.ceil(toMs / level.bucketMs)) - level.firstBucket);
    let tip = 0;
    let sum = 0;
    for (let bucket = from; bucket < to; bucket += 1) {
      const peak = Math.max(max[bucket], -min[bucket]);
      sum += peak;
      if (peak > tip) tip = peak;
    }
    const scale = this.gains[channel] / LOUDEST;
    into.tip[at] = Math.min(1, tip * scale);
    into.body[at] = to > from ? Math.min(1, (sum / (to - from)) * scale * BODY_SHARE) : 0;
  }
}

/** @returns {PeaksLevel} */
function halved({ bucketMs, firstBucket, channels }) {
  const odd = firstBucket % 2; // buckets of the next level begin at even ones of this
  return {
    bucketMs: bucketMs * 2,
    firstBucket: (firstBucket - odd) / 2,
    channels: channels.map(({ min, max }) => ({ min: paired(min, odd, Math.min), max: paired(max, odd, Math.max) })),
  };
}

function paired(values, odd, outer) {
  const pairs = new Int8Array(Math.ceil((values.length + odd) / 2));
  for (let at = 0; at < pairs.length; at += 1) {
    const [one, other] = [values[at * 2 - odd], values[at * 2 + 1 - odd]];
    pairs[at] = outer(one ?? other, other ?? one);
  }
  return pairs;
}

const gainOf = (channel) => Math.min(MOST_GAIN, LOUDEST / Math.max(1, loudestOf(channel)));

function loudestOf({ min, max }) {
  let loudest = 0;
  for (let at = 0; at < max.length; at += 1) loudest = Math.max(loudest, max[at], -min[at]);
  return loudest;
}
