"""Kills the server while it seals, exports and purges, again and again, and looks at what is left in the end.

    python benchmarks/kill_work.py [--rounds 100]

This is the embedded server, where one process is all; benchmarks/kill_parts.py kills the parts of production.

Each round sends a captured session with its recording, asks for a zip of an earlier one or lets one expire, and sends
SIGKILL at a random moment. In the end everything that was acknowledged has to be there, sealed and whole, nothing that
has expired, and no row without its file.
"""

import argparse
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.servers import ROOT, Server, embedded_on
from benchmarks.sessions import token
from tests.captured import captured

RUN = "python/1.8.9_only_audio_transcript"
JOB = re.compile(rb"AJ_\w{12}")
HASTE = {"SEAL_AFTER_S": "1", "PURGE_EVERY_S": "3", "LOST_AFTER_S": "5"}
LAST_WORK_WITHIN_S = 180
EXPIRE_EVERY = 3

Ask = Callable[..., list[Any]]
"""A statement with `%s` for each of the parameters that follow; its rows."""


@dataclass
class Ledger:
    """What has been acknowledged, by job id."""

    sent: list[str] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)

    @property
    def alive(self) -> set[str]:
        return set(self.sent) - set(self.expired)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    os.environ |= HASTE
    ledger, rng = Ledger(), random.Random(7)
    with tempfile.TemporaryDirectory(prefix="playhead-kill-") as name:
        folder = Path(name)
        credentials: dict[str, Any] = {}
        for number in range(rounds):
            with embedded_on(folder) as server:
                credentials = credentials or server.credentials
                server.credentials = credentials
                live_dangerously(server, folder, ledger, number, rng)
        with embedded_on(folder) as server:
            server.credentials = credentials
            await_work(asking(folder))
            faults = faults_of(server, folder, ledger)
    print(f"{rounds} kills: {len(ledger.sent)} sessions acknowledged, {len(ledger.expired)} expired")
    for fault in faults:
        print("FAULT", fault)
    print("ok" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


def live_dangerously(server: Server, folder: Path, ledger: Ledger, number: int, rng: random.Random) -> None:
    job = f"AJ_{number:012d}"
    if send(server, job):
        ledger.sent.append(job)
    if number % EXPIRE_EVERY == EXPIRE_EVERY - 1:
        expire(asking(folder), job)
        ledger.expired.append(job)
    elif ledger.alive:
        ask_for_zip(server, rng.choice(sorted(ledger.alive)))
    time.sleep(rng.uniform(0, 4))
    server.process.kill()
    server.process.wait()


def send(server: Server, job: str) -> bool:
    """Whether all was acknowledged."""
    bearer = token(server.credentials["api_key"], server.credentials["api_secret"])
    for path, content_type, body in requests_of(job):
        url = f"{server.url}/p/{server.credentials['project']}{path}"
        headers = {"Authorization": f"Bearer {bearer}", "Content-Type": content_type, "User-Agent": "node"}
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
            if answer.status != 200:
                return False
    return True


def requests_of(job: str) -> list[tuple[str, str, bytes]]:
    """Path, content type and body of each request of the captured run, as if it had been this job's."""
    return [(each.path, each.content_type, JOB.sub(job.encode(), each.inflated)) for each in captured(RUN)]


def asking(folder: Path) -> Ask:
    """Asks the embedded database."""

    def ask(statement: str, *parameters: Any) -> list[Any]:
        with closing(sqlite3.connect(folder / "playhead.sqlite3", timeout=30)) as database, database:
            return database.execute(statement.replace("%s", "?"), parameters).fetchall()

    return ask


def ask_for_zip(server: Server, job: str) -> None:
    base = f"/api/v1/projects/{server.credentials['project']}/sessions/"
    found = [each["id"] for each in server.get(f"{base}?text={job}")["results"]]
    if not found:
        return
    headers = {"Authorization": f"Bearer {server.credentials['read_token']}"}
    request = urllib.request.Request(f"{server.url}{base}{found[0]}/download/", b"", headers)
    urllib.request.urlopen(request, timeout=60).close()


def expire(ask: Ask, job: str) -> None:
    ask(
        "UPDATE observability_session SET expires_at = first_received_at WHERE job_id = %s RETURNING id",
        job,
    )


def await_work(ask: Ask) -> None:
    """Until no session waits to be sealed and no job to be done."""
    deadline = time.monotonic() + LAST_WORK_WITHIN_S
    while time.monotonic() < deadline:
        now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        [(unsealed,)] = ask(
            "SELECT COUNT(*) FROM observability_session WHERE NOT is_sealed AND cursor > 0 AND expires_at > %s",
            now,
        )
        [(waiting,)] = ask("SELECT COUNT(*) FROM observability_job WHERE state IN ('waiting', 'running')")
        if not unsealed and not waiting:
            return
        time.sleep(1)


def faults_of(server: Server, folder: Path, ledger: Ledger) -> list[str]:
    ask = asking(folder)
    faults = faults_of_storage(partial(command, server)) + faults_of_rows(ask, ledger)
    base = f"/api/v1/projects/{server.credentials['project']}/sessions/"
    for job in sorted(ledger.alive & jobs_kept(ask)):
        faults += faults_of_session(lambda path: server.get(base + path), job)
    return faults


def faults_of_storage(manage: Callable[..., dict[str, Any]]) -> list[str]:
    """Of files without rows and rows without files, once what has expired is purged."""
    manage("purge", "--force")
    told = manage("fsck", "--repair", "--force")
    return [f"fsck: {name} {told[name]}" for name in ("lost", "unaccounted") if told[name]]


def faults_of_rows(ask: Ask, ledger: Ledger) -> list[str]:
    kept = jobs_kept(ask)
    set_aside = ask("SELECT kind, error FROM observability_job WHERE state = 'set-aside'")
    unsealed = ask("SELECT job_id FROM observability_session WHERE NOT is_sealed AND cursor > 0")
    return [
        *(f"{job} is gone" for job in sorted(ledger.alive - kept)),
        *(f"{job} has expired and is there" for job in sorted(set(ledger.expired) & kept)),
        *(f"{kind} was set aside: {error}" for kind, error in set_aside),
        *(f"{job} is not sealed" for (job,) in unsealed),
    ]


def jobs_kept(ask: Ask) -> set[str]:
    return {job for (job,) in ask("SELECT job_id FROM observability_session")}


def faults_of_session(get: Callable[[str], Any], job: str) -> list[str]:
    """`get` reads a path of the API, below the project's sessions."""
    [found] = [each for each in get(f"?text={job}")["results"] if each["job_id"] == job]
    logs = get(f"{found['id']}/logs/?limit=100")["results"]
    items = get(f"{found['id']}/chat-items/?limit=100")["results"]
    if (len(logs), len(items)) == (found["counts"]["logs"], found["counts"]["chat_items"]):
        return []
    return [f"{job} has {len(logs)} logs and {len(items)} chat items of {found['counts']}"]


def command(server: Server, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "manage.py", words[0], "--json", *words[1:]],
        cwd=ROOT,
        env=server.environment,
        check=True,
        capture_output=True,
    )
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    sys.exit(main())
