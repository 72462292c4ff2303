"""Records for the tests of privacy, in the shapes of observability/records.py."""

import json
from typing import Any, cast

from observability.livekit.privacy import Switches, permitted
from observability.records import Record

EVERYTHING = Switches(audio=True, transcripts=True, traces=True, logs=True, redaction=False)
REDACTING = Switches(audio=True, transcripts=True, traces=True, logs=True, redaction=True)
NO_TRANSCRIPTS = Switches(audio=True, transcripts=False, traces=True, logs=True, redaction=False)

CANARY = "canary in the coal mine"

CONTENT_NAMES = [
    f"lk.{marker}{stem}"
    for marker in ("pii.", "")
    for stem in (
        "user_transcript",
        "response.text",
        "user_input",
        "instructions",
        "chat_ctx",
        "response.function_calls",
        "function_tool.arguments",
        "function_tool.output",
        "input_text",
        "amd.transcript",
    )
] + [
    "lk.PII.anything",
    "customer.Pii.note",
    "pii",
    "lk.pii.rpc.payload",
    "gen_ai.system_instructions",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.tool.definitions",
    "gen_ai.tool.description",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.evaluation.explanation",
    "gen_ai.retrieval.query.text",
    "gen_ai.retrieval.documents",
    "gen_ai.memory.query.text",
    "gen_ai.memory.records",
    "gen_ai.prompt.variable.guest",
    "gen_ai.prompt.0.content",
    "gen_ai.completion.0.content",
]
CONTENT_EVENTS = ["system.message", "user.message", "assistant.message", "tool.message", "choice"]
PHONE = "+41 44 668 18 00"
TOLD = f"Call {PHONE} or five five five one two three four, jane dot roe at example dot com"
HIDDEN = "Call [phone] or [phone], [email]"

IDENTITIES = [
    "lk.pii.room_name",
    "lk.room_name",
    "lk.pii.participant_identity",
    "lk.participant_identity",
    "lk.rpc.caller_identity",
    "lk.pii.sip.phoneNumber",
    "lk.sip.phoneNumber",
    "lk.sip.trunkPhoneNumber",
    "lk.sip.h.x-customer",
    "user.email",
]

CARRIED = {
    "job_id": "AJ_one",
    "room_id": "RM_one",
    "resource": {"attributes": {"service.name": "livekit-agents"}},
}


def span(attributes: dict[str, Any] | None = None, **fields: Any) -> Record:
    made = {
        "signal": "span",
        "trace_id": "01" * 16,
        "span_id": "02" * 8,
        "parent_span_id": "",
        "name": "llm_node",
        "kind": 1,
        "start_ns": 1_795_338_055_000_000_000,
        "end_ns": 1_795_338_056_000_000_000,
        "status": {"code": 0, "message": ""},
        "attributes": attributes or {},
        "events": [],
        "links": [],
        "scope": {"name": "livekit-agents"},
    }
    return cast(Record, CARRIED | made | fields)


def log(
    body: Any, attributes: dict[str, Any] | None = None, *, scope: str = "my-agent", **fields: Any
) -> Record:
    made = {
        "signal": "log",
        "time_ns": 1_795_338_055_000_000_000,
        "observed_ns": 1_795_338_055_000_000_000,
        "severity_number": 9,
        "severity_text": "INFO",
        "body": body,
        "attributes": attributes or {},
        "trace_id": "",
        "span_id": "",
        "scope": {"name": scope},
    }
    return cast(Record, CARRIED | made | fields)


def chat_log(item: Any) -> Record:
    return log("chat item", {"chat.item": item}, scope="chat_history")


def chat_item(item: dict[str, Any]) -> Record:
    return cast(
        Record, {"signal": "chat_item", "job_id": "AJ_one", "room_id": "RM_one", "position": 0, "item": item}
    )


def header(**fields: Any) -> Record:
    made = {"signal": "recording_header", "job_id": "AJ_one", "room_id": "RM_one", "start_ns": 0}
    return cast(Record, made | fields)


def metric(attributes: dict[str, Any] | None = None, **fields: Any) -> Record:
    made = {
        "signal": "metric",
        "name": "lk.agents.usage.llm_input_tokens",
        "kind": "sum",
        "start_ns": 0,
        "time_ns": 1,
        "value": 1989,
        "attributes": attributes or {},
        "scope": {"name": "livekit-agents"},
    }
    return cast(Record, CARRIED | made | fields)


def redacted(*records: Record) -> list[Any]:
    return cast(list[Any], permitted(records, REDACTING).records)


def stored(*records: Record) -> str:
    return json.dumps(redacted(*records), ensure_ascii=False)
