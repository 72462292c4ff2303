"""When a server's process looks for objects that only hold each other. All others go at once, when nobody holds them.

By itself Python goes through everything that has lived for a while whenever that has become a quarter more. Where the
timelines of 60 live sessions are built anew that was every four seconds, for 0.2 s in which nothing else was done, and
what it found was 300 objects.
"""

import gc
import threading
import time

YOUNG_OBJECTS = 50_000
"""More of them than have gone meanwhile, and the new ones are looked through."""
OLDER_EVERY = 10
"""Times, and with them those that were new before."""
NEVER = 2**31 - 1
ALL_EVERY_S = 60.0


def look_seldom(all_every_s: float = ALL_EVERY_S) -> None:
    """What is here now stays, and is not looked at again; of the rest all is looked through once a minute.

    A process may have put off looking until then.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, OLDER_EVERY, NEVER)
    gc.enable()
    threading.Thread(target=look_for_ever, args=[all_every_s], name="garbage", daemon=True).start()


def look_for_ever(every_s: float) -> None:
    while True:
        time.sleep(every_s)
        gc.collect()
