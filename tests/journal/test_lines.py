"""Spans as they lie in a journal are the spans that parsing finds, or there are none."""

import orjson
import pytest
import zstandard

from observability.journal.archive import ArchiveLost
from observability.journal.lines import span_lines_of
from observability.journal.seal import seal_session
from observability.models import Archive, Batch, Session
from observability.queries.records import records_of
from tests.sending import spans

pytestmark = pytest.mark.django_db


def spans_in(lines):
    return [orjson.loads(line) for line in lines]


def parsed(session):
    return [record for record in records_of(session) if record["signal"] == "span"]


def test_span_that_comes_again_otherwise_counts_as_it_came_last_where_it_came_first(agent):
    agent.send("traces", spans("llm_node", "tts_node"))
    agent.send("traces", spans("user_turn", first_id=9))
    agent.send("traces", spans("llm_request"))
    session = Session.objects.get()

    found = spans_in(span_lines_of(session))

    assert [span["name"] for span in found] == ["llm_request", "tts_node", "user_turn"]
    assert found == parsed(session)


def test_ids_that_json_has_to_escape_are_left_to_parsing(agent):
    agent.send("traces", spans("llm_node", job='AJ_"quoted"'))

    assert span_lines_of(Session.objects.get()) is None
    assert len(parsed(Session.objects.get())) == 1


@pytest.mark.parametrize(
    "line",
    [b'{"job_id":"AJ_1","signal":"span"}', b'{"signal":"span","job_id":"AJ_1",', b"nothing that is JSON"],
    ids=["in another order", "cut off", "damaged"],
)
def test_lines_of_another_form_are_left_to_parsing(agent, line):
    agent.send("traces", spans("llm_node"))
    compressed = zstandard.ZstdCompressor().compress(line)
    Batch.objects.update(payload=compressed)

    assert span_lines_of(Session.objects.get()) is None


def test_lines_of_other_kinds_are_passed_over(replay):
    session = replay("python/1.8.9_second_session")

    assert spans_in(span_lines_of(session)) == parsed(session)


def seal(session):
    Session.objects.filter(pk=session.pk).update(status=Session.Status.ENDED)
    seal_session(session.pk)
    session.refresh_from_db()
    assert session.sealed_seq


@pytest.fixture
def sealed(replay):
    session = replay("python/1.8.9_second_session")
    seal(session)
    return session


def test_what_is_sealed_says_the_same(sealed):
    found = spans_in(span_lines_of(sealed))

    assert len(found) > 50
    assert found == parsed(sealed)


def test_what_comes_after_the_seal_counts_as_it_came_last(agent):
    agent.send("traces", spans("llm_node", "tts_node"))
    seal(Session.objects.get())
    agent.send("traces", spans("llm_request"))
    agent.send("traces", spans("user_turn", first_id=9))
    session = Session.objects.get()

    found = spans_in(span_lines_of(session))

    assert session.sealed_seq
    assert [span["name"] for span in found] == ["llm_request", "tts_node", "user_turn"]
    assert found == parsed(session)


def test_what_of_the_archive_cannot_be_read_is_told_by_who_parses(sealed):
    Archive.objects.update(sha256=bytes(32))

    assert span_lines_of(sealed) is None
    with pytest.raises(ArchiveLost):
        parsed(sealed)
