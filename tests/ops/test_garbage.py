"""What only holds itself goes, and nothing else is kept waiting for it."""

import subprocess
import sys

from django.conf import settings

ITSELF = """
import gc, time, weakref
from config.garbage import look_seldom

class Thing: pass

look_seldom(all_every_s=0.1)
thing = Thing()
thing.itself = thing
gc.collect()  # by now it is old
known = weakref.ref(thing)
del thing
until = time.monotonic() + 30
while known() is not None and time.monotonic() < until:
    time.sleep(0.05)
print(known())
"""
MUCH = """
import gc
from config.garbage import look_seldom

look_seldom()
before = gc.get_stats()
held = [[number] for number in range(2_000_000)]
print(*(now["collections"] > then["collections"] for now, then in zip(gc.get_stats(), before)))
"""


STARTED = """
import gc
import config.web

print(gc.isenabled())
"""


def printed_by(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_what_is_old_and_holds_itself_goes_when_its_time_has_come():
    assert printed_by(ITSELF) == "None"


def test_however_much_there_is_only_the_young_are_looked_through_meanwhile():
    assert printed_by(MUCH) == "True True False"


def test_a_web_process_that_has_started_looks_again():
    assert printed_by(STARTED) == "True"
