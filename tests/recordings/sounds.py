"""Sound files for tests: captured ones, made ones, and such as no encoder writes."""

import struct
from functools import cache
from io import BytesIO
from itertools import pairwise

import av
import numpy as np

from observability.livekit.header import header_record
from tests.recordings.uploads import captured_recording
from tests.timeline.sessions import batches_of

RATE_HZ = 48_000


@cache
def captured_audio(run):
    return _part(captured_recording(run).body, b'filename="recording.ogg"')


def captured_start_ns(run):
    return header_record(_part(captured_recording(run).body, b'filename="header.binpb"'))["start_ns"]


def captured_spans(run, name):
    """[from, to] in ms of the file."""
    start_ns = captured_start_ns(run)
    records = [record for batch in batches_of(run) for record in batch if record["signal"] == "span"]
    return sorted(
        ((record["start_ns"] - start_ns) / 1e6, (record["end_ns"] - start_ns) / 1e6)
        for record in records
        if record["name"] == name
    )


def decoded(content):
    """All samples, channels × samples, by the decoder alone."""
    with av.open(BytesIO(content), format="ogg") as container:
        return np.concatenate([planar(frame) for frame in container.decode(audio=0)], axis=1)


def planar(frame):
    array = frame.to_ndarray()
    if not frame.format.is_planar:
        array = array.reshape(-1, frame.layout.nb_channels).T
    return array / 32768 if array.dtype == np.int16 else array


def ogg_of(samples, *, codec="libopus", rate_hz=RATE_HZ, sample_format="fltp"):
    """`samples` are channels × samples, full scale at ±1."""
    file = BytesIO()
    layout = "mono" if len(samples) == 1 else "stereo"
    with av.open(file, "w", format="ogg") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        for first in range(0, samples.shape[1], rate_hz):
            second = samples[:, first : first + rate_hz].astype(np.float32)
            if sample_format == "s16":
                second = (second.T * 32767).astype(np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(second), format=sample_format, layout=layout
            )
            frame.sample_rate, frame.pts = rate_hz, first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def noise(seconds, *, level=0.1, channels=2, rate_hz=RATE_HZ, seed=1):
    random = np.random.default_rng(seed)
    return random.standard_normal((channels, round(seconds * rate_hz)), dtype=np.float32) * level


def voice(spans_ms, length_ms, *, level=0.1, floor=0.0, seed=1):
    """One channel that sounds in these spans, over a floor of noise."""
    channel = noise(length_ms / 1000, level=floor, channels=1, seed=seed)[0]
    loud = noise(length_ms / 1000, level=level, channels=1, seed=seed + 1)[0]
    for start, end in spans_ms:
        first, last = start * RATE_HZ // 1000, end * RATE_HZ // 1000
        channel[first:last] += loud[first:last]
    return channel


def endless_silence(packets):
    """Valid Opus of two bytes a packet, 120 ms each: 60 kB are an hour."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 2, 0, RATE_HZ, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, flags=2), _page([tags], 0, 1)]
    for number, first in enumerate(range(0, packets, 250), 2):
        count = min(250, packets - first)
        pages.append(_page([b"\xff\x06"] * count, (first + count) * 5760, number))
    return b"".join(pages)


def with_granules(content, granule):
    """Every page but the first two claims to end at this sample."""
    pages = _pages(content)
    lying = [page[:6] + struct.pack("<q", granule) + page[14:] for page in pages[2:]]
    return b"".join(pages[:2] + [_sealed(page) for page in lying])


def with_serial(content, serial):
    """As another stream: its pages have this number."""
    numbered = (page[:14] + struct.pack("<I", serial) + page[18:] for page in _pages(content))
    return b"".join(_sealed(page) for page in numbered)


def _pages(content):
    starts = [at for at in range(len(content)) if content.startswith(b"OggS", at)]
    return [content[a:b] for a, b in pairwise([*starts, len(content)])]


def _page(packets, granule, number, *, flags=0):
    lacing = bytes(map(len, packets))
    page = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, 1, number, 0) + bytes([len(lacing)]) + lacing
    return _sealed(page + b"".join(packets))


def _sealed(page):
    """With its checksum: a page without is not read at all."""
    checksum = 0
    for byte in page[:22] + bytes(4) + page[26:]:
        checksum = (checksum << 8 & 0xFFFFFFFF) ^ _CHECKSUMS[checksum >> 24 ^ byte]
    return page[:22] + struct.pack("<I", checksum) + page[26:]


def _checksum_of(byte):
    checksum = byte << 24
    for _ in range(8):
        checksum = (checksum << 1 ^ (0x04C11DB7 if checksum & 0x80000000 else 0)) & 0xFFFFFFFF
    return checksum


_CHECKSUMS = [_checksum_of(byte) for byte in range(256)]


def _part(body, name):
    return body.partition(name)[2].partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0]
