from django.db import connection

from tests.sending import agent

__all__ = ["agent"]

collect_ignore = [] if connection.vendor == "postgresql" else ["test_postgresql.py"]
