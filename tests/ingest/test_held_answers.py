"""Node does not flush its spans at exit, but waits for the answer to its recording upload: a later one brings them."""

from observability.ingest import recording
from observability.ingest.recording import Held
from tests.captured import captured
from tests.sending import token


def upload(client, *, user_agent=None):
    [request] = [each for each in captured("node/1.9.0_no_logs") if each.signal == "recordings"]
    headers = {"Authorization": f"Bearer {token()}"} | ({"User-Agent": user_agent} if user_agent else {})
    return client.generic(
        "POST",
        "/p/acme/observability/recordings/v0",
        request.body,
        content_type=request.content_type,
        headers=headers,
    )


def test_answer_to_node_is_held_until_its_span_timer_has_fired(agent):
    assert upload(agent.client)["Playhead-Hold-Ms"] == "6000"


def test_answer_to_python_is_not_held(agent):
    assert "Playhead-Hold-Ms" not in upload(agent.client, user_agent="Python/3.11 aiohttp/3.13.2")


def test_holding_can_be_switched_off(agent, monkeypatch):
    monkeypatch.setattr(recording, "NODE_FLUSH_HOLD_S", 0)

    assert "Playhead-Hold-Ms" not in upload(agent.client)


def test_only_so_many_answers_are_held_at_once(agent, monkeypatch):
    monkeypatch.setattr(recording, "_held", Held(at_most=2))

    answers = [upload(agent.client) for _ in range(3)]

    assert [answer.get("Playhead-Hold-Ms") for answer in answers] == ["6000", "6000", None]


def test_place_is_free_again_when_an_answer_has_been_let_go():
    held = Held(at_most=1)

    assert [held.has_room(seconds=0), held.has_room(seconds=60), held.has_room(seconds=60)] == [
        True,
        True,
        False,
    ]
