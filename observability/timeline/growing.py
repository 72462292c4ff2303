"""A live timeline to which lines of the log come, which five of six uploads bring and nothing else.

A shortcut of `build`, and as pure: it adds what `build` would have made of all records anew, or declines.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from observability.livekit.identity import revelations
from observability.livekit.log_kinds import kind_of
from observability.livekit.sdk import sdk_of
from observability.records import Record
from observability.timeline.dedupe import unique
from observability.timeline.lines import lines_of, moment_of
from observability.timeline.marks import AgentStretch, LogLine
from observability.timeline.model import SessionHead, Timeline
from observability.timeline.told_lines import Line, ToldLines, is_mere
from observability.timeline.totals import Completeness, Figures
from observability.timeline.whereabouts import Whereabouts, whereabouts
from observability.timeline.words import Signal


@dataclass(frozen=True, slots=True)
class Growing:
    """What is to be known of a timeline so that lines can be added to it; not the lines that it has."""

    head: SessionHead
    agents: Sequence[AgentStretch]
    figures: Figures
    completeness: Mapping[Signal, Completeness]
    where: Whereabouts
    latest_line_ns: int
    new_lines: tuple[LogLine, ...] = ()
    """Those that came last."""
    told: ToldLines | None = None
    """None if all can only be read again."""


def growing_of(timeline: Timeline, told: ToldLines | None = None) -> Growing | None:
    """None where a line may change more than `with_lines` does: as the first, after the end, in several jobs."""
    head, agents = timeline.session, timeline.agents
    is_settled = head.status == "live" and head.start_ns > 0 and head.sdk.language and len(head.job_ids) == 1
    if not (is_settled and timeline.logs and agents and agents[-1].end_ns == head.last_ns):
        return None
    speeches = {speech.speech_id: speech.turn for speech in timeline.speeches}
    return Growing(
        head=head,
        agents=agents,
        figures=timeline.figures,
        completeness=timeline.completeness,
        where=whereabouts(timeline.turns, agents, timeline.spans, speeches),
        latest_line_ns=timeline.logs[-1].at_ns,
        told=told,
    )


def with_lines(growing: Growing, batches: Iterable[Iterable[Record]]) -> Growing | None:
    """With what these uploads bring; None if that is anything but lines which follow the others and tell of no failure.

    Of lines that are later than all others none can be one of them again, or have its key.
    """
    records = unique(batches)
    lines = [(kind_of(record), record) for record in records if record["signal"] == "log"]
    lines.sort(key=moment_of)
    if not lines or len(lines) < len(records) or not all(map(is_mere, lines)):
        return None
    if moment_of(lines[0]) <= max(growing.latest_line_ns, growing.head.start_ns) or _tells_more(
        growing.head, records
    ):
        return None
    return _grown(growing, lines)


def _tells_more(head: SessionHead, records: Sequence[Record]) -> bool:
    """Than is known of the session."""
    return (sdk_of(records).version != "") or any(
        job_id not in ("", *head.job_ids)
        or (fact.room_id != "" and not head.room_id)
        or (fact.agent_name != "" and not head.agent_name)
        or (fact.simulated and not head.simulated)
        or (fact.redaction and not head.redaction)
        for job_id, fact in revelations(records).items()
    )


def _grown(growing: Growing, lines: Sequence[Line]) -> Growing:
    counts, logs = growing.figures.counts, growing.completeness["logs"]
    last_ns = max(growing.head.last_ns, moment_of(lines[-1]))
    more = {name: counts[name] + len(lines) for name in ("logs", "log_records")}
    new_lines = lines_of(lines, growing.where, first=counts["logs"])
    return replace(
        growing,
        head=replace(growing.head, last_ns=last_ns),
        agents=(*growing.agents[:-1], replace(growing.agents[-1], end_ns=last_ns)),
        figures=replace(growing.figures, counts={**counts, **more}),
        completeness={**growing.completeness, "logs": replace(logs, count=logs.count + len(lines))},
        latest_line_ns=moment_of(lines[-1]),
        new_lines=new_lines,
        told=growing.told.followed_by(new_lines) if growing.told else None,
    )
