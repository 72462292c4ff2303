"""The spans of a tool call, with the HTTP requests it makes and what it logs."""

import json
from http import HTTPStatus
from typing import Any

from observability.demo.faults import PACKAGES, exception_attributes, exception_event, traceback
from observability.demo.pace import ms
from observability.demo.plan import Answer, PlannedCall
from observability.demo.script import Call, Note, Request
from observability.demo.tree import CLIENT, Log, Span

HTTP_SCOPE = "opentelemetry.instrumentation.httpx"
UNEXPECTED = "RuntimeError"


def tool_span(planned: PlannedCall, answer: Answer) -> Span:
    call = planned.call
    return Span(
        "function_tool",
        planned.start_ns,
        planned.end_ns,
        {**_call_attributes(planned, answer), **_result_attributes(call)},
        children=tuple(_request_span(request, planned.start_ns) for request in call.requests),
        logs=(_begun(planned, answer), *_notes(call.notes, planned.start_ns), *_crash_logs(planned, answer)),
    )


def _call_attributes(planned: PlannedCall, answer: Answer) -> dict[str, Any]:
    call = planned.call
    arguments = json.dumps(dict(call.arguments))
    tool = next(tool for tool in answer.role.tools if tool.name == call.tool)
    return {
        "lk.function_tool.id": planned.call_id,
        "lk.function_tool.name": call.tool,
        "lk.pii.function_tool.arguments": arguments,
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": call.tool,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": planned.call_id,
        "gen_ai.agent.name": answer.role.label,
        "gen_ai.tool.description": tool.description,
        "gen_ai.tool.call.arguments": arguments,
    }


def _result_attributes(call: Call) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "lk.pii.function_tool.output": call.output,
        "lk.function_tool.is_error": call.is_error,
    }
    if call.is_error:
        return attributes | {"error.type": "tool_error"}
    return attributes | {"gen_ai.tool.call.result": json.dumps(call.output)}


def _request_span(request: Request, tool_start_ns: int) -> Span:
    """A span of the customer's own HTTP instrumentation: any scope may turn up in a session."""
    start_ns = tool_start_ns + ms(request.after_ms)
    end_ns = start_ns + ms(request.takes_ms)
    attributes: dict[str, Any] = {
        "http.request.method": request.method,
        "url.full": request.url,
        "server.address": request.url.split("/")[2],
    }
    if request.status:
        attributes["http.response.status_code"] = request.status
        error = f"HTTP {request.status}" if request.status >= 500 else ""
        logs = _answered(request, end_ns)
        return Span(request.method, start_ns, end_ns, attributes, (), (), logs, error, CLIENT, HTTP_SCOPE)
    event = exception_event(end_ns, "httpx.ReadTimeout", "The read operation timed out", "")
    attributes["error.type"] = "ReadTimeout"
    error = "The read operation timed out"
    return Span(request.method, start_ns, end_ns, attributes, (), (event,), (), error, CLIENT, HTTP_SCOPE)


def _answered(request: Request, at_ns: int) -> tuple[Log, ...]:
    status = f"{request.status} {HTTPStatus(request.status).phrase}"
    body = f'HTTP Request: {request.method} {request.url} "HTTP/1.1 {status}"'
    return (Log(at_ns - ms(0.2), "httpx", "INFO", body, source=f"{PACKAGES}/httpx/_client.py"),)


def _begun(planned: PlannedCall, answer: Answer) -> Log:
    attributes = {"function": planned.call.tool, "speech_id": answer.speech_id}
    source = f"{PACKAGES}/livekit/agents/voice/generation.py"
    return Log(planned.start_ns + ms(0.2), "livekit.agents", "DEBUG", "executing tool", attributes, source)


def _notes(notes: tuple[Note, ...], start_ns: int) -> tuple[Log, ...]:
    return tuple(
        Log(start_ns + ms(note.after_ms), note.logger, note.level, note.text, note.extra) for note in notes
    )


def _crash_logs(planned: PlannedCall, answer: Answer) -> tuple[Log, ...]:
    call = planned.call
    if not call.crash:
        return ()
    source = f"{PACKAGES}/livekit/agents/voice/generation.py"
    frames = ((source, 1039, "_traceable_fnc_tool"), ("/app/agent.py", 64, call.tool))
    stacktrace = traceback(*frames, error=f"{UNEXPECTED}: {call.crash}")
    attributes = {
        "function": call.tool,
        "speech_id": answer.speech_id,
        **exception_attributes(UNEXPECTED, call.crash, stacktrace),
    }
    body = "exception occurred while executing tool"
    return (Log(planned.end_ns - ms(0.6), "livekit.agents", "ERROR", body, attributes, source),)
