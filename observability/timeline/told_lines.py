"""Lines of the log that a live timeline has: as much of them as it takes to build the rest anew without them."""

from collections.abc import Sequence
from dataclasses import dataclass

from observability.livekit.kept_spans import kept
from observability.livekit.log_kinds import Kind, kind_of
from observability.livekit.values import text
from observability.records import LogRecord, Record
from observability.timeline.failure_logs import speaks_of_failure
from observability.timeline.lines import moment_of
from observability.timeline.marks import LogLine
from observability.timeline.whereabouts import Whereabouts

Line = tuple[Kind, LogRecord]
Ids = tuple[str, str]
"""Of the span and the speech that a line names, "" if of none."""
NONE: Ids = ("", "")


@dataclass(frozen=True, slots=True)
class ToldLines:
    """Columns by the index of the line."""

    at_ns: tuple[int, ...]
    ids: tuple[Ids, ...]
    turns: tuple[int | None, ...]
    whole: tuple[Record, ...]
    """All records but the mere lines, in order of arrival, spans without what no timeline is made of."""
    whole_at: tuple[int, ...]
    """Indexes of those of them that are lines, in order."""

    def followed_by(self, lines: Sequence[LogLine]) -> "ToldLines":
        """Mere ones."""
        return ToldLines(
            at_ns=(*self.at_ns, *(line.at_ns for line in lines)),
            ids=(*self.ids, *map(ids_of, lines)),
            turns=(*self.turns, *(line.turn for line in lines)),
            whole=self.whole,
            whole_at=self.whole_at,
        )

    def turns_in(self, where: Whereabouts) -> tuple[int | None, ...]:
        return tuple(
            where.turn_of_span.get(span_id) or where.turn_of_speech.get(speech_id) or where.turn_at(at_ns)
            for at_ns, (span_id, speech_id) in zip(self.at_ns, self.ids, strict=True)
        )


def told_lines(lines: Sequence[LogLine], records: Sequence[Record]) -> ToldLines:
    """`records` are all that the lines were made of, without duplicates."""
    logs = [(kind_of(record), record) for record in records if record["signal"] == "log"]
    mere = {id(record) for kind, record in logs if is_mere((kind, record))}
    in_order = sorted((line for line in logs if is_line(line)), key=moment_of)
    return ToldLines(
        at_ns=tuple(line.at_ns for line in lines),
        ids=tuple(map(ids_of, lines)),
        turns=tuple(line.turn for line in lines),
        whole=tuple(kept(record for record in records if id(record) not in mere)),
        whole_at=tuple(index for index, line in enumerate(in_order) if not is_mere(line)),
    )


def is_line(line: Line) -> bool:
    return line[0] in ("runtime", "upload")


def is_mere(line: Line) -> bool:
    """A line that tells of no failure."""
    kind, record = line
    return kind == "upload" or (kind == "runtime" and not speaks_of_failure(record))


def ids_of(line: LogLine) -> Ids:
    speech_id = text(line.attributes.get("speech_id"))
    return (line.span_id, speech_id) if line.span_id or speech_id else NONE
