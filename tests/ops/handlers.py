"""What the jobs of the tests do: they write down whom they were called for."""

import threading

done: list[int] = []
may_go = threading.Event()


def note(object_id: int) -> None:
    done.append(object_id)


def fail(object_id: int) -> None:
    raise ValueError(f"no {object_id} today")


def wait(object_id: int) -> None:
    may_go.wait(30)
