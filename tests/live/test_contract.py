"""Server and page agree on what a frame means (tests/js/live/contract.test.js is the other half)."""

import json
from typing import Any

import pytest

from tests.live.applying import applied
from tests.live.contract import CONTRACT, FOLDER, frames_of, triple

TRIPLES = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def states_of(held: dict[str, Any]) -> list[Any]:
    states = [held["before"]]
    for frame in held["frames"]:
        is_whole = frame["type"] == "snapshot"
        states.append(frame["snapshot"] if is_whole else applied(states[-1], frame["changes"]))
    return states


@pytest.mark.parametrize("name", TRIPLES)
def test_frames_lead_from_the_first_snapshot_to_the_last(name: str) -> None:
    states = states_of(TRIPLES[name])

    assert states[-1] == TRIPLES[name]["after"]


@pytest.mark.parametrize("name", TRIPLES)
def test_the_server_still_makes_these_frames(name: str) -> None:
    held = TRIPLES[name]

    assert triple(states_of(held)) == held


@pytest.mark.parametrize("name", TRIPLES)
def test_versions_lead_from_frame_to_frame(name: str) -> None:
    version = TRIPLES[name]["version"]

    for frame in TRIPLES[name]["frames"]:
        assert frame.get("from", version) == version
        version = frame.get("to") or frame["version"]


def test_every_part_of_the_contract_is_written_down() -> None:
    assert set(TRIPLES) == set(CONTRACT)


def test_the_contract_holds_both_kinds_of_frames() -> None:
    kinds = {frame["type"] for held in TRIPLES.values() for frame in held["frames"]}

    assert kinds == {"snapshot", "changes"}


def test_an_unchanged_snapshot_makes_no_frame() -> None:
    body = TRIPLES["python-session"]["after"]

    assert frames_of([body, json.loads(json.dumps(body))]) == []
