"""Peaks and speech of a long stereo recording, made on the fly: times real time, memory, and that the peaks are true.

python benchmarks/peaks.py [--minutes 30]
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

LEAST_TIMES_REAL_TIME = 250
MOST_MB = 200
RATE_HZ = 48_000
ANALYSE = "analyse"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=int, default=30)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.ogg"
        record(path, minutes)
        print(f"{minutes} min of stereo Opus, {path.stat().st_size / 1e6:.1f} MB")
        # In a process of its own: memory is then the analysis' alone.
        done = subprocess.run([sys.executable, __file__, ANALYSE, str(path)], check=False)
    return done.returncode


def record(path: Path, minutes: int) -> None:
    """Voices that take turns, over noise: what costs a decoder most."""
    import av
    import numpy as np

    random = np.random.default_rng(7)
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE_HZ, layout="stereo")
        stream.bit_rate = 128_000
        stream.codec_context.options = {"compression_level": "0"}
        for second in range(minutes * 60):
            noise = random.standard_normal((2, RATE_HZ), dtype=np.float32) * 0.002
            noise[second // 4 % 2] *= 40 * np.hanning(RATE_HZ // 4).astype(np.float32).repeat(4)
            frame = av.AudioFrame.from_ndarray(noise, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE_HZ, second * RATE_HZ
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def analyse(path: Path) -> int:
    import django

    django.setup()
    from observability.recordings.peaks import Reducer
    from observability.recordings.waveform import analysis_of

    assert Reducer
    before_mb, began, cpu_began_s = peak_mb(), time.perf_counter(), time.process_time()
    analysis = analysis_of(path)
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu_began_s
    assert analysis.shape is not None
    assert analysis.speech is not None
    assert analysis.speech.agent is not None
    times = analysis.shape.duration_ms / 1000 / took_s
    stretches = len(analysis.speech.user) + len(analysis.speech.agent)
    print(
        f"{took_s:.2f} s, {cpu_s:.2f} s of a core: {times:.0f} × real time (at least {LEAST_TIMES_REAL_TIME})"
    )
    print(f"memory {peak_mb():.0f} MB, {before_mb:.0f} MB of it Django (at most {MOST_MB})")
    print(
        f"{len(analysis.peaks) / 1e6:.2f} MB of peaks, {analysis.shape.levels} levels, {stretches} stretches of speech"
    )
    return 0 if times >= LEAST_TIMES_REAL_TIME and peak_mb() <= MOST_MB else 1


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(analyse(Path(sys.argv[2])) if sys.argv[1:2] == [ANALYSE] else main())
