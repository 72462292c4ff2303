from dataclasses import replace

import pytest

from observability.livekit.chat_history import Unreadable, chat_item_records
from observability.livekit.chat_items import item_of_history, item_of_log
from tests.captured import RUNS
from tests.timeline.sessions import batches_of, item, log

SECONDS, MILLISECONDS = 1795336578.25, 1795336578250


def logged(**wrapped):
    return item_of_log(log("chat item", scope="chat_history", attributes={"chat.item": wrapped}), 0)


def of_history(**fields):
    return item_of_history(
        {"signal": "chat_item", "job_id": "", "room_id": "", "position": 0, "item": fields}
    )


def test_an_item_is_the_same_in_all_its_spellings():
    """History of both SDKs, Node's before 1.4.11, logs before and since 1.5.0 (docs/contract.md §9.2)."""
    spellings = [
        of_history(
            id="i", type="function_call", call_id="c", name="f", arguments='{"a": 1}', created_at=SECONDS
        ),
        of_history(
            id="i", type="function_call", callId="c", name="f", args='{"a": 1}', createdAt=MILLISECONDS
        ),
        logged(
            function_call={
                "id": "i",
                "call_id": "c",
                "name": "f",
                "arguments": '{"a": 1}',
                "created_at": "2026-11-22T08:36:18.250Z",
            }
        ),
        logged(
            functionCall={
                "id": "i",
                "callId": "c",
                "name": "f",
                "arguments": {"a": 1},
                "createdAt": "2026-11-22T08:36:18.250Z",
            }
        ),
    ]

    assert len({repr(replace(spelling, raw={})) for spelling in spellings}) == 1
    assert (spellings[0].type, spellings[0].call_id, spellings[0].arguments) == (
        "function_call",
        "c",
        {"a": 1},
    )
    assert spellings[0].created_ns == 1_795_336_578_250_000_000


def test_logged_defaults_that_protobuf_leaves_out_are_filled_in():
    message = logged(message={"id": "i", "content": [{"text": "a"}, {"image": {}}, {"text": "b"}]})
    output = logged(function_call_output={"id": "i", "output": "x"})

    assert (message.role, message.interrupted, message.text) == ("developer", False, "a\nb")
    assert (output.role, output.is_error) == ("", False)


def test_message_metrics_are_milliseconds_and_unknown_zeros_are_absent():
    message = of_history(
        type="message",
        role="assistant",
        content=["Hi", {"type": "cache_breakpoint"}],
        transcript_confidence=0,
        metrics={
            "started_speaking_at": SECONDS,
            "e2e_latency": 1.25,
            "transcription_delay": 0,
            "llm_node_ttft": -0.5,
            "llm_node_tps": 40,
            "llm_metadata": {"model_name": "m", "model_provider": "p"},
        },
    )

    assert message.metrics == {"e2e_ms": 1250.0, "llm_tokens_per_second": 40.0}
    assert message.impossible == ("llm_node_ttft",)
    assert message.models == {"llm": "p/m"}
    assert (message.text, message.confidence) == ("Hi", None)
    assert message.started_speaking_ns == 1_795_336_578_250_000_000


def test_handoffs_and_config_updates_keep_agents_and_tools():
    handoff = of_history(type="agent_handoff", newAgentId="billing", old_agent_id="desk")
    update = logged(agentConfigUpdate={"instructions": "Be brief.", "toolsAdded": ["f"]})

    assert (handoff.type, handoff.old_agent, handoff.new_agent) == ("agent_handoff", "desk", "billing")
    assert (update.type, update.config) == (
        "agent_config_update",
        {"instructions": "Be brief.", "tools_added": ["f"]},
    )


def test_an_unknown_kind_of_item_is_kept():
    assert (of_history(type="thought", id="t").type, of_history(type=7).type) == ("other", "other")


def test_a_chat_item_log_without_an_item_is_no_item():
    assert logged() is None


@pytest.mark.parametrize(
    "run", [run for run in RUNS if run not in ("python/1.8.9_crash", "python/1.8.9_no_transcript")]
)
def test_captured_history_and_logs_tell_the_same_conversation(run):
    records = [record for batch in batches_of(run) for record in batch]
    history = [item_of_history(r) for r in records if r["signal"] == "chat_item"]
    logs = [r for r in records if r["signal"] == "log" and r["body"] == "chat item"]
    told = [item_of_log(record, position) for position, record in enumerate(logs)]

    assert history and all(i.created_ns for i in history)
    if told:
        said = {item.id: item for item in told}
        alike = [i for i in history if i.id in said]
        assert [(i.type, i.role, i.text, i.call_id) for i in alike] == [
            (said[i.id].type, said[i.id].role, said[i.id].text, said[i.id].call_id) for i in alike
        ]
        assert {i.id for i in history} >= said.keys()


def test_history_is_read_as_records_with_raw_items():
    body = b'{"items": [{"id": "a", "type": "message"}, 5, {"id": "b"}]}'

    records = chat_item_records(body, job_id="AJ_1", room_id="RM_1")

    assert [(record["position"], record["item"]) for record in records] == [
        (0, {"id": "a", "type": "message"}),
        (2, {"id": "b"}),
    ]


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 90_000])
def test_history_that_is_no_json_is_unreadable(body):
    with pytest.raises(Unreadable):
        chat_item_records(body, job_id="", room_id="")


@pytest.mark.parametrize("body", [b"{}", b"[]", b"5", b'{"items": 5}'])
def test_history_without_items_has_none(body):
    assert chat_item_records(body, job_id="", room_id="") == []


def test_items_of_any_shape_are_read():
    assert (
        item_of_history(item(0, content=5, metrics=[], created_at=[], arguments={}, type=[])).type == "other"
    )
