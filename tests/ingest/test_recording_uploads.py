"""What the sender of a recording is told of an upload that did not come whole, and what is kept of it."""

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from observability.ingest.budget import Budget
from observability.models import Batch, Recording, Session
from tests.captured import captured
from tests.recordings.uploads import CONTENT_TYPE, audio_part, chat_part, form_of, header_part, upload

FORM = next(request for request in captured("node/1.9.0_no_logs") if request.signal == "recordings")


@pytest.fixture
def send(agent):
    def send(body, *, content_type=CONTENT_TYPE):
        return agent.send(
            "",
            body,
            path="/p/acme/observability/recordings/v0",
            content_type=content_type,
            **{"User-Agent": "x"},
        )

    return send


def asks_for_a_repeat(response):
    details = Status.FromString(response.content).details
    infos = [RetryInfo.FromString(detail.value) for detail in details]
    return response.status_code == 503 and [info.retry_delay.seconds for info in infos] == [1]


@pytest.mark.parametrize("length", [1_000, 5_000, 20_000, -60, -3])
def test_recording_whose_form_breaks_off_is_asked_for_again_and_kept_as_far_as_it_came(send, length):
    response = send(FORM.body[:length], content_type=FORM.content_type)

    assert asks_for_a_repeat(response)
    assert Session.objects.count() == 1


@pytest.mark.parametrize("until", [b"Hello?", b"some sound", b'name="audio"', b'name="chat_history"'])
def test_recording_that_comes_again_whole_is_whole(send, until):
    body = upload()

    first = send(body[: body.index(until)])
    again = [send(body).status_code for _ in range(2)]

    session = Session.objects.get()
    assert (asks_for_a_repeat(first), again) == (True, [200, 200])
    assert (session.chat_item_count, Recording.objects.filter(problem="").count()) == (1, 1)


def test_recording_that_breaks_off_twice_at_the_same_place_is_kept_once(send):
    body = upload()[:-30]

    assert [send(body).status_code for _ in range(3)] == [503] * 3
    assert (Batch.objects.count(), Recording.objects.count()) == (1, 1)


def test_recording_that_breaks_off_in_its_header_is_asked_for_again(send):
    body = form_of(header_part(), audio_part())

    assert asks_for_a_repeat(send(body[:150]))
    assert Session.objects.count() == 0


def test_breaking_off_is_no_fault_of_ours(send, caplog):
    send(upload()[:-30])

    assert caplog.records == []


def test_part_that_cannot_be_decoded_is_not_asked_for_again_and_costs_the_others_nothing(send):
    broken = (
        chat_part("Hello?")
        .encoded()
        .replace(b"Content-Length", b"Content-Transfer-Encoding: base64\r\nX-Length")
    )
    whole = form_of(header_part(), audio_part())
    body = whole.replace(audio_part().encoded(), broken + audio_part().encoded())

    assert send(body).status_code == 200
    assert Session.objects.get().recordings.get().problem == ""


def test_chat_history_takes_its_share_of_what_all_uploads_may_hold_at_once(send, monkeypatch):
    monkeypatch.setattr("observability.ingest.recording.in_flight", small := Budget(total_bytes=2_000))

    too_large = send(upload(texts=("x" * 2_000,)))
    fitting = [send(upload(texts=("x" * 1_000, str(number)))).status_code for number in range(3)]

    assert asks_for_a_repeat(too_large)
    assert (fitting, small._free_bytes) == ([200] * 3, 2_000)
    assert Session.objects.get().chat_item_count == 6
