"""What `manage.py up` says once the server answers."""

import logging
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connections

from config import cores, installation
from config.first_start import DEMO, FirstStart, awaits_demo_sessions

ANSWERS_WITHIN_S = 60
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Greeting:
    url: str
    first_start: FirstStart | None
    say: Callable[[str], None]
    seeding: "subprocess.Popen[bytes] | None" = None

    def speak(self) -> None:
        wait_until_it_answers(self.url)
        self.say(f"Playhead is ready at {self.url}")
        if self.first_start is None:
            self.say(
                f"To sign in without a password: python3 manage.py sign-in-link {installation.owner_email()}"
            )
        else:
            self.introduce(self.first_start)
        if settings.DEMO_SESSIONS and awaits_demo_sessions():
            self.say("Adding two demo sessions …")
            self.add_demo_sessions()
        self.say("Press Ctrl-C to stop.")
        connections.close_all()

    def add_demo_sessions(self) -> None:
        """In a process of its own, because making sound needs memory that this one would keep.

        In a session of its own as well: Ctrl-C is for this process, which then ends that one.
        """
        cores.use_all()
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "seed-demo", DEMO]
        self.seeding = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        if self.seeding.wait() > 0:
            logger.warning("The demo sessions could not be added; `manage.py seed-demo` tries again.")

    def end(self) -> None:
        """What is not there yet is added at the next start."""
        if self.seeding is not None:
            self.seeding.terminate()

    def introduce(self, first_start: FirstStart) -> None:
        self.say(f"Sign in as {first_start.owner.email} (works once, within a day):")
        self.say(f"  {installation.sign_in_url(first_start.owner)}")
        self.say("Connect an agent (the secret is not shown again):")
        self.say(f"  LIVEKIT_OBSERVABILITY_URL={installation.address_of(first_start.project)}")
        self.say(f"  LIVEKIT_API_KEY={first_start.pair.key}")
        self.say(f"  LIVEKIT_API_SECRET={first_start.pair.secret}")


def wait_until_it_answers(url: str) -> None:
    """Through the port, as a browser would; this also loads all pages before the first visitor does."""
    deadline = time.monotonic() + ANSWERS_WITHIN_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/livez", timeout=ANSWERS_WITHIN_S).close()  # noqa: S310  (our own url)
            return
        except OSError:
            time.sleep(0.05)
