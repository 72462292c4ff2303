"""`python -m benchmarks.start`: how long `manage.py up` takes to answer and to stop, on new data and on its own.

Goal: the second start answers within 5 s, and Ctrl-C ends everything within 5 s.
"""

import signal
import tempfile
import time
from pathlib import Path

from benchmarks.processes import memory_mb_of
from tests.ops.running import Running

ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="playhead-start-") as folder:
        playhead = Running(Path(folder) / "data")
        print(f"first start  {started_s(playhead):6.2f} s")
        while "Press Ctrl-C" not in playhead.output():
            time.sleep(0.1)
        stops = [stopped_s(playhead)]
        starts = []
        for _ in range(ROUNDS):
            starts.append(started_s(playhead))
            assert playhead.process is not None
            memory_mb = memory_mb_of(playhead.process.pid)
            stops.append(stopped_s(playhead))
    print(f"later starts {', '.join(f'{each:.2f}' for each in starts)} s")
    print(f"stops        {', '.join(f'{each:.2f}' for each in stops)} s")
    print(f"memory idle  {memory_mb:.0f} MB")


def started_s(playhead: Running) -> float:
    began_s = time.monotonic()
    playhead.start()
    return time.monotonic() - began_s


def stopped_s(playhead: Running) -> float:
    began_s = time.monotonic()
    assert playhead.stop(signal.SIGINT) == 0
    return time.monotonic() - began_s


if __name__ == "__main__":
    main()
