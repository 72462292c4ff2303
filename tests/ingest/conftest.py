from django.db import connection

from tests.sending import agent

__all__ = ["agent"]

OF_SQLITE, OF_POSTGRESQL = ["test_sqlite.py", "test_sqlite_turns.py"], ["test_postgresql.py"]
collect_ignore = OF_SQLITE if connection.vendor == "postgresql" else OF_POSTGRESQL
