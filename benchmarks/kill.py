"""Kills the server with SIGKILL in the middle of a load, starts it again, and looks for what it had acknowledged.

python benchmarks/kill.py [--rounds 3]
"""

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ingest import queues_of, spans_of
from benchmarks.load import send_until_cut
from benchmarks.servers import embedded_on
from benchmarks.sessions import SPANS_PER_REQUEST, GeneratedSession, generated_sessions


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    lost = sum(round_of_losses(number) for number in range(rounds))
    print(f"{rounds} kills, {lost} acknowledged requests lost")
    return 1 if lost else 0


def round_of_losses(number: int) -> int:
    """Requests of each connection's session that were acknowledged, and are not there after the restart."""
    sessions = list(generated_sessions(8, seed=100 + number))
    with tempfile.TemporaryDirectory(prefix="playhead-kill-") as folder:
        with embedded_on(Path(folder)) as server:
            queues = queues_of(server, sessions)
            killer = threading.Timer(0.3, server.process.kill)
            killer.start()
            acknowledged = send_until_cut(server.url, queues)
            killer.join()
            credentials = server.credentials
        with embedded_on(Path(folder)) as server:
            server.credentials = credentials
            time.sleep(0.5)
            return sum(
                losses(spans_of(server, s.job_id), s, n) for s, n in zip(sessions, acknowledged, strict=True)
            )


def losses(kept_spans: int, session: GeneratedSession, acknowledged: int) -> int:
    expected = min(acknowledged * SPANS_PER_REQUEST, session.spans)
    return max(0, -(-(expected - kept_spans) // SPANS_PER_REQUEST))


if __name__ == "__main__":
    sys.exit(main())
