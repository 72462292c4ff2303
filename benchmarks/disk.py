"""What a span takes at rest, rows and indexes included: in the journal, and once its session is sealed.

    python benchmarks/disk.py [--database sqlite|postgres] [--sessions 1000]

Sessions of spans alone, so that a span can be told from the rest; a sealed one has its row, archive, facts, names and
words besides its object. Each figure is what the disk takes more, divided by the spans that came.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.databases import KINDS, disk_bytes, empty_place
from benchmarks.fill import filled
from benchmarks.rows import Row, at_most, finish, parser_of, told

MAX_JOURNAL_BYTES, MAX_SEALED_BYTES = 1_000, 150
IN_JOURNAL = 40


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--sessions", type=int, default=1_000)
    arguments = parser.parse_args()
    with empty_place(arguments.database) as environment:
        rows = measured(environment, arguments.sessions)
    return finish(rows, as_json=arguments.json)


def measured(environment: dict[str, str], sessions: int) -> list[Row]:
    place = Path(environment["DATA_DIR"]), environment.get("DATABASE_URL", "")
    [spans] = filled(environment, sessions // 10, spans_only=1)["spans"]
    at_first = disk_bytes(*place)
    filled(environment, sessions, spans_only=1)
    sealed = disk_bytes(*place)
    filled(environment, sessions, spans_only=1, unsealed=IN_JOURNAL)
    with_journal = disk_bytes(*place)
    more = (sessions - sessions // 10) * spans
    return [
        told(f"spans sealed, in sessions of {spans}", more),
        at_most("bytes a span, sealed", (sealed - at_first) / more, MAX_SEALED_BYTES),
        at_most("bytes a span, journal", (with_journal - sealed) / (IN_JOURNAL * spans), MAX_JOURNAL_BYTES),
    ]


if __name__ == "__main__":
    sys.exit(main())
