"""A live timeline that is built anew without the lines of the log that it has, which are two of three of its records,
and out of spans that have been read before.

As pure as `build`, and exact as well: what the lines decide is put right afterwards, or all of it is declined.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from observability.livekit.log_kinds import kind_of
from observability.records import Record
from observability.timeline.build import build
from observability.timeline.context import SessionContext
from observability.timeline.dedupe import unique
from observability.timeline.growing import Growing
from observability.timeline.lines import moment_of
from observability.timeline.model import SessionHead, Timeline
from observability.timeline.told_lines import ToldLines, is_line, told_lines
from observability.timeline.whereabouts import whereabouts

TOLD_BY_RECORDS = (
    *("job_ids", "room_id", "room_name", "agent_name", "participant_identity"),
    *("sdk", "simulated", "redaction"),
)
"""Of the head, what any record may be the first to tell; not the lines, if it is the same without them."""


@dataclass(frozen=True, slots=True)
class Rejoined:
    growing: Growing
    timeline: Timeline
    """Of its lines the new ones alone."""


def rejoined(
    growing: Growing, batches: Iterable[Iterable[Record]], *, context: SessionContext
) -> Rejoined | None:
    """With what `batches` bring.

    None if new lines do not follow the told ones, or if those may tell what nothing else does.
    """
    told = growing.told
    if told is None or context.origin_ns is not None:
        return None
    records = unique([told.whole, *batches])
    known = set(map(id, told.whole))
    new = [record for record in records if record["signal"] == "log" and id(record) not in known]
    lines = [line for line in ((kind_of(record), record) for record in new) if is_line(line)]
    if lines and min(map(moment_of, lines)) <= growing.latest_line_ns:
        return None
    rest = build([records], context=context)
    if len(rest.logs) != len(told.whole_at) + len(lines) or not _is_alike(growing, told, rest):
        return None
    return _joined(growing, told, rest, records)


def _is_alike(growing: Growing, told: ToldLines, rest: Timeline) -> bool:
    head, before = rest.session, growing.head
    return (
        head.status == "live"
        and all(getattr(head, name) == getattr(before, name) for name in TOLD_BY_RECORDS)
        and _start_ns(head, told) == before.start_ns
        and len(rest.agents) > 0
        and rest.agents[-1].end_ns == head.last_ns
    )


def _start_ns(head: SessionHead, told: ToldLines) -> int:
    return min((ns for ns in (head.start_ns, *told.at_ns) if ns > 0), default=0)


def _joined(growing: Growing, told: ToldLines, rest: Timeline, records: Sequence[Record]) -> Rejoined:
    count, kept, head = len(told.at_ns), len(told.whole_at), rest.session
    last_ns = max(head.last_ns, growing.latest_line_ns)
    at = (*told.whole_at, *range(count, count + len(rest.logs) - kept))
    counts, logs = rest.figures.counts, growing.completeness["logs"]
    more = {name: counts[name] + count - kept for name in ("logs", "log_records")}
    timeline = replace(
        rest,
        session=replace(head, start_ns=growing.head.start_ns, last_ns=last_ns),
        agents=(*rest.agents[:-1], replace(rest.agents[-1], end_ns=last_ns)),
        errors=tuple(
            replace(failure, log_indexes=tuple(at[index] for index in failure.log_indexes))
            for failure in rest.errors
        ),
        logs=tuple(replace(line, index=at[line.index]) for line in rest.logs[kept:]),
        figures=replace(rest.figures, counts={**counts, **more}),
        completeness={**rest.completeness, "logs": replace(logs, count=more["logs"])},
    )
    return Rejoined(_growing(growing, told, timeline, records), timeline)


def _growing(growing: Growing, told: ToldLines, timeline: Timeline, records: Sequence[Record]) -> Growing:
    speeches = {speech.speech_id: speech.turn for speech in timeline.speeches}
    where = whereabouts(timeline.turns, timeline.agents, timeline.spans, speeches)
    new = told_lines(timeline.logs, records)
    count, kept = len(told.at_ns), len(told.whole_at)
    now = ToldLines(
        at_ns=(*told.at_ns, *new.at_ns),
        ids=(*told.ids, *new.ids),
        turns=(*told.turns_in(where), *new.turns),
        whole=new.whole,
        whole_at=(*told.whole_at, *(index - kept + count for index in new.whole_at[kept:])),
    )
    return Growing(
        head=timeline.session,
        agents=timeline.agents,
        figures=timeline.figures,
        completeness=timeline.completeness,
        where=where,
        latest_line_ns=now.at_ns[-1],
        new_lines=timeline.logs,
        told=now,
    )
