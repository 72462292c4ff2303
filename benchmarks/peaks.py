"""Peaks and speech of a long stereo recording, made on the fly: times real time, memory, and that the peaks are true.

python benchmarks/peaks.py [--minutes 30]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from benchmarks.rows import Row, at_least, at_most, finish, machine_row, parser_of, told

LEAST_TIMES_REAL_TIME = 250
MOST_MB = 200
RATE_HZ = 48_000
ANALYSE = "analyse"


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--minutes", type=int, default=30)
    arguments = parser.parse_args()
    return finish(measured(arguments.minutes), as_json=arguments.json)


def measured(minutes: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.ogg"
        record(path, minutes)
        # In a process of its own: memory is then the analysis' alone.
        command = [sys.executable, __file__, ANALYSE, str(path)]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        size_mb = path.stat().st_size / 1e6
    return [
        machine_row(),
        told(f"{minutes} min of stereo Opus", size_mb, "MB"),
        at_least("times real time", found["duration_s"] / found["took_s"], LEAST_TIMES_REAL_TIME),
        told("seconds of a core", found["cpu_s"], "s"),
        at_most("memory", found["mb"], MOST_MB, "MB"),
        told("  of it Django", found["before_mb"], "MB"),
        told("peaks", found["peaks_bytes"] / 1e6, "MB"),
        told("levels", found["levels"]),
        told("stretches of speech", found["stretches"]),
    ]


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
    """Prints what `measured` reads."""
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
    found = {
        "took_s": took_s,
        "cpu_s": cpu_s,
        "duration_s": analysis.shape.duration_ms / 1000,
        "before_mb": before_mb,
        "mb": peak_mb(),
        "peaks_bytes": len(analysis.peaks),
        "levels": analysis.shape.levels,
        "stretches": len(analysis.speech.user) + len(analysis.speech.agent),
    }
    print(json.dumps(found))
    return 0


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(analyse(Path(sys.argv[2])) if sys.argv[1:2] == [ANALYSE] else main())
