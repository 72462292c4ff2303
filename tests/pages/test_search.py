from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Session
from tests.pages.conftest import Replay
from tests.pages.lasting_desk import desk, front_desk, lasting_acme, owner, project, teammate
from tests.pages.reading import session_args

__all__ = ["desk", "front_desk", "lasting_acme", "owner", "project", "teammate"]

ADDRESS = "observability:session-search"


def found(client: Client, session: Session, q: str, **query: Any) -> dict[str, Any]:
    response = client.get(reverse(ADDRESS, args=session_args(session)), {"q": q, **query})
    answer: dict[str, Any] = response.json()
    return answer


def test_words_spans_and_log_lines_are_found_in_the_order_of_time(
    owner_client: Client, front_desk: Session
) -> None:
    answer = found(owner_client, front_desk, "BOOK_table")

    times = [hit["at_ms"] for hit in answer["hits"]]
    assert times == sorted(times)
    assert {hit["kind"] for hit in answer["hits"]} == {"words", "span", "log"}
    assert sum(answer["totals"].values()) == len(answer["hits"])


def test_a_spoken_word_leads_to_its_line_of_the_transcript(owner_client: Client, front_desk: Session) -> None:
    page = owner_client.get(reverse("observability:session-show", args=session_args(front_desk)))

    hits = found(owner_client, front_desk, "sauna", kind="words")["hits"]

    assert [(hit["title"], hit["turn"]) for hit in hits] == [("User", 4), ("receptionist", 4)]
    assert all(f'id="line-{hit["key"]}"' in page.content.decode() for hit in hits)


def test_tools_are_found_by_name_arguments_and_output(owner_client: Client, front_desk: Session) -> None:
    told = {
        wanted: [
            (hit["title"], hit["place"])
            for hit in found(owner_client, front_desk, wanted, kind="words")["hits"]
        ]
        for wanted in ("transfer_to_", "nights: 3", "'available': True", "internal error")
    }

    assert told == {
        "transfer_to_": [("Configuration", ""), ("transfer_to_billing", "")],
        "nights: 3": [("lookup_room", "arguments")],
        "'available': True": [("lookup_room", "output")],
        "internal error": [("book_table", "output")],
    }


def test_what_stands_only_in_attributes_is_found(owner_client: Client, front_desk: Session) -> None:
    span = found(owner_client, front_desk, "Book a restaurant table")["hits"][0]
    [log] = found(owner_client, front_desk, "raise RuntimeError", kind="log")["hits"]

    assert (span["kind"], span["place"]) == ("span", "gen_ai.tool.definitions")
    assert (log["kind"], log["place"]) == ("log", "exception.stacktrace")
    assert "raise RuntimeError" in log["excerpt"]


def test_every_hit_in_a_span_or_log_line_opens(owner_client: Client, front_desk: Session) -> None:
    hits = found(owner_client, front_desk, "book_table")["hits"]
    address = reverse("observability:session-show", args=session_args(front_desk))

    opened = {
        hit["kind"]: owner_client.get(f"{address}{hit['kind']}s/{hit['key']}/").status_code
        for hit in hits
        if hit["kind"] != "words"
    }

    assert opened == {"span": 200, "log": 200}


def test_less_than_two_characters_find_nothing(owner_client: Client, front_desk: Session) -> None:
    nothing = {"hits": [], "totals": {"words": 0, "span": 0, "log": 0}}

    for q in ["", " ", "a", " a "]:
        assert found(owner_client, front_desk, q) == {"q": q.strip(), **nothing}


def test_at_most_five_hundred_hits_are_sent_and_all_are_counted(
    owner_client: Client, front_desk: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("observability.pages.search.MOST_HITS", 5)

    answer = found(owner_client, front_desk, "the")

    assert len(answer["hits"]) == 5
    assert answer["totals"] == {"words": 19, "span": 62, "log": 4}


def test_long_questions_are_cut(owner_client: Client, front_desk: Session) -> None:
    assert found(owner_client, front_desk, "x" * 5000)["q"] == "x" * 200


def test_a_kind_that_is_none_counts_as_not_given(owner_client: Client, front_desk: Session) -> None:
    assert found(owner_client, front_desk, "sauna", kind="stars") == found(owner_client, front_desk, "sauna")


def test_a_question_is_plain_text(owner_client: Client, front_desk: Session) -> None:
    for q in ["<script>alert(1)</script>", "{{ 7*7 }}", "[a-z", "%00", "\x00\x00", "🦁🦁"]:
        response = owner_client.get(reverse(ADDRESS, args=session_args(front_desk)), {"q": q})

        assert response["Content-Type"] == "application/json"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert (response.json()["q"], response.json()["hits"]) == (q, [])


def test_an_answer_is_kept_by_nobody_on_the_way(owner_client: Client, front_desk: Session) -> None:
    response = owner_client.get(reverse(ADDRESS, args=session_args(front_desk)), {"q": "sauna"})

    assert response["Cache-Control"] == "private, no-store"


def test_a_running_session_is_searched_as_far_as_it_has_come(owner_client: Client, replay: Replay) -> None:
    session = replay("node/1.9.0_full", requests=24)
    before = found(owner_client, session, "goodbye")
    replay("node/1.9.0_full")

    assert before["totals"]["words"] == 0
    assert found(owner_client, session, "goodbye")["totals"]["words"] > 0


def test_a_search_takes_no_more_queries_however_much_it_finds(
    owner_client: Client, front_desk: Session, django_assert_max_num_queries: Any
) -> None:
    found(owner_client, front_desk, "sauna")  # the first request of a browser is noted

    for q in ("sauna", "the"):
        with django_assert_max_num_queries(10):
            found(owner_client, front_desk, q)
