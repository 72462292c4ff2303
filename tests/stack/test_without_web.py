"""What the proxy answers while web is away: to agents, so that they come back, and to browsers."""

from collections.abc import Iterator

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from tests.sending import spans
from tests.stack.agents import LOGS, TRACES, upload
from tests.stack.production import Stack
from tests.stack.test_proxy import EXPORTERS_GIVE_UP_AFTER_S

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def without_web(stack: Stack) -> Iterator[Stack]:
    stack.control("stop", "web")
    yield stack
    stack.control("start", "web")
    stack.await_ready()


def test_telemetry_that_finds_no_web_is_told_to_come_back_while_its_exporter_still_would(without_web):
    answer = upload(without_web, TRACES, spans("late"))

    status = Status.FromString(answer.body)
    retry = RetryInfo()
    assert (answer.status, answer.headers["Retry-After"], status.code) == (503, "1", 14)
    assert status.details[0].Unpack(retry)
    assert retry.retry_delay.seconds == 1
    assert answer.headers["Content-Type"] == "application/x-protobuf"
    assert 4 < answer.seconds < EXPORTERS_GIVE_UP_AFTER_S - 2


def test_json_is_answered_in_json_while_web_is_away(without_web):
    answer = upload(without_web, LOGS, b"{}", Content_Type="application/json")

    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/json")
    assert b"RetryInfo" in answer.body


def test_browser_gets_a_page_that_loads_again_by_itself(without_web):
    answer = without_web.ask("/account/login/")

    assert (answer.status, answer.headers["Content-Type"]) == (503, "text/html")
    assert b'http-equiv="refresh"' in answer.body


def test_form_is_never_sent_twice(without_web):
    """Nobody knows what became of the first time."""
    answer = without_web.ask("/account/login/", b"login=somebody")

    assert answer.status == 503
    assert answer.seconds < 1
