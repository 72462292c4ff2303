"""Celery's workers and beat inside the server's process."""

import logging
import threading
from types import TracebackType
from typing import Any, Self

from celery.beat import EmbeddedService
from celery.worker import WorkController

from config import cores
from config.celery import LONG, SHORT, SWEEPS, app, new_application

READY_WITHIN_S = 5
STOPPED_WITHIN_S = 1.0

logger = logging.getLogger(__name__)


class EmbeddedWorker(WorkController):  # type: ignore[misc]  # celery has no annotations
    def __init__(self, name: str, queues: list[str], threads: int) -> None:
        self.is_ready = threading.Event()
        super().__init__(
            app=new_application(is_ours=False),
            pool_cls="threads",
            concurrency=threads,
            hostname=f"{name}@embedded",
            queues=queues,
            loglevel="WARNING",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self.thread = threading.Thread(target=self.work, daemon=True, name=f"celery {name}")
        self.uses_all_cores = LONG in queues

    def work(self) -> None:
        """Nobody waits for jobs as for uploads and pages.

        Sound is decoded and archives are compressed outside of the interpreter: beside it, if there is a core.
        """
        cores.give_way()
        if self.uses_all_cores:
            cores.use_all()
        self.start()

    def on_consumer_ready(self, consumer: Any) -> None:
        super().on_consumer_ready(consumer)
        self.is_ready.set()


class EmbeddedCelery:
    """`with EmbeddedCelery():` works off jobs until the block ends. Long jobs have a worker of their own."""

    def __init__(self) -> None:
        self.stoppers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        app.finalize()
        self.workers = [
            EmbeddedWorker("short", [SHORT, SWEEPS], threads=2),
            EmbeddedWorker("long", [LONG], threads=1),
        ]
        for worker in self.workers:
            worker.thread.start()
        for worker in self.workers:
            if not worker.is_ready.wait(READY_WITHIN_S):
                logger.warning("No task broker answers; jobs wait until one does.")
        self.beat = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")
        self.beat.daemon = True
        self.beat.start()
        return self

    def begin_to_stop(self) -> None:
        """Returns at once; begun jobs may finish meanwhile."""
        if not self.stoppers:
            self.beat.service.stop()
            self.stoppers = [threading.Thread(target=worker.stop, daemon=True) for worker in self.workers]
            for stopper in self.stoppers:
                stopper.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """What is not finished by then keeps its lease and is done after the next start."""
        self.begin_to_stop()
        for stopper in self.stoppers:
            stopper.join(STOPPED_WITHIN_S)
