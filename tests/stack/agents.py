"""Agents that upload to the stack."""

import threading
import time
from dataclasses import dataclass, field
from typing import Self

from tests.captured import CapturedRequest, captured
from tests.sending import PROTOBUF, spans, token
from tests.stack.production import Answer, Stack

TRACES = "/observability/traces/otlp/v0"
LOGS = "/observability/logs/otlp/v0"
RECORDINGS = "/observability/recordings/v0"


def bearer(stack: Stack) -> str:
    return "Bearer " + token(key=stack.project["api_key"], secret=stack.project["api_secret"])


def upload(stack: Stack, path: str, body: bytes, *, timeout_s: float = 60, **headers: str) -> Answer:
    """To the address of the project, signed with its pair."""
    named = {"Content_Type": PROTOBUF, "Authorization": bearer(stack)} | headers
    return stack.ask(f"/p/demo{path}", body, timeout_s=timeout_s, **named)


def replay(stack: Stack, run: str) -> list[int]:
    """All requests of a captured run, in their order; the statuses of the answers."""
    return [replayed(stack, request).status for request in captured(run)]


def replayed(stack: Stack, request: CapturedRequest) -> Answer:
    headers = {"Content_Type": request.content_type, "User_Agent": request.header("user-agent")}
    if encoding := request.header("content-encoding"):
        headers["Content_Encoding"] = encoding
    return upload(stack, request.path, request.body, **headers)


@dataclass
class SteadyAgent:
    """Sends a span every 50 ms, each once, and waits for each answer as long as an exporter would."""

    stack: Stack
    job: str
    statuses: list[int] = field(default_factory=list)
    slowest_s: float = 0.0
    is_over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self.send_all, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.thread.join(30)

    def send_all(self) -> None:
        while not self.is_over.is_set():
            number = len(self.statuses) + 1
            body = spans(f"span {number}", job=self.job, first_id=number)
            answer = upload(self.stack, TRACES, body, timeout_s=10)
            self.statuses.append(answer.status)
            self.slowest_s = max(self.slowest_s, answer.seconds)
            time.sleep(0.05)
