"""What the WSGI application hands to its server."""

import pytest
from django.db import OperationalError
from django.http import HttpResponse, StreamingHttpResponse

from config.wsgi import in_one_piece

pytestmark = pytest.mark.django_db  # to close an answer is to end the request's use of the database


def test_whole_answer_is_handed_over_at_once_and_closed():
    answer = HttpResponse(b"all of it")

    assert in_one_piece(answer) == [b"all of it"]
    assert answer.closed


def test_answer_that_is_still_being_written_stays_a_stream():
    answer = StreamingHttpResponse([b"some, ", b"and more"])

    assert in_one_piece(answer) is answer
    assert not answer.closed


def test_answer_is_given_though_its_request_cannot_be_closed(caplog):
    answer = HttpResponse(b"kept")
    answer.close = failing

    assert in_one_piece(answer) == [b"kept"]
    assert "could not be closed" in caplog.text


def failing():
    raise OperationalError("the connection is gone")
