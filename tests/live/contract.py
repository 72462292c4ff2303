"""The contract between the server and its readers: snapshot, frames, snapshot (tests/contract/*.json).

`python -m tests.live.contract` writes them anew. Pytest checks that the server still makes these frames, node that the
page's modules arrive at the same state.
"""

import gzip
import json
import os
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from observability.live.changes import snapshot_frame, taken_apart
from observability.live.shown import Shown, frame_of, shown_after
from observability.otlp.decode import decode
from observability.records import Record
from observability.timeline import RecordingFile, SessionContext, as_json, build
from tests.captured import captured_exports

FOLDER = Path(__file__).parent.parent / "contract"
NOW_NS = 1_795_400_000_000_000_000
Body = dict[str, Any]


def batches_of(run: str) -> list[list[Record]]:
    from observability.ingest.telemetry import LIMITS  # needs Django's settings

    return [
        decode(each.signal, each.inflated, each.content_type, LIMITS).records  # type: ignore[arg-type]
        for each in captured_exports(run)
    ]


def body_after(batches: Sequence[Iterable[Record]], *, cursor: int, **context: Any) -> Body:
    """The API's answer when these batches have come."""
    timeline = as_json(build(batches, context=SessionContext(now_ns=NOW_NS, **{"status": "live", **context})))
    return normal({"id": "6d1f6f6e-9d4b-4a53-a6b1-0c5e2f8a7b10", "cursor": cursor, "timeline": timeline})


def normal(value: Any) -> Any:
    """As it is after a journey as JSON."""
    return orjson.loads(orjson.dumps(value, default=str))


def shown_in_turn(bodies: Sequence[Body]) -> list[Shown]:
    """What a watch shows as its thing goes from one body to the next."""
    shown: list[Shown] = []
    for number, body in enumerate(bodies):
        before = shown[-1] if shown else None
        shown.append(
            shown_after(before, number, taken_apart(body), cursor=body.get("cursor", 0), is_live=True)
        )
    return shown


def frames_of(bodies: Sequence[Body]) -> list[dict[str, Any]]:
    """For a reader that has the first body already and misses nothing."""
    steps = shown_in_turn(bodies)
    found = []
    for before, after in pairwise(steps):
        if after.version != before.version:
            frame = after.event or frame_of(after.version, snapshot_frame(after.parts, after.version))
            found.append(decoded(frame))
    return found


def decoded(frame: Any) -> dict[str, Any]:

    return dict(orjson.loads(gzip.decompress(frame.data) if frame.is_binary else frame.data))


def triple(bodies: Sequence[Body]) -> dict[str, Any]:
    first = shown_in_turn(bodies[:1])[0]
    return {
        "version": first.version,
        "before": bodies[0],
        "frames": frames_of(bodies),
        "after": bodies[-1],
    }


def replayed(run: str, *, first: int = 1) -> dict[str, Any]:
    """A captured session, upload by upload, then its end and its recording."""
    batches = batches_of(run)
    bodies = [body_after(batches[:n], cursor=n) for n in range(first, len(batches) + 1)]
    ended = {"status": "ended", "ended_ns": NOW_NS - 10**9}
    bodies.append(body_after(batches, cursor=len(batches), **ended))
    recording = RecordingFile(start_ns=NOW_NS - 10**10, duration_ms=9000.0)
    bodies.append(
        body_after(batches, cursor=len(batches), **ended, recording=recording, recording_uploaded=True)
    )
    return triple(bodies)


def rows(*names: str, **cursors: int) -> Body:
    sessions = [
        {"id": name, "status": "live", "cursor": cursors.get(name, 1), "summary": "0-"} for name in names
    ]
    filler = [{"id": f"older-{n}", "status": "ended", "cursor": 40, "summary": "40-ended"} for n in range(20)]
    return {"live": len(names), "sessions": [*sessions, *filler]}


def list_that_moves() -> dict[str, Any]:
    """A new session, one that goes, some that change places, one that grows."""
    return triple(
        [
            rows("a", "b", "c"),
            rows("new", "a", "b", "c"),
            rows("new", "a", "c", new=7),
            rows("c", "a", "new", new=7),
            rows("a", "new", "c", a=2, new=8, c=3),
            rows(),
        ]
    )


def lists_without_keys() -> dict[str, Any]:
    """Equal items, and items of which nothing says what tells them apart; keys that objects must not stumble over."""
    still = ["x" * 400]
    return triple(
        [
            {"cursor": 1, "still": still, "states": [1, 1, 2], "timeline": {"spans": [], "head": None}},
            {
                "cursor": 2,
                "still": still,
                "states": [1, 2, 1, 1],
                "timeline": {"spans": [], "head": {"__proto__": 1}},
            },
            {
                "cursor": 3,
                "still": still,
                "states": [],
                "timeline": {"spans": [span(1), span(1), span(2)], "head": {}},
            },
            {
                "cursor": 4,
                "still": still,
                "states": [{}],
                "timeline": {"spans": [span(2), span(1)], "head": "é\u2028😀"},
            },
        ]
    )


def span(number: int) -> dict[str, Any]:
    return {"trace_id": "t", "span_id": str(number), "name": "</script>"}


CONTRACT = {
    "python-session": lambda: replayed("python/1.8.9_no_room_sid"),
    "node-session": lambda: replayed("node/1.9.0_no_logs"),
    "list-that-moves": list_that_moves,
    "lists-without-keys": lists_without_keys,
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, made in CONTRACT.items():
        text = json.dumps(made(), ensure_ascii=False, separators=(",", ":"))
        (FOLDER / f"{name}.json").write_text(text + "\n")
        print(name, len(text))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    main()
