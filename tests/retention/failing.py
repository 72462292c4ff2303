"""A database and a storage that refuse, by means of their own."""

from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.test import override_settings

from tests.retention.test_erase import DOWN


@contextmanager
def refused_deletes(table: str):
    """As a full disk or a broken index would: each row's deletion from this table fails."""
    create, drop = TRIGGERS[connection.vendor]
    with connection.cursor() as cursor:
        for statement in create:
            cursor.execute(statement.format(table=table))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(drop.format(table=table))


TRIGGERS = {
    "sqlite": (
        ["CREATE TRIGGER refuse BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'refused'); END"],
        "DROP TRIGGER refuse",
    ),
    "postgresql": (
        [
            """CREATE OR REPLACE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
            "CREATE TRIGGER refuse BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refused()",
        ],
        "DROP TRIGGER refuse ON {table}",
    ),
}


@contextmanager
def storage_is_down():
    options = {"bucket_name": "talks", "endpoint_url": DOWN, "access_key": "a", "secret_key": "b"}
    bucket = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    with override_settings(STORAGES=settings.STORAGES | {"default": bucket}):
        yield
