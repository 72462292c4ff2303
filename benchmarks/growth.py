"""What ten times as many stored sessions cost: ingest and reads of two servers side by side, in turns.

    python benchmarks/growth.py [--database sqlite|postgres] [--sessions 1000] [--times 10] [--rounds 5]

Both servers do the same, one after the other, so that a slow minute of the machine is a slow minute for both. It fails
if the larger one is slower by more than the goal, or if a read lacks a span or a span is missing. Goals are for the
ratio of medians; where the figures themselves differ from run to run by more than that, more rounds help.
"""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ingest import GOALS, arrival_rows, round_of, warm_up
from benchmarks.read import Reader, filled_anew, server_on
from benchmarks.rows import Row, at_most, finish, machine_row, none, parser_of, told
from benchmarks.servers import Server, wait_until_idle
from benchmarks.sessions import GeneratedSession, generated_sessions

MAX_TIMES = 1.15
READS = 20


class Grown:
    """A server that has so many sessions, and what was measured of it, a list of figures by name."""

    def __init__(self, server: Server, sessions: int) -> None:
        self.server = server
        self.copies, self.unsealed, self.spans = filled_anew(server, sessions)
        self.reader = Reader(server)
        self.sent: list[GeneratedSession] = []
        self.figures: dict[str, list[float]] = {}
        warm_up(server)

    def measure(self, sessions: int, seed: int) -> None:
        """One round. All figures are times: the less the better."""
        sent = round_of(self.server, list(generated_sessions(sessions, seed=seed)))
        self.sent += sent.sessions
        self.note("ingest, a span", [sent.outcome.wall_s * 1000 / sent.spans])
        self.note("processor time of ingest, a span", [sent.cpu_s * 1000 / sent.spans])
        wait_until_idle(self.server)
        reader, some = self.reader, self.copies[:READS]
        reader.connection.close()  # the server has, while the other one was measured; it is made anew
        self.note("a page of the list", [reader.page_of_list() for _ in range(READS)])
        self.note("snapshot", [reader.snapshot(each) for each in some])
        self.note("a whole session", [reader.whole(each, self.spans) for each in some])
        self.note("a whole one from the journal", [reader.whole(each, self.spans) for each in self.unsealed])

    def note(self, what: str, figures: list[float]) -> None:
        self.figures.setdefault(what, []).append(median(figures))


def main() -> int:
    arguments = parsed_arguments()
    with ExitStack() as life:
        few, many = (
            Grown(life.enter_context(server_on(arguments.database)), arguments.sessions * times)
            for times in (1, arguments.times)
        )
        for number in range(arguments.rounds):
            for grown in (few, many) if number % 2 else (many, few):
                grown.measure(arguments.sent, seed=1_000 + number)
        rows = [machine_row(), *rows_of(few, many, arguments)]
    return finish(rows, as_json=arguments.json)


def parsed_arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--database", choices=GOALS, default="postgres")
    parser.add_argument("--sessions", type=int, default=1_000, help="of the smaller server")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sent", type=int, default=24, help="sessions that are sent in each round")
    return parser.parse_args()


def rows_of(few: Grown, many: Grown, arguments: argparse.Namespace) -> list[Row]:
    rows = [none("reads that lack something", few.reader.lacking + many.reader.lacking)]
    rows += [row for grown in (few, many) for row in arrival_rows(grown.server, grown.sent)]
    for what, figures in few.figures.items():
        small, large = median(figures), median(many.figures[what])
        rows += [
            at_most(f"{what}: times slower with {arguments.times} × stored", large / small, MAX_TIMES),
            told(f"  with {arguments.sessions:,}", small, "ms"),
            told(f"  with {arguments.sessions * arguments.times:,}", large, "ms"),
        ]
    return rows


if __name__ == "__main__":
    sys.exit(main())
