import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from observability.ingest.telemetry import accept_telemetry
from observability.models import Recording, Session
from observability.recordings.inspect import inspect_recording
from observability.recordings.waveform import analyse_recording
from projects.models import AuditEvent, PrivacySwitches, Project, Role
from tests.ops.working import work_off
from tests.pages.conftest import Replay
from tests.pages.lasting_desk import desk, front_desk, lasting_acme, owner, project, teammate
from tests.pages.reading import HTMX, open_page, session_args, words
from tests.sending import PROTOBUF, spans, text

__all__ = ["desk", "front_desk", "lasting_acme", "owner", "project", "teammate"]

SHOW, REFRESH = "observability:session-show", "observability:session-refresh"
METRICS = "observability:session-metrics"


def listen() -> None:
    """What a worker does with a recording."""
    recording = Recording.objects.get()
    inspect_recording(recording.pk)
    analyse_recording(recording.pk)


@pytest.fixture
def shown(owner_client: Client, front_desk: Session) -> str:
    return open_page(owner_client, SHOW, *session_args(front_desk))


def test_the_head_tells_what_the_session_was(shown: str) -> None:
    for told in [
        "front-desk",
        "Ended",
        "Success",
        "room-0-1795336557",
        "2:22",
        "Python 1.8.9",
        "language:en",
    ]:
        assert told in shown


def test_the_figures_name_the_slowest_answer_and_what_failed(shown: str) -> None:
    for told in [
        "Slowest answer 1.36 s turn 5",
        "Median answer 1.13 s",
        "No answer 1 turn 9",
        "Cut off 2 of 15",
    ]:
        assert told in shown


def test_each_signal_says_what_of_it_is_here(shown: str) -> None:
    for told in ["Transcript 48 items", "Traces 270 spans", "Metrics 67 points", "Expires"]:
        assert told in shown


def test_the_transcript_holds_words_tools_handoffs_and_silence(
    owner_client: Client, front_desk: Session
) -> None:
    shown = open_page(owner_client, REFRESH, *session_args(front_desk))

    for told in [
        "Please book a table for four people tonight.",
        "book_table (guests: 4)",
        "An internal error occurred",
        "receptionist → billing",
        "user cut in",
        "Turn 9 got no answer",
    ]:
        assert told in shown


def test_a_line_leads_to_its_moment(owner_client: Client, front_desk: Session) -> None:
    html = owner_client.get(reverse(SHOW, args=session_args(front_desk))).content.decode()

    assert 'data-seek-ms="46567.9" data-turn="5"' in html


def test_the_metrics_tab_splits_each_answer_into_its_parts(owner_client: Client, front_desk: Session) -> None:
    shown = open_page(owner_client, METRICS, *session_args(front_desk))

    assert "5 0:49.4 1.36 s 261 ms 221 ms 287 ms 108 ms 249 ms 233 ms" in shown
    assert "9 1:32.1 no answer – – – – – –" in shown
    assert "LLM driver / script-llm-1" in shown


def test_the_metrics_tab_has_the_silence_as_it_was_heard(owner_client: Client, front_desk: Session) -> None:
    before = open_page(owner_client, METRICS, *session_args(front_desk))

    listen()

    assert "The recording has not been listened to yet." in before
    after = open_page(owner_client, METRICS, *session_args(front_desk))
    assert "5 0:49.4 1.36 s 261 ms 221 ms 287 ms 108 ms 249 ms 233 ms 1.36 s" in after
    assert "Silence heard in the recording 14" in after


def test_a_figure_that_cannot_be_is_flagged(owner_client: Client, project: Project) -> None:
    request = ExportTraceServiceRequest.FromString(spans("user_turn", "agent_session"))
    turn = request.resource_spans[0].scope_spans[0].spans[0]
    turn.attributes.add(key="lk.user_transcript", value=text("Hello?"))
    turn.attributes.add(key="lk.end_of_turn_delay", value=AnyValue(double_value=-3.0))
    accept_telemetry(project, "traces", request.SerializeToString(), PROTOBUF, now=timezone.now())

    page = open_page(owner_client, SHOW, *session_args(Session.objects.latest("pk")))

    assert "Received with a value that cannot be, so left out: lk.end_of_turn_delay." in page


def test_the_report_says_what_is_here_and_why(shown: str) -> None:
    for told in [
        "Audio Received received The recording is here.",
        "Transcript Received 48 items Complete, from the recording upload.",
        "Traces Received 270 spans Every span is here.",
    ]:
        assert told in shown


def test_the_report_says_whether_the_recording_can_be_believed(
    owner_client: Client, front_desk: Session
) -> None:
    listen()

    page = open_page(owner_client, SHOW, *session_args(front_desk))

    for told in [
        "As far as can be told, it can be believed.",
        "Length 2:22 of 2:22 expected",
        "Agent’s channel 19 of 19 beginnings of speech found in the sound",
    ]:
        assert told in page


def test_a_recording_that_ends_too_early_is_doubted_before_anybody_listens(
    owner_client: Client, front_desk: Session
) -> None:
    Recording.objects.update(duration_ms=60_000)

    page = open_page(owner_client, SHOW, *session_args(front_desk))

    assert "The last 82.1 s of the session are not in the recording." in page
    assert (
        "completeness__item--doubted"
        in owner_client.get(reverse(SHOW, args=session_args(front_desk))).content.decode()
    )


def test_judges_outcome_and_tags_stand_together(shown: str) -> None:
    for told in ["the caller said goodbye", "conciseness fail scripted: too long", '"visits": 3']:
        assert told in shown


def test_the_report_tells_options_and_versions(shown: str) -> None:
    assert "SDK by its report 1.8.9" in shown
    assert '"max_delay": 2.5' in shown


def test_a_session_of_which_little_has_come_says_so(owner_client: Client, replay: Replay) -> None:
    session = replay("python/1.8.9_crash")

    page = open_page(owner_client, SHOW, *session_args(session))

    for told in ["Live", "No words yet.", "No span has arrived.", "The recording arrives after the end."]:
        assert told in page


def test_an_empty_session_is_a_page_too(owner_client: Client, session: Session) -> None:
    assert "No words yet." in open_page(owner_client, SHOW, *session_args(session))


@pytest.mark.parametrize("run", ["python/1.5.1", "node/1.9.0_full", "python/1.8.9_only_audio_transcript"])
def test_every_sdk_generation_has_a_page(owner_client: Client, replay: Replay, run: str) -> None:
    session = replay(run)

    response = owner_client.get(reverse(SHOW, args=session_args(session)))

    assert "Transcript" in words(response)


def test_a_live_page_asks_for_news_and_gets_nothing_while_there_are_none(
    owner_client: Client, replay: Replay
) -> None:
    session = replay("node/1.9.0_full", requests=20)
    opened = owner_client.get(reverse(SHOW, args=session_args(session)))

    version = opened.context["version"]
    news = owner_client.get(reverse(REFRESH, args=session_args(session)), {"version": version}, headers=HTMX)

    assert 'hx-trigger="live:refresh from:body, every 10s"' in opened.content.decode()
    assert (news.status_code, news.content) == (204, b"")


def test_a_live_page_gets_itself_again_when_something_came(owner_client: Client, replay: Replay) -> None:
    session = replay("node/1.9.0_full", requests=20)
    version = owner_client.get(reverse(SHOW, args=session_args(session))).context["version"]
    replay("node/1.9.0_full")

    news = owner_client.get(reverse(REFRESH, args=session_args(session)), {"version": version}, headers=HTMX)

    assert "<html" not in news.content.decode()
    assert "Goodbye, and thank you for calling" in words(news)


def test_an_ended_session_with_everything_waits_to_be_told_of_late_data(
    owner_client: Client, front_desk: Session
) -> None:
    work_off("inspect-recording", "analyse-recording")

    html = owner_client.get(reverse(SHOW, args=session_args(front_desk))).content.decode()

    assert 'hx-trigger="live:refresh from:body"' in html


def test_only_those_who_may_hear_get_a_player(
    teammate_client: Client, owner_client: Client, front_desk: Session
) -> None:
    PrivacySwitches.objects.update(audio_role=Role.ADMIN)

    theirs, ours = (
        client.get(reverse(SHOW, args=session_args(front_desk))).content.decode()
        for client in (teammate_client, owner_client)
    )

    assert 'data-audio-src=""' in theirs
    assert "This project lets only some of its members hear recordings." in theirs
    assert f'data-audio-src="{reverse("api:session-audio", args=session_args(front_desk))}?revision=' in ours


def test_looking_at_a_session_is_written_down_once(
    owner_client: Client, front_desk: Session, owner: object
) -> None:
    owner_client.get(reverse(SHOW, args=session_args(front_desk)))
    owner_client.get(reverse(REFRESH, args=session_args(front_desk)), headers=HTMX)
    owner_client.get(reverse("observability:session-snapshot", args=session_args(front_desk)))

    seen = AuditEvent.objects.values_list("actor", "verb", "target", "address")

    assert list(seen) == [(owner.pk, "session.viewed", str(front_desk.public_id), "127.0.0.1")]  # type: ignore[attr-defined]


def test_an_expired_session_is_not_found(owner_client: Client, session: Session) -> None:
    Session.objects.update(expires_at=timezone.now() - timedelta(milliseconds=1))

    assert owner_client.get(reverse(SHOW, args=session_args(session))).status_code == 404


def test_a_session_of_another_project_is_not_found(
    owner_client: Client, project: Project, other_project: Project, session: Session
) -> None:
    Session.objects.update(project=other_project)

    for public_id in (session.public_id, uuid4()):
        assert owner_client.get(reverse(SHOW, args=["acme", public_id])).status_code == 404


def test_the_page_costs_few_queries(
    owner_client: Client, front_desk: Session, django_assert_num_queries: Callable[..., object]
) -> None:
    owner_client.get(reverse(SHOW, args=session_args(front_desk)))

    with django_assert_num_queries(11):
        owner_client.get(reverse(SHOW, args=session_args(front_desk)))


def test_half_a_recording_can_be_played_and_says_once_what_is_missing(
    owner_client: Client, front_desk: Session
) -> None:
    Recording.objects.update(problem="audio announced 22 bytes, and 17 came.")
    listen()

    shown = open_page(owner_client, SHOW, *session_args(front_desk))

    reason = "The recording is here, with a problem: audio announced 22 bytes, and 17 came."
    assert f"{reason} audio announced" not in shown
    assert reason in shown
    assert "cannot be played" not in shown


def test_recording_that_is_no_sound_cannot_be_played(owner_client: Client, front_desk: Session) -> None:
    Recording.objects.update(problem="The file is no Ogg audio (X).", channels=0)

    shown = open_page(owner_client, SHOW, *session_args(front_desk))

    assert "What arrived as the recording cannot be played: The file is no Ogg audio (X)." in shown
    assert "Length nothing that can be played" in shown
    assert "not listened to yet" not in shown
    assert "/peaks/" not in owner_client.get(reverse(SHOW, args=session_args(front_desk))).content.decode()


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("session-lines", "Goodbye, and thank you"),
        ("session-spans", "goodbye_callback"),
        ("session-logs", "user shutdown callback ran"),
        ("session-metrics", "95th percentile"),
    ],
)
def test_what_is_not_seen_at_first_comes_after_the_page(
    owner_client: Client, front_desk: Session, part: str, told: str
) -> None:
    page = open_page(owner_client, SHOW, *session_args(front_desk))
    brought = open_page(owner_client, f"observability:{part}", *session_args(front_desk))
    refreshed = open_page(owner_client, REFRESH, *session_args(front_desk))

    assert told in brought and told not in page
    assert brought in refreshed


@pytest.mark.parametrize(
    ("shown", "told"),
    [("24", "100 of 270"), ("200", "200 of 270"), ("101", "200 of 270"), ("9999", "250 of 270")],
    ids=["fewer", "two steps", "what came shows at the end", "more than may be"],
)
def test_a_refresh_leaves_as_many_spans_as_somebody_has_shown(
    owner_client: Client, front_desk: Session, monkeypatch: pytest.MonkeyPatch, shown: str, told: str
) -> None:
    monkeypatch.setattr("observability.pages.span_rows.ROWS_AT_ONCE", 100)
    monkeypatch.setattr("observability.pages.records.MOST_ROWS_AGAIN", 250)

    page = open_page(owner_client, REFRESH, *session_args(front_desk), spans_shown=shown)

    assert f"Show more: {told} shown" in page


def test_a_refresh_leaves_as_many_log_lines_as_somebody_has_shown(
    owner_client: Client, front_desk: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("observability.pages.log_rows.ROWS_AT_ONCE", 10)

    page = open_page(owner_client, REFRESH, *session_args(front_desk), logs_shown="20")

    assert "Show more: 20 of" in page


def test_no_browser_restores_a_choice_that_the_page_does_not_know_of(
    owner_client: Client, front_desk: Session
) -> None:
    html = owner_client.get(reverse(SHOW, args=session_args(front_desk))).content.decode()

    selects = re.findall(r"<select[^>]*>", html)

    assert len(selects) == 5
    assert [select for select in selects if 'autocomplete="off"' not in select] == []
