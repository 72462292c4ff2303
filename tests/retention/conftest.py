from django.db import connection

from tests.api.conftest import answers_are_closed, replay, script, talk
from tests.recordings.conftest import accept, no_sweeper
from tests.recordings.test_bucket import server, use_bucket
from tests.sending import agent

__all__ = [
    "accept",
    "agent",
    "answers_are_closed",
    "no_sweeper",
    "replay",
    "script",
    "server",
    "talk",
    "use_bucket",
]

collect_ignore = (
    ["test_sqlite.py"] if connection.vendor == "postgresql" else ["test_pace.py", "test_postgresql.py"]
)
