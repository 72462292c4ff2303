import re

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Session
from observability.queries.records import records_of, timeline_of
from tests.pages.conftest import Replay
from tests.pages.lasting_desk import desk, front_desk, lasting_acme, owner, project, teammate
from tests.pages.reading import open_page, session_args, words

__all__ = ["desk", "front_desk", "lasting_acme", "owner", "project", "teammate"]

SPANS, LOGS, RAW = "observability:span-list", "observability:log-list", "observability:raw-list"
SPAN, LOG = "observability:span-show", "observability:log-show"


def test_spans_are_found_by_turn_and_by_words(owner_client: Client, front_desk: Session) -> None:
    args = session_args(front_desk)

    by_turn = open_page(owner_client, SPANS, *args, span_turn="5")
    by_words = open_page(owner_client, SPANS, *args, span_text="BOOK_table")

    assert "0:46.5 – 0:54.7" in by_turn
    assert "function_tool" in by_words
    assert "llm_node" not in by_words


def test_a_failed_span_is_called_failed(owner_client: Client, front_desk: Session) -> None:
    assert "function_tool failed book_table" in open_page(
        owner_client, SPANS, *session_args(front_desk), span_text="book_table"
    )


def test_nothing_found_is_said(owner_client: Client, front_desk: Session) -> None:
    args = session_args(front_desk)

    assert open_page(owner_client, SPANS, *args, span_text="no such") == "No span matches."
    assert open_page(owner_client, LOGS, *args, log_text="no such") == "No log line matches."


def test_long_lists_come_in_pieces(
    owner_client: Client, front_desk: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("observability.pages.span_rows.ROWS_AT_ONCE", 100)
    args = session_args(front_desk)

    first = open_page(owner_client, SPANS, *args)
    last = open_page(owner_client, SPANS, *args, after="200")

    assert "Show more: 100 of 270 shown" in first
    assert "Show more" not in last


@pytest.mark.parametrize(
    "after", ["-1", "x", "²", "9" * 40], ids=["negative", "no number", "superscript", "huge"]
)
def test_a_number_that_is_none_counts_as_not_given(
    owner_client: Client, front_desk: Session, after: str
) -> None:
    assert "job_entrypoint" in open_page(owner_client, SPANS, *session_args(front_desk), after=after)


def test_logs_are_found_by_level_and_by_words(owner_client: Client, front_desk: Session) -> None:
    args = session_args(front_desk)

    errors = open_page(owner_client, LOGS, *args, log_level="error")
    worded = open_page(owner_client, LOGS, *args, log_text="looking up")

    assert "exception occurred while executing tool" in errors
    assert "receptionist entered" not in errors
    assert "looking up double for 3 nights" in worded
    assert "receptionist entered" not in worded


def test_the_details_of_an_llm_call_are_figures_conversation_and_attributes(
    owner_client: Client, front_desk: Session
) -> None:
    [key, *_] = keys_of(owner_client, front_desk, span_text="llm_node", span_turn="4")

    page = open_page(owner_client, SPAN, *session_args(front_desk), *key)

    for told in ["First token 253 ms", "tok/s", "Messages", "system", "gen_ai.request.model", "Copy JSON"]:
        assert told in page


def test_the_details_of_a_log_line_lead_to_its_span(owner_client: Client, front_desk: Session) -> None:
    html = owner_client.get(
        reverse(LOGS, args=session_args(front_desk)), {"log_level": "error"}
    ).content.decode()
    index = html.split('id="log-')[2].split('"')[0]

    page = open_page(owner_client, LOG, *session_args(front_desk), index)

    assert "exception.message booking backend is down" in page
    assert "Show the span it was written in" in page


@pytest.mark.parametrize("key", [("0" * 32, "0" * 16), ("x", "y")], ids=["unknown", "no id"])
def test_a_span_that_is_not_of_the_session_is_not_found(
    owner_client: Client, front_desk: Session, key: tuple[str, str]
) -> None:
    assert owner_client.get(reverse(SPAN, args=[*session_args(front_desk), *key])).status_code == 404


def test_a_log_line_that_is_not_of_the_session_is_not_found(owner_client: Client, session: Session) -> None:
    assert owner_client.get(reverse(LOG, args=[*session_args(session), "0123456789"])).status_code == 404


@pytest.mark.parametrize("run", ["python/1.5.1", "python/1.8.9_second_session", "node/1.9.0_no_logs"])
def test_every_span_and_log_line_opens(owner_client: Client, replay: Replay, run: str) -> None:
    session = replay(run)
    keys = keys_of(owner_client, session)

    statuses = {
        owner_client.get(reverse(SPAN, args=[*session_args(session), *key])).status_code for key in keys
    }

    assert statuses == {200}


def test_the_words_of_callers_are_never_markup(owner_client: Client, replay: Replay) -> None:
    session = replay("python/1.8.9_full")

    response = owner_client.get(reverse(SPANS, args=session_args(session)), {"span_text": "<script>"})

    assert words(response) == "No span matches."


def keys_of(client: Client, session: Session, **query: str) -> list[list[str]]:
    """Trace and span ids of the spans found, as their rows carry them."""
    html = client.get(reverse(SPANS, args=session_args(session)), query).content.decode()
    return [key.split("-") for key in re.findall(r'id="span-([0-9a-f]+-[0-9a-f]+)"', html)]


def test_raw_records_are_found_by_kind_and_by_anything_in_them(
    owner_client: Client, front_desk: Session
) -> None:
    args = session_args(front_desk)

    headers = open_page(owner_client, RAW, *args, raw_kind="recording_header")
    found = open_page(owner_client, RAW, *args, raw_kind="span", raw_text="nobody ever said this")
    booking = open_page(owner_client, RAW, *args, raw_kind="span", raw_text="Book_Table")

    assert "header" in headers
    assert "function_tool" not in headers
    assert "No record matches." in found
    assert "span function_tool" in booking


def test_raw_records_come_in_pieces_and_none_is_left_out(owner_client: Client, front_desk: Session) -> None:
    total = len(records_of(front_desk))
    keys: list[str] = []

    for after in range(0, total, 200):
        html = owner_client.get(
            reverse(RAW, args=session_args(front_desk)), {"after": after}
        ).content.decode()
        keys += re.findall(r'id="raw-([a-z_]+-\d+)"', html)

    assert len(keys) == len(set(keys)) == total


def test_a_raw_record_is_shown_whole_with_exact_times(owner_client: Client, front_desk: Session) -> None:
    spans = [record for record in records_of(front_desk) if record["signal"] == "span"]

    page = open_page(owner_client, "observability:raw-show", *session_args(front_desk), "span-7")

    assert f'"start_ns": "{spans[7]["start_ns"]}"' in page
    assert f'"span_id": "{spans[7]["span_id"]}"' in page


def test_a_raw_record_that_is_not_of_the_session_is_not_found(owner_client: Client, session: Session) -> None:
    address = reverse("observability:raw-show", args=(*session_args(session), "span-0"))

    assert owner_client.get(address).status_code == 404
    assert "No record has arrived." in open_page(owner_client, RAW, *session_args(session))


def test_request_ids_of_providers_can_be_copied(owner_client: Client, front_desk: Session) -> None:
    spans = timeline_of(front_desk).spans
    request = next(span for span in spans if span.name == "llm_request")
    args = (*session_args(front_desk), request.trace_id, request.span_id)

    html = owner_client.get(reverse("observability:span-show", args=args)).content.decode()

    assert re.search(r'<copy-button value="[^"]+" what="the request id [^"]+">', html)
