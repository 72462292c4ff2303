"""A hint is only a hint: nothing that happens to it reaches the agent."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from channels.layers import BaseChannelLayer

from observability.live import publish
from observability.live.limits import MAX_WAITING_HINTS
from observability.live.seldom import Seldom
from observability.models import Session
from projects.models import Project
from tests.live.viewer import EVENTUALLY_S
from tests.sending import Agent, agent, spans

__all__ = ["agent"]


class Recorder(BaseChannelLayer):
    """A layer that keeps what goes through it."""

    sent: list[tuple[str, Any]] = []

    async def group_send(self, group: str, message: Any) -> None:
        self.sent.append((group, message))


class Broken(BaseChannelLayer):
    calls = 0

    async def group_send(self, group: str, message: Any) -> None:
        Broken.calls += 1
        raise ConnectionError("The layer is away.")


class Stuck(BaseChannelLayer):
    async def group_send(self, group: str, message: Any) -> None:
        await asyncio.sleep(3600)


@pytest.fixture
def layer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[type], None]:
    """Chooses the layer, with a messenger of the test's own."""

    def choose(kind: type) -> None:
        monkeypatch.setattr(publish, "_the_messenger", None)
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.{kind.__name__}"}}

    Recorder.sent, Broken.calls = [], 0
    return choose


def eventually(is_so: Callable[[], Any]) -> bool:
    deadline = time.monotonic() + EVENTUALLY_S
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(is_so())


@pytest.mark.django_db
def test_an_upload_leaves_a_hint_with_ids_and_a_cursor_only(
    agent: Agent, project: Project, layer: Callable[[type], None]
) -> None:
    layer(Recorder)

    agent.send("traces", spans("llm_node"))

    assert eventually(lambda: Recorder.sent)
    session = Session.objects.get()
    hint = {"type": "live.hint", "project": project.pk, "sessions": [[session.pk, 1]]}
    assert Recorder.sent == [(f"live.{project.pk}", hint)]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [Broken, Stuck])
def test_an_upload_is_kept_while_the_layer_is_away(
    agent: Agent, layer: Callable[[type], None], kind: type
) -> None:
    layer(kind)

    statuses = [agent.send("traces", spans("llm_node", first_id=n)).status_code for n in range(1, 20)]

    assert statuses == [200] * 19
    assert Session.objects.get().cursor == 19


def test_a_layer_that_is_away_is_left_alone_and_mentioned_seldom(
    layer: Callable[[type], None], caplog: pytest.LogCaptureFixture
) -> None:
    layer(Broken)
    for each in publish.logger.filters:
        assert isinstance(each, Seldom)
        each.next_s = 0.0

    with caplog.at_level(logging.WARNING):
        for number in range(50):
            publish._messenger().leave(1, {number: 1})
            time.sleep(0.002)
        assert eventually(lambda: Broken.calls)

    assert Broken.calls <= 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_hints_from_many_threads_are_merged_and_none_is_lost(layer: Callable[[type], None]) -> None:
    layer(Recorder)

    def leave(first: int) -> None:
        for number in range(first, first + 100):
            publish._messenger().leave(number % 2, {number: 1})

    threads = [threading.Thread(target=leave, args=(n * 100,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def told() -> set[int]:
        return {session for _, message in list(Recorder.sent) for session, _cursor in message["sessions"]}

    assert eventually(lambda: told() == set(range(800)))
    assert len(Recorder.sent) < 200


def test_hints_that_nobody_fetches_are_bounded(
    layer: Callable[[type], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish.Messenger, "work", lambda self: None)
    layer(Recorder)
    messenger = publish._messenger()

    for number in range(MAX_WAITING_HINTS + 50):
        messenger.leave(1, {number: 1})

    assert len(messenger.take()[1]) == MAX_WAITING_HINTS


@pytest.mark.django_db
def test_changes_that_are_no_uploads_are_hinted_at_too(
    session: Session, layer: Callable[[type], None]
) -> None:
    layer(Recorder)

    publish.publish_sessions([session.pk, 10**9])

    assert eventually(lambda: Recorder.sent)
    assert Recorder.sent[0][1]["sessions"] == [[session.pk, 0]]
