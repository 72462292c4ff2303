"""The purge of one day of thirty: how long it takes, and how much of the disk it gives back.

    python benchmarks/purge_day.py [--database sqlite|postgres] [--sessions 3000]

Sealed sessions are spread over thirty days, of which the oldest has expired. The purge is `manage.py purge`, which
rests between its steps for the sake of uploads; its own begin and end are told. What is given back is the disk before
less the disk after, against the day's part of what all sessions take. PostgreSQL keeps the room of deleted rows for new
ones: so a week goes by in which a day's number of sessions is filled in as the newest and the oldest day is purged, and
told is how much larger the disk is by the second of its days, and by each of the last. The first ones find little room:
what goes lies at one place in an index and what comes at another, and a page is free only once the next day's are
vacuumed. The VACUUM is one that its own autovacuum would have made. It fails if a living session goes or an expired one
stays.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.databases import KINDS, disk_bytes, empty_place, execute_on, expire_oldest, number_in
from benchmarks.fill import filled
from benchmarks.rows import Row, at_least, at_most, finish, machine_row, none, parser_of, told
from benchmarks.servers import manage

MAX_PURGE_S, LEAST_GIVEN_BACK = 1, 95
DAYS = 30
WEEK = 7
SETTLED = 3
"""Its last days, by which what is kept longer than a session is nearly all that grows: traces of deletions."""


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--sessions", type=int, default=3_000)
    arguments = parser.parse_args()
    with empty_place(arguments.database) as environment:
        rows = measured(environment, arguments.sessions)
    return finish(rows, as_json=arguments.json)


def measured(environment: dict[str, str], sessions: int) -> list[Row]:
    folder, database_url = Path(environment["DATA_DIR"]), environment.get("DATABASE_URL", "")
    filled(environment, 0)
    empty, empty_files = disk_bytes(folder, database_url), disk_bytes(folder / "media")
    made = filled(environment, sessions, days=DAYS, age_days=1)
    full, full_files = disk_bytes(folder, database_url), disk_bytes(folder / "media")
    run = json.loads(manage(environment, "purge", "--force", "--json"))
    after, after_files = disk_bytes(folder, database_url), disk_bytes(folder / "media")
    took = datetime.fromisoformat(run["ended_at"]) - datetime.fromisoformat(run["begun_at"])
    left = number_in(folder, database_url, "SELECT COUNT(*) FROM observability_session")
    week = week_of(environment, sessions, made["expired"])
    second, settled = week[1] - week[0], (week[-1] - week[-1 - SETTLED]) / SETTLED
    part = made["expired"] / (made["kept"] - len(made["templates"]))
    of_files = given_back(full_files, after_files, empty_files, part)
    day = (full - empty) * part
    return [
        machine_row(),
        told("sessions of the day", made["expired"]),
        at_most("seconds of purge", took.total_seconds(), MAX_PURGE_S, "s"),
        at_least("of its files given back", of_files, LEAST_GIVEN_BACK, "%"),
        at_least("of all its disk given back", given_back(full, after, empty, part), LEAST_GIVEN_BACK, "%"),
        at_least(
            "given back, or used again by as many sessions", 100 - 100 * second / day, LEAST_GIVEN_BACK, "%"
        ),
        at_least("  by the last days of a week", 100 - 100 * settled / day, LEAST_GIVEN_BACK, "%"),
        none("living sessions gone, and expired ones left", abs(left - (made["kept"] - made["expired"]))),
    ]


def week_of(environment: dict[str, str], sessions: int, of_a_day: int) -> list[int]:
    """What the disk takes, day by day, with as many sessions as before."""
    taken = [refilled(environment, sessions)]
    while len(taken) < WEEK:
        expire_oldest(Path(environment["DATA_DIR"]), environment.get("DATABASE_URL", ""), of_a_day)
        manage(environment, "purge", "--force")
        taken.append(refilled(environment, sessions))
    return taken


def refilled(environment: dict[str, str], sessions: int) -> int:
    """What the disk takes with as many sessions as before."""
    folder, database_url = Path(environment["DATA_DIR"]), environment.get("DATABASE_URL", "")
    if database_url:
        execute_on(database_url, "VACUUM")
    filled(environment, sessions, days=1)
    return disk_bytes(folder, database_url)


def given_back(full: int, after: int, empty: int, part: float) -> float:
    """Percent of the day's part of the disk."""
    return 100 * (full - after) / ((full - empty) * part)


if __name__ == "__main__":
    sys.exit(main())
