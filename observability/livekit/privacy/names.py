"""What attributes hold, by their names in every SDK generation and in common instrumentation."""

import re
from functools import lru_cache
from typing import Literal

from observability.livekit.values import snake_case

Kind = Literal["", "content", "identity", "personal", "exception", "stack"]
"""content: what was said, asked or answered; identity: who and where; personal: one person's data."""

CACHED_NAME_LENGTH = 128
"""Longer names are classified anew each time, so that no sender can fill the cache with megabytes."""

CONTENT_STEMS = frozenset(
    {
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
        "rpc.payload",
        "rpc.response",
        "keyterms",
    }
)
"""After `lk.`; before Python and Node 1.7.0 they had no `pii` segment (docs/contract.md §14)."""

CONTENT = frozenset("lk." + stem for stem in CONTENT_STEMS) | {
    "gen_ai.system_instructions",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.tool.definitions",
    "gen_ai.tool.description",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.retrieval.query.text",
    "gen_ai.retrieval.documents",
    "gen_ai.memory.query.text",
    "gen_ai.memory.records",
    "gen_ai.evaluation.explanation",
    "input.value",
    "output.value",
    "user_transcript",
    "chat_ctx",
}

CONTENT_PREFIXES = (
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.content",
    "llm.prompts",
    "llm.completions",
    "llm.input_messages",
    "llm.output_messages",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "langfuse.observation.input",
    "langfuse.observation.output",
    "langfuse.trace.input",
    "langfuse.trace.output",
)
"""What other instrumentation on the same provider calls prompts and answers (docs/contract.md §5.3)."""

CONTENT_EVENTS = frozenset(
    {
        "gen_ai.system.message",
        "gen_ai.user.message",
        "gen_ai.assistant.message",
        "gen_ai.tool.message",
        "gen_ai.choice",
        "gen_ai.client.inference.operation.details",
        "gen_ai.content.prompt",
        "gen_ai.content.completion",
    }
)
"""Their body rides on generic names (`content`, `tool_calls`), so the whole event is content."""

SDK_LOG_CONTENT = frozenset(
    {
        "arguments",
        "raw_arguments",
        "repaired",
        "dtmf_inputs",
        "incomplete_details",
        "input_text",
        "instructions",
        "interim_transcript",
        "keyterms",
        "message",
        "new_transcript",
        "output",
        "progress_message",
        "text",
        "tool_call",
        "transcript",
        "user_input",
    }
)
"""Extras of the SDKs' own log lines; since 1.7.0 they are `lk.pii.<name>`."""

REPORT_CONTENT = frozenset({"instructions", "keyterms", "reasoning"})
"""In session options and evaluations."""

SUMMARY_CONTENT = REPORT_CONTENT | {"chat_ctx", "chat_history", "items", "messages", "summary", "transcript"}
"""A session summary has none of these so far (docs/contract.md §9.3)."""

IDENTITY_NAMES = frozenset(
    {
        "avatar_identity",
        "caller_identity",
        "destination_identity",
        "expected_identities",
        "langfuse.session.id",
        "langfuse.user.id",
        "participant_identity",
        "participant_name",
        "room_name",
        "enduser.id",
        "user.email",
        "user.full_name",
        "user.hash",
        "user.id",
        "user.name",
    }
)

BARE_IDENTITIES = frozenset({"identity", "participant", "room"})
"""In logs, spans, scopes and the summary. In a tool's arguments a room may be one to sleep in."""

SIP_KEPT = frozenset({"callid", "callidfull", "callstatus", "callstatuscode", "calltag", "ruleid", "trunkid"})
"""`sip.` attributes are open-ended (callers' headers become some), so this is a list of what may stay."""

PERSONAL = re.compile(
    r"(?:first|last|full|given|family|maiden|sur|user|caller|contact|customer|guest|client|patient)_?name|username|surname"
    r"|e?_?mail(?:_address)?|caller|(?:home_|street_|postal_)?address|street|zip(?:_?code)?|post(?:al_|_)?code"
    r"|(?:tele|mobile_|cell_|trunk_|caller_)?(?:tele)?phone(?:_number)?|(?:caller|mobile)(?:_number)?"
    r"|dob|date_of_birth|birth_?(?:date|day)|ssn|social_security_number|passport(?:_number)?"
    r"|iban|bank_account|account_number|(?:credit_)?card(?:_number)?|cvv|cvc"
    r"|pin|password|passwd|secret|token|api_?key|authorization"
)
"""Last part of a field's name in tool arguments, logs and tags whose value is hidden whole."""

EXCEPTION_MESSAGES = frozenset({"exception.message", "error.message", "error", "err", "exception"})
STACK_TRACES = frozenset(
    {
        "exception.stacktrace",
        "error.stack",
        "exc_info",
        "exc_text",
        "stack",
        "stack_info",
        "stack_trace",
        "stacktrace",
    }
)

VERBATIM = frozenset(
    {
        "agent_name",
        "host.name",
        "job_id",
        "langfuse.observation.completion_start_time",
        "logger.name",
        "provider_request_ids",
        "request_id",
        "room_id",
        "sdk_version",
        "speech_id",
        "span_id",
        "trace_id",
    }
)
VERBATIM_PREFIXES = ("code.", "gen_ai.", "lk.", "process.", "service.", "telemetry.", "thread.")
"""Machine-written values: scrubbing would only damage ids, times and counts."""
FREE_TEXT = frozenset({"lk.shutdown.reason", "lk.amd.reason"})


def kind_of(name: str) -> Kind:
    """What a value of this name holds, whichever SDK generation wrote it; "" for nothing that needs care."""
    return _cached_kind(name) if len(name) <= CACHED_NAME_LENGTH else _kind(name)


def is_verbatim(name: str) -> bool:
    return (name.startswith(VERBATIM_PREFIXES) and name not in FREE_TEXT) or snake_case(name) in VERBATIM


def _kind(name: str) -> Kind:
    lowered = name.lower()
    segments = lowered.split(".")
    if "pii" in segments:
        unmarked = ".".join(segment for segment in segments if segment not in ("pii", "lk"))
        return "identity" if _is_identity(unmarked) else "content"
    if lowered in CONTENT or lowered.startswith(CONTENT_PREFIXES):
        return "content"
    return _plain_kind(lowered.removeprefix("lk."), snake_case(name))


def _plain_kind(bare: str, snake: str) -> Kind:
    if _is_identity(bare) or snake in IDENTITY_NAMES or bare.removeprefix("rpc.") in IDENTITY_NAMES:
        return "identity"
    if snake in EXCEPTION_MESSAGES:
        return "exception"
    if snake in STACK_TRACES:
        return "stack"
    return "personal" if PERSONAL.fullmatch(snake.rpartition(".")[2].replace("-", "_")) else ""


def _is_identity(bare: str) -> bool:
    if bare.startswith("sip."):
        return bare.removeprefix("sip.") not in SIP_KEPT
    return bare in IDENTITY_NAMES


_cached_kind = lru_cache(maxsize=4096)(_kind)
