"""`manage.py up`: all of Playhead in one process, until Ctrl-C."""

import os
import signal
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config import cores, env, first_start, static_files
from config.data_lock import lock_data
from config.greeting import Greeting
from config.health import has_pending_migrations
from config.server import STOP_SIGNALS, Server, bound_socket, url_of
from observability import jobs

LAST_THREADS_S = 0.5
TURN_S = 0.001
"""How long a thread may keep the interpreter while others wait: with Python's 5 ms, an upload that comes while a
session is being summarised waits five times over, 29 ms instead of 23 (99th percentile at 45 uploads a second)."""


class Command(BaseCommand):
    help = "Run Playhead: web, uploads, live updates and jobs in one process. All data is under DATA_DIR."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=env.text("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=env.number("PORT", 8000))

    def handle(self, *args: Any, **options: Any) -> None:
        for each in STOP_SIGNALS:
            signal.signal(each, lambda *_: sys.exit(0))
        lock = lock_data()  # live updates and the leases of jobs are one process's own here
        listener = self.take_port(options["host"], options["port"])
        self.prepare()
        self.serve(listener, Greeting(url_of(listener), first_start.prepare(), self.say))
        lock.close()
        end_process()

    def take_port(self, host: str, port: int) -> socket.socket:
        try:
            listener = bound_socket(host, port)
        except OverflowError:
            raise CommandError(f"{port} is no port; choose one from 1 to 65535 with --port.") from None
        except OSError as error:
            reason = (os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)).lower()
            raise CommandError(
                f"Cannot listen on {host} port {port}: {reason}. Choose another with --port."
            ) from None
        (settings.DATA_DIR / "url").write_text(url_of(listener))
        if not env.text("BASE_URL"):
            settings.BASE_URL = url_of(listener)
        return listener

    def prepare(self) -> None:
        if has_pending_migrations():
            self.say("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        if static_files.must_be_collected():
            self.say("Collecting static files …")
            static_files.collect()
        if not settings.DATABASE_URL:
            jobs.release_all()

    def serve(self, listener: socket.socket, greeting: Greeting) -> None:
        """Imports what needs collected static files and a database only now."""
        from config.asgi import application, http
        from config.workers import EmbeddedCelery

        sys.setswitchinterval(TURN_S)
        if settings.ONE_CORE:
            cores.keep_to_one()
        with EmbeddedCelery() as celery:

            def stop_the_rest() -> None:
                http.let_go()
                celery.begin_to_stop()

            server = Server(application, on_stop=stop_the_rest)
            threading.Thread(target=greeting.speak, daemon=True).start()
            server.run(sockets=[listener])
            greeting.end()
            http.close()

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def end_process() -> None:
    """Python waits for threads at its end; one that still waits for a client or a disk must not keep us."""
    deadline = time.monotonic() + LAST_THREADS_S
    while working_threads() and time.monotonic() < deadline:
        time.sleep(0.02)
    if working_threads():
        leave_now()


def working_threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if not each.daemon and each is not threading.main_thread()]


def leave_now() -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
