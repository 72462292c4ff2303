"""How often the API may be asked: by whom, told in headers, and never at the cost of an answer."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.test import Client

from config.caches import caches as caches_of
from observability.api import rates
from observability.api.rates import LEFT_ALONE_S, Counter
from observability.models import Session
from projects.actions import create_access_token
from projects.models import Plan, Project
from tests.api.conftest import Script

pytestmark = pytest.mark.django_db
LIST = "/api/v1/projects/acme/sessions/"
LIMIT = 3
NAMES = ("RateLimit-Limit", "RateLimit-Remaining")


@pytest.fixture(autouse=True)
def small_plan(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a minute, so that no test falls on its end."""
    Plan.objects.update(api_requests_per_minute=LIMIT)
    began = time.time() // 60 * 60 + 20
    monkeypatch.setattr(rates.time, "time", lambda: began)


def left(answer: Any) -> int:
    return int(answer["RateLimit-Remaining"])


def test_each_answer_says_what_is_left_and_the_one_too_many_when_to_come_back(script: Script) -> None:
    answers = [script.get(LIST) for _ in range(LIMIT + 1)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [left(answer) for answer in answers] == [2, 1, 0, 0]
    assert {answer["RateLimit-Policy"] for answer in answers} == {"3;w=60"}
    assert {answer["RateLimit-Limit"] for answer in answers} == {"3"}
    assert {answer["RateLimit-Reset"] for answer in answers} == {"40"}
    assert "Retry-After" not in answers[0]
    assert answers[-1]["Retry-After"] == "40"
    assert answers[-1].json() == {
        "error": {
            "code": "too-many-requests",
            "message": "That were more than 3 requests in a minute; go on in 40 s.",
        }
    }


def test_the_next_minute_begins_anew(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(LIMIT + 1):
        script.get(LIST)
    later = time.time() + 41
    monkeypatch.setattr(rates.time, "time", lambda: later)

    answer = script.get(LIST)

    assert (answer.status_code, left(answer)) == (200, LIMIT - 1)


def test_tokens_of_a_project_share_what_its_plan_allows_and_no_other_projects(
    script: Script, project: Project, other_project: Project
) -> None:
    second, foreign = (
        Script(create_access_token(each, "another", ["read"], by=None).secret)
        for each in (project, other_project)
    )
    script.get(LIST)

    assert left(second.get(LIST)) == LIMIT - 2
    assert left(foreign.get("/api/v1/projects/other/sessions/")) == LIMIT - 1


def test_no_script_and_no_colleague_locks_a_person_out(
    script: Script, owner_client: Client, teammate_client: Client
) -> None:
    for _ in range(LIMIT + 1):
        script.get(LIST)
        teammate_client.get(LIST)

    answer = owner_client.get(LIST)

    assert (answer.status_code, left(answer)) == (200, LIMIT - 1)


def test_figures_tell_a_stranger_nothing(
    stranger_client: Client, session: Session, other_project: Project
) -> None:
    foreign, unknown = stranger_client.get(LIST), stranger_client.get("/api/v1/projects/acmf/sessions/")

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign["RateLimit-Limit"] == unknown["RateLimit-Limit"] == str(rates.REQUESTS_OF_NO_PROJECT)
    assert left(foreign) - left(unknown) == 1


def test_a_script_that_asks_for_what_is_not_its_own_uses_up_its_own(
    script: Script, other_project: Project
) -> None:
    foreign = script.get("/api/v1/projects/other/sessions/")

    assert (foreign.status_code, left(foreign)) == (404, LIMIT - 1)
    assert left(script.get(LIST)) == LIMIT - 2


def test_a_refusal_has_figures_too(script: Script, project: Project) -> None:
    answer = script.get(f"{LIST}?status=nonsense")

    assert (answer.status_code, left(answer)) == (400, LIMIT - 1)


def test_nobody_in_particular_is_told_to_say_who_they_are_first(client: Client, project: Project) -> None:
    answer = client.get(LIST)

    assert answer.status_code == 401
    assert not any(name in answer for name in NAMES)


@pytest.fixture(params=["nothing listens", "somebody listens and never answers"])
def no_redis(request: pytest.FixtureRequest) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if "never answers" in request.param:
            listener.listen(16)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_while_the_cache_cannot_be_asked_nobody_waits_and_nobody_is_refused(
    script: Script, settings: Any, monkeypatch: pytest.MonkeyPatch, no_redis: str
) -> None:
    settings.REDIS_URL = no_redis
    impatient = caches_of(no_redis)["rates"]
    unreachable = RedisCache(impatient["LOCATION"], {"OPTIONS": impatient["OPTIONS"]})
    monkeypatch.setattr(rates, "counter", Counter(unreachable))
    began_s = time.monotonic()

    answers = [script.get(LIST) for _ in range(LIMIT + 2)]

    assert [answer.status_code for answer in answers] == [200] * (LIMIT + 2)
    assert not any(name in answer for answer in answers for name in NAMES)
    assert time.monotonic() - began_s < LEFT_ALONE_S


def test_the_cache_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(caches["rates"])
    counter.asked_again_at_s = time.monotonic() + 100
    assert counter.count("acme", 5, now_s=0) is None

    counter.asked_again_at_s = time.monotonic()

    assert counter.count("acme", 5, now_s=0) is not None


def test_schema_tells_of_the_rate_with_every_operation(client: Client) -> None:
    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    operations = [each for path in schema["paths"].values() for each in path.values()]
    assert len(operations) > 15

    for operation in operations:
        refusal = operation["responses"].pop("429")
        assert refusal == {"$ref": "#/components/responses/TooManyRequests"}
        for answer in operation["responses"].values():
            assert {*NAMES, "RateLimit-Reset", "RateLimit-Policy"} <= set(answer["headers"])
    assert "Retry-After" in schema["components"]["responses"]["TooManyRequests"]["headers"]
