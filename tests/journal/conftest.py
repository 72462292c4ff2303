from django.db import connection

from tests.pages.conftest import front_desk, replay
from tests.sending import agent

__all__ = ["agent", "front_desk", "replay"]

collect_ignore = [] if connection.vendor == "postgresql" else ["test_leaning.py", "test_postgresql.py"]
