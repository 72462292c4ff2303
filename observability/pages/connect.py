"""How to point an agent at this project, and a check that turns green when its first data arrive."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from observability.livekit.identity import is_of_livekit
from observability.models import Signal
from observability.pages.wording import count
from observability.queries.arrivals import Arrival, Arrivals, arrivals_of
from projects.access import may_add, may_administer, project_for_insider
from projects.members import admins_of
from projects.models import Project
from projects.pages.frame import page, signed_in

WAITING_REFRESH_S, SETTLED_REFRESH_S = 2, 10
PLACEHOLDER_KEY, PLACEHOLDER_SECRET = "your LiveKit API key", "your LiveKit API secret"
PLACEHOLDER_TOKEN = "YOUR-INGEST-TOKEN"  # noqa: S105  # it opens nothing
"""Words, so that nobody who copies the lines takes them for the secret itself."""
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
IN_A_CONTAINER = "host.docker.internal"
"""What this machine is called there; its own names lead back into the container."""
UNITS = {Signal.TRACES: "span", Signal.LOGS: "record", Signal.METRICS: "point", Signal.RECORDING: "item"}
SWITCHES = {
    Signal.TRACES: {"traces"},
    Signal.LOGS: {"logs"},
    Signal.METRICS: {"metrics"},
    Signal.RECORDING: {"audio", "transcript"},
}
"""With all of these off nothing of the signal is kept."""
SWITCHED_OFF = "switched off under Data and privacy"
WAITING_WORDS = {
    Signal.TRACES: "waiting; a span is sent when it has ended",
    Signal.LOGS: "waiting; sent every few seconds",
    Signal.METRICS: "waiting; sent every 30 to 60 seconds and at the end",
    Signal.RECORDING: "expected after the session ends",
}
OF_OTHER_SENDERS = WAITING_WORDS | {
    Signal.LOGS: "none so far",
    Signal.METRICS: "none so far that names the session",
    Signal.RECORDING: "only LiveKit’s SDKs send one",
}
"""Of a session that is no LiveKit job's."""


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    name: str
    has_come: bool
    words: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RefusalNote:
    message: str
    advice: str
    key: str
    uploads: str
    is_after_data: bool
    last_at: datetime


ADVICE = {
    "unknown-key": "Register this key under API keys, or correct LIVEKIT_API_KEY in the agent’s environment.",
    "wrong-secret": (
        "The agent signs with another secret than the one kept here. Correct LIVEKIT_API_SECRET in its"
        " environment; if it is right there, revoke the key and register the pair again."
    ),
    "ambiguous-key": (
        "Several projects have a key of this name. Set LIVEKIT_OBSERVABILITY_URL to this project’s address, as above."
    ),
    "expired-token": (
        "Node’s SDK signs once and cannot send beyond six hours. If the agent has only just begun, its clock"
        " and this server’s differ: set both by NTP."
    ),
    "no-token": "Something sends without signing. Is it an agent with the SDK versions named above?",
    "bad-token": "The signature cannot be read. Is it an agent with the SDK versions named above?",
    "missing-grant": "The token may not write observability data: the SDK is too old, or something else is sending.",
    "unknown-token": "Make an ingest token under API keys, and set it in OTEL_EXPORTER_OTLP_HEADERS.",
    "missing-scope": "This token only reads. Make one with the scope ingest under API keys.",
    "recording-disabled": "Agent observability is switched off under Data and privacy.",
    "over-quota": (
        "This month’s quota of the plan is used up. Sessions that have begun go on; Plan and usage says what helps."
    ),
    "too-many-uploads": (
        "The plan allows fewer uploads a minute. Agents repeat each for some 10 s; a larger plan takes more."
    ),
    "no-such-endpoint": (
        "The address is not quite right. Copy LIVEKIT_OBSERVABILITY_URL as it stands here, with nothing after it."
    ),
    "too-large": (
        "One upload was larger than this server accepts. An operator can raise the limit that the message names."
    ),
}
OTHER_ADVICE = (
    "The message above says what the server did not accept. Check the agent’s version and its environment."
)


@require_safe
@signed_in
def connect(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_insider(request.user, slug)
    key = project.api_keys.filter(revoked_at=None).first()
    host = urlsplit(settings.BASE_URL).hostname or ""
    named = check_context(project) | {
        "base_url": base_url_of(project),
        "server_url": settings.BASE_URL,
        "api_key": key.key if key else "",
        "is_key_generated": bool(key and key.is_generated),
        "is_key_known": bool(key and (key.last_used_at or not key.is_generated)),
        "shown_key": key.key if key else PLACEHOLDER_KEY,
        "shown_secret": PLACEHOLDER_SECRET,
        "shown_token": PLACEHOLDER_TOKEN,
        "this_host": host,
        "is_on_this_machine": host in THIS_MACHINE,
        "container_url": in_a_container(base_url_of(project)),
        "admins": [] if may_administer(project, request.user) else admins_of(project),
    }
    return page(request, "observability/connect.html", project, section="connect", place="connect", **named)


@require_safe
@signed_in
def connect_check(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_insider(request.user, slug)
    named = check_context(project) | {
        "project": project,
        "base_url": base_url_of(project),
        "may_add": may_add(project, request.user),
    }
    return render(request, "observability/_connect_check.html", named)


def check_context(project: Project) -> dict[str, Any]:
    arrivals = arrivals_of(project)
    newest = arrivals.newest_session
    is_of_others = newest is not None and not is_of_livekit(newest.job_id, newest.room_id)
    waiting = OF_OTHER_SENDERS if is_of_others else WAITING_WORDS
    return {
        "newest_session": newest,
        "arrival_rows": [
            arrival_row(arrival, arrivals.switched_off, waiting) for arrival in arrivals.signals
        ],
        "refusal": refusal_note(arrivals),
        "refresh_every_s": SETTLED_REFRESH_S if arrivals.have_begun else WAITING_REFRESH_S,
    }


def arrival_row(
    arrival: Arrival, switched_off: AbstractSet[str], waiting: Mapping[Signal, str]
) -> ArrivalRow:
    signal = Signal(arrival.signal)
    missing = SWITCHED_OFF if SWITCHES[signal] <= switched_off else waiting[signal]
    words = count(arrival.records, UNITS[signal]) if arrival.records else missing
    return ArrivalRow(str(signal.label), bool(arrival.records), words, arrival.last_at)


def refusal_note(arrivals: Arrivals) -> RefusalNote | None:
    refusal = arrivals.last_refusal
    if refusal is None or not arrivals.refusal_is_newer:
        return None
    return RefusalNote(
        refusal.message,
        ADVICE.get(refusal.reason, OTHER_ADVICE),
        refusal.key,
        refused_words(arrivals.refused),
        arrivals.have_begun,
        refusal.last_at,
    )


def refused_words(refused: Mapping[str, int]) -> str:
    """`11 refused for this reason (7 logs, 2 traces, 1 metrics, 1 recording)`"""
    of_signals = ", ".join(f"{number:,} {signal}" for signal, number in refused.items() if signal)
    return f"{sum(refused.values()):,} refused for this reason" + (f" ({of_signals})" if of_signals else "")


def base_url_of(project: Project) -> str:
    return f"{settings.BASE_URL}/p/{project.slug}"


def in_a_container(url: str) -> str:
    """The same address as seen from a container beside this server."""
    parts = urlsplit(url)
    if parts.hostname not in THIS_MACHINE:
        return url
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"{IN_A_CONTAINER}{port}").geturl()
