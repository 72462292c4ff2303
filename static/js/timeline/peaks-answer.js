const HEADER_BYTES = 40;
const MAGIC = 0x4b50_4850; // "PHPK", little-endian

/**
 * Reads an answer of the peaks address (docs/peaks.md).
 *
 * @typedef {{min: Int8Array, max: Int8Array}} ChannelPeaks
 * @typedef {{bucketMs: number, firstBucket: number, channels: ChannelPeaks[]}} PeaksLevel
 * @param {ArrayBuffer} buffer
 * @returns {PeaksLevel & {levelBuckets: number, durationMs: number}}
 */
export function peaksAnswer(buffer) {
  const header = new DataView(buffer);
  if (buffer.byteLength < HEADER_BYTES || header.getUint32(0, true) !== MAGIC) throw new Error("These are no peaks.");
  const u32 = (at) => header.getUint32(at, true);
  const channelCount = header.getUint8(5);
  const values = new Int8Array(buffer, HEADER_BYTES);
  return {
    bucketMs: (u32(12) * 1000) / u32(8),
    firstBucket: u32(16),
    levelBuckets: u32(24),
    durationMs: header.getFloat64(32, true),
    channels: Array.from({ length: channelCount }, (_, channel) => channelIn(values, channel, channelCount, u32(20))),
  };
}

/** One channel out of [min, max] of each channel of each bucket: painters walk plain columns. */
function channelIn(values, channel, channelCount, bucketCount) {
  const [min, max] = [new Int8Array(bucketCount), new Int8Array(bucketCount)];
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    const at = (bucket * channelCount + channel) * 2;
    min[bucket] = values[at];
    max[bucket] = values[at + 1];
  }
  return { min, max };
}
