"""A proxy's question before it takes a body: may this sender upload?"""

import pytest

from observability.models import Refusal
from tests.sending import Agent, token


def asked(agent: Agent, path: str, *, bearer: str | None = None) -> int:
    given = {"Authorization": f"Bearer {bearer or token()}"}
    return agent.client.get("/", headers=given, PATH_INFO=path).status_code


@pytest.mark.parametrize(
    "path",
    [
        "/admission/p/acme/observability/traces/otlp/v0",
        "/admission/observability/recordings/v0",
        "/admission//p/acme//observability/logs/otlp/v0/",
    ],
)
def test_sender_whose_upload_would_be_taken_is_admitted(agent, path):
    assert asked(agent, path) == 204


def test_senders_whose_upload_would_be_refused_are_not_admitted_and_nothing_is_noted_yet(agent):
    path = "/admission/p/acme/observability/recordings/v0"
    wrong, callers = token(secret="a secret that somebody guessed at"), token(observability={})

    assert [asked(agent, path, bearer=each) for each in ["nonsense", wrong, callers]] == [401, 401, 403]
    assert Refusal.objects.count() == 0


def test_livekits_tokens_do_not_open_the_doors_of_other_senders(agent):
    assert asked(agent, "/admission/p/acme/v1/traces") == 401


def test_question_about_anything_else_is_answered_as_an_upload_to_it_would_be(agent):
    assert asked(agent, "/admission/p/acme/sessions") == 404
