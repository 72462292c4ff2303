"""Kills the parts of production one after the other while they seal, export and purge, PostgreSQL among them.

    python benchmarks/kill_parts.py [--rounds 100]

Each round sends a captured session with its recording as an exporter does, again until it is acknowledged, asks for a
zip of an earlier one or lets one expire, and at a random moment of it web, a worker, beat or the database gets SIGKILL.
The database is started again; the others are their supervisor's business. In the end everything that was acknowledged
has to be there, sealed and whole, nothing that has expired, no row without its file, and no work left over. It needs
what tests/stack needs, and the programs of a PostgreSQL server.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import django
import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="playhead-kill-"))

from benchmarks.kill_work import (
    EXPIRE_EVERY,
    HASTE,
    Ledger,
    await_work,
    expire,
    faults_of_rows,
    faults_of_session,
    faults_of_storage,
    jobs_kept,
    requests_of,
)
from benchmarks.own_postgresql import Postgres, own_postgresql

PARTS = ["web", "worker", "long-worker", "beat", "database"]
ACKNOWLEDGED_WITHIN_S = 60
DATABASE_BACK_WITHIN_S = 60


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    with own_postgresql() as database, tempfile.TemporaryDirectory(prefix="playhead-kill-") as folder:
        os.environ["STACK_DATABASE_URL"] = database.url()
        django.setup()
        from tests.stack.production import production  # it reads that variable

        with production(Path(folder), **HASTE) as stack:
            faults = Trial(stack, database).run(rounds)
    for fault in faults:
        print("FAULT", fault)
    print("ok" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


class Trial:
    def __init__(self, stack: Any, database: Postgres) -> None:
        self.stack = stack
        self.database = database
        self.ledger = Ledger()
        self.rng = random.Random(7)
        self.repeated = 0

    def run(self, rounds: int) -> list[str]:
        killed: Counter[str] = Counter()
        for number in range(rounds):
            part = PARTS[number % len(PARTS)]
            killer = threading.Timer(self.rng.uniform(0, 5), self.kill, [part])
            killer.start()
            self.live_dangerously(number)
            killer.join()
            killed[part] += 1
        self.stack.await_ready()
        await_work(self.ask)
        told = ", ".join(f"{part} {times}" for part, times in killed.items())
        print(f"{rounds} kills ({told}): {len(self.ledger.sent)} sessions acknowledged,", end=" ")
        print(f"{len(self.ledger.expired)} expired, {self.repeated} uploads were repeated")
        return self.faults()

    def kill(self, part: str) -> None:
        if part == "database":
            self.database.kill()
            self.database.start_again()
            return
        while not (pid := self.stack.pid_of(part)):  # its supervisor is about to start it
            time.sleep(0.1)
        os.killpg(pid, signal.SIGKILL)

    def live_dangerously(self, number: int) -> None:
        job = f"AJ_{number:012d}"
        for path, content_type, body in requests_of(job):
            self.send(path, content_type, body)
        self.ledger.sent.append(job)
        if number % EXPIRE_EVERY == EXPIRE_EVERY - 1:
            expire(self.ask, job)
            self.ledger.expired.append(job)
        elif self.ledger.alive:
            self.ask_for_zip(self.rng.choice(sorted(self.ledger.alive)))
        time.sleep(self.rng.uniform(0, 4))

    def send(self, path: str, content_type: str, body: bytes) -> None:
        """Again until it is acknowledged. Raises TimeoutError."""
        from tests.stack.agents import upload

        deadline = time.monotonic() + ACKNOWLEDGED_WITHIN_S
        while time.monotonic() < deadline:
            answer = upload(self.stack, path, body, Content_Type=content_type, User_Agent="node")
            if answer.status == 200:
                return
            assert answer.status in {502, 503, 504}, (answer.status, answer.body[:300])
            self.repeated += 1
            time.sleep(0.5)
        raise TimeoutError(f"{path} was not acknowledged within {ACKNOWLEDGED_WITHIN_S} s")

    def ask_for_zip(self, job: str) -> None:
        """Whoever asks while a part is away asks again later; here nobody does."""
        bearer = f"Bearer {self.stack.project['read_token']}"
        base = f"/api/v1/projects/{self.stack.project['project']}/sessions/"
        found = self.stack.ask(f"{base}?text={job}", Authorization=bearer)
        if found.status == 200 and (results := json.loads(found.body)["results"]):
            self.stack.ask(f"{base}{results[0]['id']}/download/", b"", Authorization=bearer)

    def ask(self, statement: str, *parameters: Any) -> list[Any]:
        """Of the database, as soon as it is there."""
        deadline = time.monotonic() + DATABASE_BACK_WITHIN_S
        while True:
            try:
                with psycopg.connect(self.stack.environment["DATABASE_URL"]) as connection:
                    return connection.execute(statement, parameters or None).fetchall()  # type: ignore[call-overload,no-any-return]
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def faults(self) -> list[str]:
        def manage(*words: str) -> dict[str, Any]:
            return dict(json.loads(self.stack.manage(words[0], "--json", *words[1:])))

        faults = faults_of_storage(manage) + faults_of_rows(self.ask, self.ledger)
        for job in sorted(self.ledger.alive & jobs_kept(self.ask)):
            faults += faults_of_session(self.session, job)
        return faults

    def session(self, path: str) -> Any:
        return self.stack.api(f"sessions/{path}")


if __name__ == "__main__":
    sys.exit(main())
