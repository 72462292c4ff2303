"""How tables are emptied behind a test that needs real transactions: they hold a few rows, so those are deleted.

PostgreSQL's TRUNCATE gives each of two hundred tables and indexes a new file and waits for the disk, seconds for each
test. What Django would then make anew of its own models, in thirty commits, is not deleted in the first place.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate

KEPT = {"django_content_type", "auth_permission"}
NOBODY_WAITS = "SET LOCAL synchronous_commit = off;"


def flush_by_deleting() -> None:
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    operations = type(connection.ops)
    flush = operations.sql_flush

    def delete(self: Any, style: Any, tables: Sequence[str], **how: Any) -> list[str]:
        emptied = [table for table in tables if table not in KEPT]
        if connection.vendor == "sqlite":
            return flush(self, style, emptied, **how)
        return [NOBODY_WAITS, *(f"DELETE FROM {self.quote_name(table)};" for table in emptied)]

    operations.sql_flush = delete  # type: ignore[method-assign]
