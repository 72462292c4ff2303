from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

OURS = {"accounts", "projects", "observability"}


def our_migrations() -> list[Migration]:
    loader = MigrationLoader(None)
    return [migration for (app, _), migration in loader.disk_migrations.items() if app in OURS]


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_migrations_are_named_by_what_they_do():
    assert [migration.name for migration in our_migrations() if "auto" in migration.name] == []


def test_no_migration_changes_both_schema_and_data():
    def kinds(migration: Migration) -> set[bool]:
        return {isinstance(operation, RunPython) for operation in migration.operations}

    assert [migration.name for migration in our_migrations() if len(kinds(migration)) > 1] == []


def test_every_migration_can_be_undone_or_says_why_not():
    def is_one_way(migration: Migration) -> bool:
        return any(
            isinstance(operation, RunPython | RunSQL) and not operation.reversible
            for operation in migration.operations
        )

    assert [
        migration.name for migration in our_migrations() if is_one_way(migration) and not migration.__doc__
    ] == []


@pytest.mark.django_db
def test_every_table_exists():
    tables = set(connection.introspection.table_names())

    assert {model._meta.db_table for app in OURS for model in apps.get_app_config(app).get_models()} <= tables
