"""How the peaks of a recording are laid out, in storage and on the wire (docs/peaks.md). Pure, without numpy."""

import struct
from dataclasses import dataclass
from math import ceil, floor

MAGIC = b"PHPK"
VERSION = 1
HEADER = struct.Struct("<4sBBBBIIIIIId")
"""magic, version, channels, levels, level, sample_rate_hz, samples_per_bucket, first_bucket, bucket_count,
level_buckets, 0, duration_ms: 40 bytes."""

FINEST_PER_S = 100
"""Buckets of 10 ms: as fine as a syllable's edge, and a tenth of the audio's own bytes."""
COARSEST_BUCKETS = 256
"""Levels are halved until one has no more than this: a minimap is not wider."""
MAX_BUCKETS_AN_ANSWER = 65_536
"""262 kB of a stereo recording."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive buckets of one level."""

    level: int
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Shape:
    channels: int
    sample_rate_hz: int
    sample_count: int
    """Per channel."""

    @property
    def samples_per_bucket(self) -> int:
        """Of the finest level: 10 ms, exactly so at any rate that 100 divides."""
        return max(1, round(self.sample_rate_hz / FINEST_PER_S))

    @property
    def bucket_ms(self) -> float:
        """Of the finest level."""
        return self.samples_per_bucket * 1000 / self.sample_rate_hz

    @property
    def duration_ms(self) -> float:
        return self.sample_count * 1000 / self.sample_rate_hz

    @property
    def levels(self) -> int:
        levels = 1
        while self.buckets_at(levels - 1) > COARSEST_BUCKETS:
            levels += 1
        return levels

    @property
    def size_bytes(self) -> int:
        return sum(self.buckets_at(level) for level in range(self.levels)) * self.bucket_bytes

    @property
    def bucket_bytes(self) -> int:
        """Minimum and maximum of each channel, a signed byte each."""
        return 2 * self.channels

    def buckets_at(self, level: int) -> int:
        return -(-self.sample_count // (self.samples_per_bucket << level))

    def place_of(self, part: Slice) -> tuple[int, int]:
        """First byte and number of bytes in the stored object: all levels one after the other, finest first."""
        before = sum(self.buckets_at(level) for level in range(part.level))
        return (before + part.first) * self.bucket_bytes, part.count * self.bucket_bytes

    def part(self, level: int, *, from_ms: float, to_ms: float) -> Slice:
        """All buckets of the level that the time touches."""
        bucket_ms = self.bucket_ms * (1 << level)
        buckets = self.buckets_at(level)
        first = min(buckets, max(0, floor(from_ms / bucket_ms)))
        return Slice(level, first, max(0, min(buckets, ceil(to_ms / bucket_ms)) - first))

    def coarsest_with(self, buckets: int, *, from_ms: float, to_ms: float) -> int:
        """The coarsest level with at least so many buckets in this time; the finest if none has."""
        for level in range(self.levels - 1, 0, -1):
            if self.part(level, from_ms=from_ms, to_ms=to_ms).count >= buckets:
                return level
        return 0

    def header(self, part: Slice) -> bytes:
        return HEADER.pack(
            MAGIC,
            VERSION,
            self.channels,
            self.levels,
            part.level,
            self.sample_rate_hz,
            self.samples_per_bucket << part.level,
            part.first,
            part.count,
            self.buckets_at(part.level),
            0,
            self.duration_ms,
        )
