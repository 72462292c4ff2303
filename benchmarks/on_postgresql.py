"""What benchmarks of a large project share: arguments, a database that may be filled and emptied, and their table."""

import os
import tempfile
from collections.abc import Callable

from benchmarks.rows import Row, finish, parser_of


def run(description: str | None, measured: Callable[[int, int], list[Row]], *, rounds: int) -> int:
    """`measured` is given how many sessions, and how often each thing is timed. Returns the exit code."""
    parser = parser_of(description)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=rounds)
    arguments = parser.parse_args()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        parser.error("DATABASE_URL has to name a PostgreSQL database that may be filled.")
    with tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        prepare()
        rows = measured(arguments.sessions, arguments.rounds)
    return finish(rows, as_json=arguments.json)


def prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def load_of(sessions: int) -> Row:
    figure = f"{sessions}; {os.getloadavg()[0]:.1f} / {os.cpu_count()}"
    return Row("sessions; load of the machine, for its cores", figure, "", True)
