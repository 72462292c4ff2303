"""Files that are no zip: what each is, is told by what is in it."""

import json

import pytest

from observability.imports.refusals import ImportRefused
from observability.models import Recording, Session
from observability.retention.delete import delete_session
from tests.captured import captured
from tests.imports.conftest import by_kind, session_of, take_in
from tests.recordings.sounds import captured_audio

RUN = "python/1.8.9_full"


def span(span_id, **attributes):
    return {
        "traceId": "a" * 32,
        "spanId": f"{span_id:016x}",
        "name": "llm_node",
        "startTimeUnixNano": "1795336557000000000",
        "endTimeUnixNano": "1795336558000000000",
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()],
    }


def traces(*spans):
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def test_unpacked_zip_is_the_session_that_the_zip_is(replay, download, other_project):
    opened = download(session := replay(RUN))
    names = ["traces.json", "logs.jsonl", "metrics.json", "chat_history.json", "recording.ogg"]

    [outcome] = take_in(other_project, *((name, opened.bytes(name)) for name in names))

    again = by_kind(session_of(outcome))
    assert {kind: again[kind] for kind in ("span", "log", "metric")} == {
        kind: by_kind(session)[kind] for kind in ("span", "log", "metric")
    }
    assert [record["item"] for record in again["chat_item"]] == [
        record["item"] for record in by_kind(session)["chat_item"]
    ]
    assert (outcome.job_id, outcome.recordings) == (session.job_id, 1)


def test_traces_alone_are_a_session_with_its_own_ids(project):
    body = traces(span(1, job_id="AJ_7", room_id="RM_7"), span(2))

    [outcome] = take_in(project, ("whatever.txt", body))

    session = session_of(outcome)
    assert (session.job_id, session.room_id, session.span_count) == ("AJ_7", "RM_7", 2)
    assert (session.status, session.imported_at is not None) == ("ended", True)
    assert [record["span_id"] for record in by_kind(session)["span"]] == [f"{1:016x}", f"{2:016x}"]


@pytest.mark.parametrize("indent", [None, 2])
def test_layout_of_the_json_does_not_matter(project, indent):
    body = json.dumps(json.loads(traces(span(1, job_id="AJ_7"))), indent=indent).encode()

    assert take_in(project, body)[0].records == 1


def test_traces_now_and_logs_later_are_one_session(replay, download, other_project):
    opened = download(replay(RUN))
    take_in(other_project, ("traces.json", opened.bytes("traces.json")))

    outcomes = take_in(other_project, ("logs.jsonl", opened.bytes("logs.jsonl")))
    again = take_in(other_project, ("logs.jsonl", opened.bytes("logs.jsonl")))

    assert [each.state for each in (*outcomes, *again)] == ["added", "already-here"]
    assert Session.objects.filter(project=other_project).count() == 1


def test_spans_of_two_jobs_are_two_sessions(project):
    body = traces(span(1, job_id="AJ_1"), span(2, job_id="AJ_2"))

    outcomes = take_in(project, body)

    assert [(each.job_id, each.records) for each in outcomes] == [("AJ_1", 1), ("AJ_2", 1)]


def test_records_that_name_none_of_two_jobs_are_counted_and_told(project):
    body = traces(span(1, job_id="AJ_1"), span(2, job_id="AJ_2"), span(3), span(4))

    first, again = take_in(project, body), take_in(project, body)

    for outcomes in (first, again):
        assert [each.discarded for each in outcomes] == [{"nameless": 2}, {}]
        assert "2 records name no job" in outcomes[0].message
        assert "All of it" not in outcomes[0].message
    assert [each.state for each in again] == ["already-here"] * 2


def test_records_that_name_no_job_are_told_even_if_their_first_session_is_refused(project):
    body = traces(span(1, job_id="AJ_1"), span(2, job_id="AJ_2"), span(3))
    take_in(project, traces(span(1, job_id="AJ_1")))
    delete_session(Session.objects.get())

    outcomes = take_in(project, body)

    assert [each.state for each in outcomes] == ["refused", "imported"]
    assert outcomes[0].discarded == {"nameless": 1}


GROUPED = (
    b'{"resourceSpans":[\n%s\n]}' % json.dumps({"scopeSpans": [{"spans": [span(1, job_id="AJ_1")]}]}).encode()
)


@pytest.mark.parametrize("behind", [b"\n" + traces(span(2, job_id="AJ_1")), b"\n\n x", b"\n]}", b"\n]}\n"])
def test_what_follows_the_end_of_a_request_is_not_passed_over(project, behind):
    with pytest.raises(ImportRefused, match=r"traces\.json goes on behind the end of its request\."):
        take_in(project, ("traces.json", GROUPED + behind))

    assert not Session.objects.exists()


@pytest.mark.parametrize("behind", [b"", b"\n", b"\r\n \n\n"])
def test_white_space_behind_the_end_of_a_request_is_nothing(project, behind):
    assert take_in(project, GROUPED + behind)[0].records == 1


def test_equal_log_lines_stay_as_many_as_they_are(project):
    line = {
        "timeUnixNano": "1795336557000000000",
        "body": {"stringValue": "tick"},
        "attributes": [{"key": "job_id", "value": {"stringValue": "AJ_1"}}],
    }
    request = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [line]}]}]})

    [outcome] = take_in(project, "\n".join([request] * 5000).encode())

    assert len(by_kind(session_of(outcome))["log"]) == 5000


def test_span_that_cannot_be_read_costs_its_neighbours_nothing_and_is_counted(project):
    body = traces(span(1, job_id="AJ_1"), {"traceId": "00"}, span(3, job_id="AJ_1"))

    [outcome] = take_in(project, body)

    assert (outcome.records, outcome.rejected, session_of(outcome).rejected_count) == (2, 1, 1)


def test_recording_and_chat_history_are_a_session(project):
    audio, history = captured_audio(RUN), json.dumps({"items": [said("Hello")]}).encode()

    [outcome] = take_in(project, ("talk.ogg", audio), ("chat.json", history))

    session = session_of(outcome)
    assert (outcome.records, outcome.recordings) == (1, 1)
    assert (session.status, session.end_signal) == ("ended", "recording")
    assert session.job_id.startswith("import-")
    again = take_in(project, ("talk.ogg", audio), ("chat.json", history))
    assert [each.state for each in again] == ["already-here"]
    delete_session(session)
    assert take_in(project, ("chat.json", history), ("talk.ogg", audio))[0].state == "refused"


def said(text):
    content = {"id": "item_1", "type": "message", "role": "user", "content": [text]}
    return content | {"created_at": 1795336557}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([("a.ogg", b"OggS" + b"x" * 99)], "a.ogg came alone"),
        ([("c.json", b'{"items": []}')], "c.json came alone"),
        ([("a.mp3", b"ID3" + b"x" * 99)], "a.mp3 is nothing that can be imported"),
        ([("empty", b"")], "empty is nothing that can be imported"),
        ([("t.json", traces(span(1)))], "t.json names no LiveKit job"),
        ([("t.json", traces())], "t.json names no LiveKit job"),
        ([("a.ogg", b"OggS1"), ("b.ogg", b"OggS2")], "one recording and its chat history at a time"),
        ([("t.json", b'{"resourceSpans": 7}')], "t.json: body is not an OTLP traces request"),
        ([("t.json", b'{"resourceSpans": [')], "t.json: body is not JSON"),
    ],
    ids=str,
)
def test_what_cannot_be_imported_is_named_with_what_can(project, files, sentence):
    with pytest.raises(ImportRefused) as refusal:
        take_in(project, *files)

    assert sentence in str(refusal.value)
    assert not Session.objects.exists()


def test_sound_that_is_no_ogg_behind_its_name_is_kept_and_told(project):
    """As of an upload: the worker that decodes it says what is wrong."""
    from tests.ops.working import run_all_jobs

    take_in(project, ("a.ogg", b"OggS" + b"x" * 9999), ("chat.json", b'{"items": []}'))
    run_all_jobs()

    assert "no Ogg audio" in Recording.objects.get().problem


def test_captured_traces_as_an_exporter_writes_them_can_be_imported(project):
    """Node sends JSON: the very bytes of its requests, a line each."""
    bodies = [
        request.inflated.replace(b"\n", b" ")
        for request in captured("node/1.9.0_full")
        if request.signal == "logs" and "json" in request.content_type
    ]

    [outcome] = take_in(project, b"\n".join(bodies))

    assert outcome.records == len(by_kind(session_of(outcome))["log"]) > 0
