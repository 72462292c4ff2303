"""Restarts, kills and starves the parts of production under load, and counts what is lost.

    python benchmarks/resilience.py [restarts] [kills] [redis] [workers] [storage] [--rounds 20] [--away-s 60]

restarts: web is restarted again and again under the SDK's exporters; kills: it is killed while it reads recordings of
120 MB; redis, workers, storage: each is away for a while (storage half as long). It fails if an upload is refused, a
record is missing or work is left over. It needs what tests/stack needs.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="playhead-resilience-"))

import django

django.setup()

from tests.recordings.sounds import captured_audio  # noqa: E402  (settings need the environment above)
from tests.recordings.uploads import CONTENT_TYPE  # noqa: E402
from tests.recordings.uploads import upload as recording_of  # noqa: E402
from tests.sdk.environments import python_driver  # noqa: E402
from tests.stack.agents import RECORDINGS, SteadyAgent, bearer, upload  # noqa: E402
from tests.stack.production import Stack, production  # noqa: E402

EXPORTERS = 3
LARGE_BYTES = 120 * 1024 * 1024
CAUGHT_UP_WITHIN_S = 420
"""A recording that found no storage is tried again after five minutes."""
SOUND = "python/1.8.9_full"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", default=[], choices=[[], *TRIALS])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--away-s", type=int, default=60)
    arguments = parser.parse_args()
    faults = 0
    with (
        tempfile.TemporaryDirectory(prefix="playhead-resilience-") as folder,
        production(Path(folder), SEAL_AFTER_S="5", LOST_AFTER_S="20") as stack,
    ):
        for name in arguments.what or TRIALS:
            found = TRIALS[name](stack, arguments)
            print(f"{'MISS' if found else 'ok  '} {name}: {found or 'nothing lost'}", flush=True)
            faults += len(found)
    return 1 if faults else 0


def restarts(stack: Stack, arguments: argparse.Namespace) -> list[str]:
    began = time.monotonic()
    with exporters(stack) as begun:
        for _ in range(arguments.rounds):
            stack.control("restart", "web")
            stack.await_ready()
            time.sleep(1)
    made = {job: int(process.stdout.read()) for job, process in begun.items()}  # type: ignore[union-attr]
    took_s = time.monotonic() - began
    print(f"     {arguments.rounds} restarts in {took_s:.0f} s, {sum(made.values())} spans and as many logs")
    return [fault for job, count in made.items() for fault in missing_of(stack, job, count)]


@contextmanager
def exporters(stack: Stack) -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    python = python_driver()[0]
    token = bearer(stack).removeprefix("Bearer ")
    script = str(Path(__file__).with_name("exporter.py"))
    begun = {
        job: subprocess.Popen(
            [python, script, f"{stack.url}/p/demo", token, job],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for job in [f"AJ_exporter{number}" for number in range(EXPORTERS)]
    }
    time.sleep(5)
    yield begun
    for process in begun.values():
        assert process.stdin
        process.stdin.close()
    for process in begun.values():
        process.wait(60)


def missing_of(stack: Stack, job: str, count: int) -> list[str]:
    session = session_of(stack, job)
    spans = {span["name"] for span in stack.every(f"sessions/{session}/spans/?limit=5000")}
    logs = {log["body"] for log in stack.every(f"sessions/{session}/logs/?limit=5000")}
    lost_spans = sum(f"span {number}" not in spans for number in range(1, count + 1))
    lost_logs = sum(f"record {number}" not in logs for number in range(1, count + 1))
    return [f"{job}: {lost_spans} spans and {lost_logs} logs of {count}"] if lost_spans or lost_logs else []


def session_of(stack: Stack, job: str) -> str:
    [found] = [each for each in stack.every(f"sessions/?text={job}") if each["job_id"] == job]
    return str(found["id"])


def kills(stack: Stack, arguments: argparse.Namespace) -> list[str]:
    """The client sends once and waits: what arrives is the proxy's doing."""
    sound = captured_audio(SOUND)
    audio = sound * (LARGE_BYTES // len(sound) + 1)
    digest, rng, faults, slowest_s = hashlib.sha256(audio).hexdigest(), random.Random(7), [], 0.0
    for number in range(arguments.rounds):
        job = f"AJ_large{number}"
        killer = threading.Thread(
            target=kill_while_it_reads, args=[stack, rng.uniform(0.05, 0.95) * len(audio)]
        )
        killer.start()
        answer = upload_recording(stack, job, audio)
        killer.join()
        slowest_s = max(slowest_s, answer.seconds)
        if answer.status != 200 or digest_of_audio(stack, job) != digest:
            faults.append(f"{job}: {answer.status}")
    print(f"     {arguments.rounds} recordings of {len(audio):,} bytes, the slowest took {slowest_s:.0f} s")
    return faults


def kill_while_it_reads(stack: Stack, at_bytes: float) -> None:
    spool = Path(stack.environment["DATA_DIR"]) / "spool"
    before = bytes_below(spool)
    deadline = time.monotonic() + 60
    while bytes_below(spool) - before < at_bytes:
        assert time.monotonic() < deadline, "web never read so much"
        time.sleep(0.005)
    os.killpg(stack.pid_of("web"), signal.SIGKILL)


def bytes_below(folder: Path) -> int:
    found = 0
    for file in folder.rglob("*"):
        try:
            found += file.stat().st_size
        except FileNotFoundError:
            continue  # kept and moved meanwhile
    return found


def upload_recording(stack: Stack, job: str, audio: bytes) -> Any:
    body = recording_of(job_id=job, room_id=f"RM_{job}", audio=audio)
    return upload(stack, RECORDINGS, body, timeout_s=300, Content_Type=CONTENT_TYPE)


def digest_of_audio(stack: Stack, job: str) -> str:
    where = f"/api/v1/projects/demo/sessions/{session_of(stack, job)}/audio/"
    return hashlib.sha256(
        stack.ask(where, timeout_s=300, Authorization=f"Bearer {stack.project['read_token']}").body
    ).hexdigest()


def redis(stack: Stack, arguments: argparse.Namespace) -> list[str]:
    return away(stack, "redis", stack.redis.stop, stack.redis.start, arguments.away_s)


def workers(stack: Stack, arguments: argparse.Namespace) -> list[str]:
    stop = partial(stack.control, "stop", "worker", "long-worker")
    start = partial(stack.control, "start", "worker", "long-worker")
    return away(stack, "workers", stop, start, arguments.away_s)


def storage(stack: Stack, arguments: argparse.Namespace) -> list[str]:
    return away(stack, "storage", stack.bucket.stop, stack.bucket.start, arguments.away_s // 2)


def away(
    stack: Stack, what: str, stop: Callable[[], object], start: Callable[[], object], away_s: int
) -> list[str]:
    """Telemetry and a recording every ten seconds go on meanwhile; then all of it is there, and no work is left."""
    audio, recordings = captured_audio(SOUND), []
    with SteadyAgent(stack, f"AJ_{what}") as agent:
        stop()
        until = time.monotonic() + away_s
        while time.monotonic() < until:
            recordings.append(upload_recording(stack, f"AJ_{what}{len(recordings)}", audio))
            time.sleep(10)
        start()
        time.sleep(2)
    statuses = [*agent.statuses, *(each.status for each in recordings)]
    faults = [f"{statuses.count(status)} answers with {status}" for status in set(statuses) - {200}]
    caught_up_s = caught_up_after_s(stack)
    found = stack.every(f"sessions/{session_of(stack, f'AJ_{what}')}/spans/?limit=5000")
    names = {span["name"] for span in found}
    lost = sum(f"span {number}" not in names for number in range(1, len(agent.statuses) + 1))
    digest = hashlib.sha256(audio).hexdigest()
    wrong = sum(digest_of_audio(stack, f"AJ_{what}{n}") != digest for n in range(len(recordings)))
    print(
        f"     {what} away for {away_s} s: {len(statuses)} uploads, slowest {agent.slowest_s:.1f} s,", end=" "
    )
    print(f"caught up after {caught_up_s:.0f} s")
    faults += [f"{lost} spans lost"] if lost else []
    return faults + ([f"{wrong} recordings lost"] if wrong else [])


def caught_up_after_s(stack: Stack) -> float:
    """Until no job waits and no recording is left in the spool. Raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < CAUGHT_UP_WITHIN_S:
        queues = json.loads(stack.manage("stats", "--json"))["queues"]
        assert not any(queue["set_aside"] for queue in queues), queues
        if not any(queue["waiting"] for queue in queues):
            return time.monotonic() - began
        time.sleep(1)
    raise TimeoutError(f"Work is left after {CAUGHT_UP_WITHIN_S} s: {queues}")


TRIALS: dict[str, Callable[[Stack, argparse.Namespace], list[str]]] = {
    "restarts": restarts,
    "kills": kills,
    "redis": redis,
    "workers": workers,
    "storage": storage,
}

if __name__ == "__main__":
    sys.exit(main())
