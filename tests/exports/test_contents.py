"""The zip holds all of a session, as it came, and says of itself what is not there."""

import hashlib
import re

import pytest

from observability.ingest.telemetry import accept_telemetry
from observability.models import Session
from observability.queries.records import records_of
from tests.api.conftest import address
from tests.captured import RUNS, captured
from tests.sending import agent

__all__ = ["agent"]

CUE = re.compile(
    r"(\d+)\n(\d\d):(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d):(\d\d)\.(\d{3})\n<v (User|Agent)>([^\n]+)"
)
OTLP = {"traces": "traces.json", "metrics": "metrics.json"}
SIGNALS = {"traces": "span", "logs": "log", "metrics": "metric"}


def records(session, signal):
    return [record for record in records_of(session) if record["signal"] == signal]


@pytest.mark.parametrize("run", RUNS)
def test_every_captured_session_comes_out_whole(replay, download, script, run):
    session = replay(run)

    opened = download(session)

    told = script.get(address(session)).json()["counts"]
    counts = {member["name"]: member.get("count", 0) for member in opened.json("manifest.json")["members"]}
    assert {
        "spans": counts.get("traces.json", 0),
        "logs": counts.get("logs.jsonl", 0),
        "metric_points": counts.get("metrics.json", 0),
    } == {name: told[name] for name in ("spans", "logs", "metric_points")}
    assert counts.get("chat_history.json", 0) == len(records(session, "chat_item"))
    assert opened.json("session.json")["counts"] == told
    assert opened.json("session.json")["id"] == str(session.public_id)


@pytest.mark.parametrize("run", RUNS)
def test_manifest_tells_the_truth_of_every_other_member(replay, download, run):
    opened = download(replay(run))

    manifest = opened.json("manifest.json")
    told = {member["name"]: (member["size_bytes"], member["sha256"]) for member in manifest["members"]}
    found = {name: opened.bytes(name) for name in opened.names if name != "manifest.json"}
    assert told == {
        name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in found.items()
    }


@pytest.mark.parametrize("run", RUNS)
def test_what_is_not_there_has_its_reason(replay, download, run):
    opened = download(replay(run))

    left_out = opened.json("manifest.json")["left_out"]
    everything = {
        *("recording.ogg", "transcript.txt", "transcript.vtt", "chat_history.json", "traces.json"),
        *("logs.jsonl", "metrics.json", "session.json", "README.txt", "manifest.json"),
    }
    assert left_out.keys() == everything - set(opened.names)
    assert all(reason.endswith(".") for reason in left_out.values()), left_out
    assert all(name in opened.text("README.txt") for name in everything)
    assert all(reason in opened.text("README.txt") for reason in left_out.values())


@pytest.mark.parametrize("run", RUNS)
def test_records_that_are_ingested_again_are_the_same(replay, download, other_project, run, now):
    opened = download(session := replay(run))

    for signal, name in OTLP.items():
        if name in opened.names:
            accept_telemetry(other_project, signal, opened.bytes(name), "application/json", now=now)
    for line in opened.lines("logs.jsonl") if "logs.jsonl" in opened.names else []:
        accept_telemetry(other_project, "logs", line.encode(), "application/json", now=now)

    again = Session.objects.filter(project=other_project)
    for signal in SIGNALS.values():
        found = [record for each in again for record in records(each, signal)]
        assert sorted(found, key=repr) == sorted(records(session, signal), key=repr)


def test_zip_that_is_sent_to_its_own_project_again_adds_nothing(replay, download, script, agent):
    session = replay("python/1.8.9_full")
    opened = download(session)
    before = [script.get(address(session, thing)).json() for thing in ("spans", "logs", "metrics")]

    answers = [
        *(
            agent.send(signal, opened.bytes(name), content_type="application/json")
            for signal, name in OTLP.items()
        ),
        *(
            agent.send("logs", line.encode(), content_type="application/json")
            for line in opened.lines("logs.jsonl")
        ),
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"{}")}
    after = [script.get(address(session, thing)).json() for thing in ("spans", "logs", "metrics")]
    assert after == before


@pytest.mark.parametrize("run", RUNS)
def test_recording_is_byte_by_byte_what_was_uploaded(replay, download, settings, run):
    session = replay(run)
    kept = session.recordings.first()

    opened = download(session)

    if kept is None:
        assert "recording.ogg" not in opened.names
        return
    content = opened.bytes("recording.ogg")
    assert hashlib.sha256(content).hexdigest() == kept.sha256
    assert any(content in request.body for request in captured(run) if request.signal == "recordings")
    assert opened.zip.getinfo("recording.ogg").compress_type == 0


@pytest.mark.parametrize("run", RUNS)
def test_subtitles_are_valid_and_stand_at_the_transcripts_times(replay, download, script, run):
    session = replay(run)
    items = script.get(address(session, "transcript")).json()["results"]

    opened = download(session)

    spoken = [item for item in items if item["role"] in {"user", "assistant"} and item["text"].strip()]
    if not items:
        assert "transcript.vtt" not in opened.names
        return
    head, *blocks = opened.text("transcript.vtt").strip().split("\n\n")
    cues = [CUE.fullmatch(block) for block in blocks if not block.startswith("NOTE")]
    starts_ms = [milliseconds(cue.groups()[1:5]) for cue in cues]
    assert head == "WEBVTT"
    assert starts_ms == sorted(max(0, int(item["at_ms"])) for item in spoken)
    assert all(milliseconds(cue.groups()[5:9]) > milliseconds(cue.groups()[1:5]) for cue in cues)


def milliseconds(parts):
    hours, minutes, seconds, rest = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def test_chat_history_is_as_the_sdk_uploads_it(replay, download):
    session = replay("python/1.8.9_full")

    history = download(session).json("chat_history.json")

    assert history == {"items": [record["item"] for record in records(session, "chat_item")]}


def test_transcript_reads_as_a_conversation(replay, download):
    text = download(replay("python/1.8.9_full")).text("transcript.txt")

    assert re.search(r"^\[00:00:\d\d\.\d{3}\] User: ", text, re.MULTILINE)
    assert re.search(r"^\[00:0\d:\d\d\.\d{3}\] Tool \w+ called with ", text, re.MULTILINE)


def test_transcript_names_the_first_agent_without_one_before_it(replay, download):
    text = download(replay("python/1.8.9_full")).text("transcript.txt")

    agents = re.findall(r"^\[[\d:.]+\] (?:Agent: |Handoff from \w+ to )(\w+)$", text, re.MULTILINE)
    assert agents == ["receptionist", "billing"]
