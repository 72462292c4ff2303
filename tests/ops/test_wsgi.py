"""What the WSGI application hands to its server."""

import pytest
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
