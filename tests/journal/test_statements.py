"""The statement that keeps many uploads."""

from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH

from observability.journal.append_together import APPEND_TOGETHER, WRITTEN


def test_statement_is_short_enough_to_be_remembered_by_the_driver():
    assert len(APPEND_TOGETHER.encode()) <= MAX_CACHED_STATEMENT_LENGTH


def test_writing_it_in_one_line_changes_nothing_that_is_quoted_and_loses_nothing_to_a_comment():
    quoted = WRITTEN.split("'")[1::2]

    assert not [text for text in quoted if " ".join(text.split()) != text]
    assert "--" not in WRITTEN
