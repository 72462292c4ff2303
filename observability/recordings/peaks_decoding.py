"""Decodes a recording a second at a time, in a worker. PyAV and numpy are imported when that begins."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observability.limits import MAX_RECORDING_DECODED_S
from observability.recordings.inspect import MAX_BAD_PACKETS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
    """channels × samples, full scale at ±1."""

MAX_CHANNELS = 2
"""User and agent; what a file has beyond them is not looked at."""
MAX_SAMPLE_RATE_HZ = 48_000
"""What the length limit counts with at least, so that a higher rate buys no more work."""
RATES_HZ = range(4_000, 384_001)


class SoundFile:
    """An Ogg file as a stream of samples. What it is stands in the attributes once the pieces are read.

    Time 0 is the first sample that players play: Opus' pre-skip lies before it. Samples are counted, and time
    stamps not believed, since a page may claim any.
    """

    def __init__(self, path: Path, *, max_decoded_s: int = MAX_RECORDING_DECODED_S) -> None:
        self.channels = 0
        self.sample_rate_hz = 0
        self.sample_count = 0
        self.problem = ""
        """Why it cannot be played, or not as a whole; "" if it can."""
        self._path = path
        self._max_decoded_s = max_decoded_s
        self._bad_packets = 0
        self._most_samples = 0
        self._is_too_long = False
        self._is_odd = False

    def pieces(self) -> Iterator["Samples"]:
        """About a second each. Raises FileNotFoundError; all other faults are told by `problem`.

        The bytes are anybody's: the container is never guessed from a name or led to another file or address.
        """
        import av

        try:
            with av.open(str(self._path), format="ogg", options={"protocol_whitelist": "file"}) as container:
                if container.streams.audio:
                    yield from self._gathered(container)
                self.problem = self._fault()
        except FileNotFoundError:
            raise
        except (av.FFmpegError, ValueError) as fault:
            self.problem = f"The file is no Ogg audio ({type(fault).__name__})."

    def _gathered(self, container: Any) -> Iterator["Samples"]:
        import numpy as np

        waiting: list[Samples] = []
        waiting_samples = 0
        for samples in self._limited(container):
            waiting.append(samples)
            waiting_samples += samples.shape[1]
            if waiting_samples >= self.sample_rate_hz:
                yield np.concatenate(waiting, axis=1)
                waiting, waiting_samples = [], 0
        if waiting:
            yield np.concatenate(waiting, axis=1)

    def _limited(self, container: Any) -> Iterator["Samples"]:
        """Cut off exactly at the longest length."""
        for frame in self._frames(container):
            if not self.sample_rate_hz and not self._begin(frame):
                return
            if frame.sample_rate != self.sample_rate_hz:
                self._is_odd = True
                return
            samples = _samples_of(frame, self.channels)[:, : self._most_samples - self.sample_count]
            self.sample_count += samples.shape[1]
            yield samples
            if samples.shape[1] < frame.samples:
                self._is_too_long = True
                return

    def _frames(self, container: Any) -> Iterator[Any]:
        import av

        stream = container.streams.audio[0]
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.FFmpegError:
                self._bad_packets += 1
            if self._bad_packets > MAX_BAD_PACKETS:
                return

    def _begin(self, frame: Any) -> bool:
        """The first frame tells rate and channels for all of the file."""
        self._is_odd = frame.sample_rate not in RATES_HZ
        self.sample_rate_hz = frame.sample_rate
        self.channels = min(frame.layout.nb_channels, MAX_CHANNELS)
        self._most_samples = self._max_decoded_s * min(frame.sample_rate, MAX_SAMPLE_RATE_HZ)
        return not self._is_odd

    def _fault(self) -> str:
        if self._is_odd:
            return f"The sound changes its rate, or has none that is played ({self.sample_rate_hz} Hz)."
        if not self.sample_count:
            return "The file holds no audio that can be decoded."
        if self._is_too_long:
            length = timedelta(seconds=self._max_decoded_s)
            return f"The recording is longer than {length}; the rest was not looked at."
        return f"{self._bad_packets} damaged pieces were left out." if self._bad_packets else ""


def _samples_of(frame: Any, channels: int) -> "Samples":
    """A frame with fewer channels than the first sounds the same on both, as players play it."""
    import numpy as np

    array = frame.to_ndarray()
    if not frame.format.is_planar:
        array = array.reshape(-1, frame.layout.nb_channels).T
    if len(array) < channels:
        array = np.repeat(array[:1], channels, axis=0)
    return _full_scale(array[:channels])


def _full_scale(array: "NDArray[Any]") -> "Samples":
    import numpy as np

    if array.dtype == np.uint8:
        array = (array - 128.0) / 128.0
    if array.dtype.kind == "i":
        return np.asarray(array / -float(np.iinfo(array.dtype).min), np.float32)
    return np.asarray(array, np.float32)
