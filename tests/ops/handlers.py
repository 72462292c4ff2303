"""What the jobs of the tests do: they write down whom they were called for."""

import threading

from observability.jobs import NotYet

done: list[int] = []
may_go = threading.Event()


def note(object_id: int) -> None:
    done.append(object_id)


def fail(object_id: int) -> None:
    raise ValueError(f"no {object_id} today")


def put_off(object_id: int) -> None:
    raise NotYet(f"{object_id} is away")


def wait(object_id: int) -> None:
    may_go.wait(30)
