"""Who, where and when: the head of a session, and the origin of its time axis."""

from collections.abc import Iterable

from observability.livekit.chat_items import ChatItem
from observability.livekit.identity import revelations
from observability.livekit.values import text
from observability.records import Record, SpanRecord, Value
from observability.timeline.context import RecordingFile
from observability.timeline.dialogue import Stretch
from observability.timeline.material import Material
from observability.timeline.model import SessionHead
from observability.timeline.totals import Heard, Recording


def head_of(material: Material, records: Iterable[Record], start_ns: int, last_ns: int) -> SessionHead:
    facts = revelations(records)
    known = [fact for job_id, fact in facts.items() if job_id] or list(facts.values())
    ended = next((fact for fact in known if fact.end_signal), None)
    return SessionHead(
        job_ids=tuple(job_id for job_id in facts if job_id),
        room_id=_first(fact.room_id for fact in known),
        room_name=_first(fact.room_name for fact in known),
        agent_name=_first(fact.agent_name for fact in known),
        participant_identity=_first(fact.participant_identity for fact in known),
        sdk=material.sdk,
        status=material.context.status,
        start_ns=start_ns,
        end_ns=None if material.is_live else material.context.ended_ns or last_ns,
        last_ns=last_ns,
        end_signal=ended.end_signal if ended is not None else "",
        close_reason=_close_reason(material),
        simulated=any(fact.simulated for fact in facts.values()),
        redaction=any(fact.redaction for fact in facts.values()),
        sip=_sip(material.named("agent_session")),
        traces=len({span["trace_id"] for span in material.spans}),
        service_name=material.service_name,
    )


def origin_ns(material: Material) -> int:
    """The pinned origin, else the earliest moment in spans, log lines, chat items, report and recording."""
    if material.context.origin_ns is not None:
        return material.context.origin_ns
    return min((ns for ns in _moments(material, first=True) if ns > 0), default=0)


def latest_ns(material: Material) -> int:
    return max(_moments(material, first=False), default=0)


def recording_of(material: Material) -> Recording | None:
    """The audio's place on the axis: the file's, else the header's (docs/contract.md §10)."""
    file = material.context.recording
    header = next((header for header in reversed(material.headers) if header["start_ns"]), None)
    if file is None and header is None:
        return None
    start_ns = (
        file.start_ns
        if file is not None and file.start_ns
        else header["start_ns"]
        if header is not None
        else 0
    )
    announced_ms = header.get("duration_ms", 0) if header is not None else 0
    return Recording(
        start_ns,
        file.duration_ms if file is not None else None,
        present=file is not None,
        announced_ms=float(announced_ms) or None,
        heard=_heard(file, start_ns),
    )


def _heard(file: RecordingFile | None, start_ns: int) -> Heard | None:
    if file is None or file.heard is None or not start_ns:
        return None
    agent = file.heard.agent
    return Heard(
        _stretches(file.heard.user, start_ns), None if agent is None else _stretches(agent, start_ns)
    )


def _stretches(in_file: Iterable[tuple[float, float]], start_ns: int) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(start_ns + round(from_ms * 1e6), start_ns + round(to_ms * 1e6)) for from_ms, to_ms in in_file
    )


def _moments(material: Material, *, first: bool) -> Iterable[int]:
    for span in material.spans:
        yield span["start_ns"] if first else span["end_ns"]
    for _kind, line in material.lines:
        yield line["time_ns"] or line["observed_ns"]
    for item in material.items:
        yield from _item_moments(item)
    for header in material.headers:
        yield header["start_ns"] + (
            0 if first else header.get("duration_ms", 0) * 1_000_000 * bool(header["start_ns"])
        )
    if material.report is not None:
        yield (material.report.started_ns if first else material.report.reported_ns) or 0
    if not material.spans and not material.items:
        yield from (point["start_ns"] if first else point["time_ns"] for point in material.points)


def _item_moments(item: ChatItem) -> Iterable[int]:
    moments = (item.created_ns, item.started_speaking_ns, item.stopped_speaking_ns)
    return (moment for moment in moments if moment is not None)


def _close_reason(material: Material) -> str:
    """Of the primary session, which closes last; its close is told by a span or by the summary."""
    told = [text(span["attributes"].get("lk.close_reason")) for span in material.named("session_close")]
    if told and told[-1]:
        return told[-1]
    return material.summary.close_reason if material.summary is not None else ""


def _sip(sessions: Iterable[SpanRecord]) -> dict[str, Value]:
    return {
        key.removeprefix("lk.pii.sip.").removeprefix("lk.sip."): value
        for span in sessions
        for key, value in span["attributes"].items()
        if key.startswith(("lk.sip.", "lk.pii.sip."))
    }


def _first(told: Iterable[str]) -> str:
    return next((word for word in told if word), "")
