"""What so many sessions a day need, computed from what was measured; nothing is run. Prices are the reader's own.

    python benchmarks/scaling.py [--sessions 1000 10000 100000 1000000] [--minutes 5] [--busiest 3]
        [--retention-days 30] [--core 20 --disk-gb 0.10 --bucket-gb 0.023 --puts-1000 0.005]

Prices are for a month (a core, a GB of disk, a GB in the bucket) and for a thousand objects written.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

DAY_S = 86_400
MONTH_DAYS = 30
BUSY = 0.5
"""Of a core, in the busiest hour: the rest is for restarts, bursts and whoever reads."""


@dataclass(frozen=True, slots=True)
class Session:
    """One of five minutes, as measured; of other lengths in proportion."""

    uploads: float = 324
    """benchmarks/at_rest.py: traces every 5 s and logs every second, as the SDKs send them; 541 spans, 796 lines."""
    web_ms: float = 1.5
    """An upload's processor time in web, nginx included (benchmarks/nodes.py)."""
    postgresql_ms: float = 0.4
    """And in PostgreSQL."""
    journal_kb: float = 366
    kept_kb: float = 64
    """benchmarks/at_rest.py; rows of the session, its facts and its words."""
    archive_kb: float = 140
    """94 bytes a span, 115 a line (docs/archive-format.md): at_rest.py's own repeats itself, and is a third of it."""
    audio_kb: float = 5_000
    """Two channels of Opus, 1 MB a minute (the real SDKs')."""
    worker_ms: float = 200
    """Summary, facts and archive (benchmarks/at_rest.py)."""
    peaks_ms: float = 1_200
    """Waveform and speech, 250 times faster than the recording runs (benchmarks/peaks.py)."""
    wal_kb: float = 920
    """Of uploads alone, for PostgreSQL's log, its standbys and its backup (benchmarks/churn.py)."""
    objects: int = 3
    """Archive, recording, peaks."""


@dataclass(frozen=True, slots=True)
class Load:
    a_day: int
    minutes: float
    busiest: float
    retention_days: int
    each: Session

    @property
    def size(self) -> float:
        return self.minutes / 5

    @property
    def uploads_per_s(self) -> float:
        return self.a_day * self.each.uploads * self.size * self.busiest / DAY_S

    @property
    def calls(self) -> float:
        return self.a_day * self.minutes * 60 * self.busiest / DAY_S

    @property
    def sessions_per_s(self) -> float:
        return self.a_day * self.busiest / DAY_S

    @property
    def web_cores(self) -> float:
        return self.uploads_per_s * self.each.web_ms / 1000 / BUSY

    @property
    def postgresql_cores(self) -> float:
        return self.uploads_per_s * self.each.postgresql_ms / 1000 / BUSY

    @property
    def worker_cores(self) -> float:
        return self.sessions_per_s * self.size * (self.each.worker_ms + self.each.peaks_ms) / 1000 / BUSY

    @property
    def web_processes(self) -> int:
        return max(2, round(self.web_cores + 0.5))

    @property
    def connections(self) -> int:
        """Eight threads in each process of web; workers, live and beat have one or two each."""
        return self.web_processes * 8 + 2 * (max(2, round(self.worker_cores + 0.5)) + 2)

    @property
    def journal_gb(self) -> float:
        """Of calls that run, half of each in the mean, and of those to be sealed; half as much of dead rows."""
        alive = self.sessions_per_s * (self.minutes * 60 / 2 + 180)
        return alive * self.each.journal_kb * self.size * 1.5 / 1e6

    def gb_a_day(self, kb: float) -> float:
        return self.a_day * kb * self.size / 1e6

    @property
    def disk_gb(self) -> float:
        return self.journal_gb + self.gb_a_day(self.each.kept_kb) * self.retention_days

    @property
    def bucket_gb(self) -> float:
        return self.gb_a_day(self.each.archive_kb + self.each.audio_kb) * self.retention_days

    @property
    def puts_a_month(self) -> float:
        return self.a_day * self.each.objects * MONTH_DAYS

    def cost(self, prices: argparse.Namespace) -> float:
        cores = self.web_cores + self.postgresql_cores + self.worker_cores
        stored = self.disk_gb * prices.disk_gb + self.bucket_gb * prices.bucket_gb
        return float(cores * prices.core + stored + self.puts_a_month / 1000 * prices.puts_1000)


def rows(prices: argparse.Namespace) -> dict[str, Callable[[Load], str]]:
    return {
        "sessions a day": lambda load: f"{load.a_day:,}",
        "calls at one moment, busiest hour": lambda load: figure(load.calls),
        "uploads a second": lambda load: figure(load.uploads_per_s),
        "cores of web and nginx": lambda load: figure(load.web_cores),
        "cores of PostgreSQL": lambda load: figure(load.postgresql_cores),
        "cores of workers": lambda load: figure(load.worker_cores),
        "processes of web": lambda load: f"{load.web_processes}",
        "connections without a pooler": lambda load: f"{load.connections}",
        "journal, GB": lambda load: figure(load.journal_gb),
        "rows kept, GB a day": lambda load: figure(load.gb_a_day(load.each.kept_kb)),
        "write-ahead log, GB a day": lambda load: figure(load.gb_a_day(load.each.wal_kb)),
        "archive, GB a day": lambda load: figure(load.gb_a_day(load.each.archive_kb)),
        "audio, GB a day": lambda load: figure(load.gb_a_day(load.each.audio_kb)),
        "PostgreSQL's disk in all, GB": lambda load: figure(load.disk_gb),
        "bucket in all, GB": lambda load: figure(load.bucket_gb),
        "objects written a month": lambda load: f"{load.puts_a_month:,.0f}",
        "cost a month": lambda load: figure(load.cost(prices)),
    }


def figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def main() -> int:
    arguments = parsed_arguments()
    loads = [
        Load(a_day, arguments.minutes, arguments.busiest, arguments.retention_days, Session())
        for a_day in arguments.sessions
    ]
    for number, (what, told) in enumerate(rows(arguments).items()):
        print(f"| {what} | " + " | ".join(told(load) for load in loads) + " |")
        if number == 0:
            print("|---" * (len(loads) + 1) + "|")
    return 0


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--minutes", type=float, default=5, help="of a session, in the mean")
    parser.add_argument("--busiest", type=float, default=3, help="hour of the day, in mean hours")
    parser.add_argument("--retention-days", type=int, default=30)
    for name, price in {"core": 0.0, "disk-gb": 0.0, "bucket-gb": 0.0, "puts-1000": 0.0}.items():
        parser.add_argument(f"--{name}", type=float, default=price, help="price")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
