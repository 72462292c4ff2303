"""Recording uploads while the database fails."""

import pytest
from django.db import InterfaceError, OperationalError, connection

from observability.models import Recording
from observability.recordings import accept as accepting
from tests.recordings.left import spooled_files, stored_files
from tests.recordings.uploads import upload


class Deadlock(Exception):
    """As psycopg says it."""

    sqlstate = "40P01"


@pytest.fixture
def fail(monkeypatch):
    """Have the work of the next uploads' transactions end with these errors; then as usual."""

    def fail(*errors: Exception) -> None:
        left, keep_audio = list(errors), accepting.keep_audio

        def keep(*args, **named):
            if left:
                raise left.pop(0)
            return keep_audio(*args, **named)

        monkeypatch.setattr(accepting, "keep_audio", keep)

    return fail


def deadlock():
    error = OperationalError("deadlock detected")
    error.__cause__ = Deadlock()
    return error


def test_upload_that_was_in_a_deadlock_is_tried_again(accept, fail):
    fail(deadlock(), deadlock())

    accept(upload(audio=b"OggS"))

    assert (Recording.objects.count(), list(stored_files().values())) == (1, [b"OggS"])


@pytest.mark.parametrize("errors", [[deadlock()] * 3, [OperationalError("no connection")], [KeyError("bug")]])
def test_upload_of_which_nothing_is_committed_leaves_no_file(accept, fail, errors):
    fail(*errors)

    with pytest.raises(type(errors[0])):
        accept(upload())

    assert (Recording.objects.count(), spooled_files(), stored_files()) == (0, [], {})


@pytest.mark.django_db(transaction=True)
def test_upload_that_may_be_committed_or_not_leaves_its_file(accept, monkeypatch):
    commit = connection.commit

    def commit_and_fail():
        commit()
        raise InterfaceError("The connection is gone.")

    monkeypatch.setattr(connection, "commit", commit_and_fail)
    with pytest.raises(InterfaceError):
        accept(upload())
    monkeypatch.undo()

    assert [path.name for path in spooled_files()] == [Recording.objects.get().name]
