from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddField,
    AlterField,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation

OURS = {"accounts", "projects", "observability"}
BEFORE_THIS_WAS_ASKED = {"0004_problems_of_recording_parts", "0005_sealed_journals"}


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


def test_former_version_can_go_on_while_a_migration_runs_unless_it_says_why_not():
    """docs/upgrade.md: what the former version writes has no value for a new column, and needs all old ones."""
    disturbing = [
        migration.name
        for migration in our_migrations()
        if any(disturbs(operation, migration) for operation in in_database(migration.operations))
        and not migration.__doc__
    ]

    assert set(disturbing) == BEFORE_THIS_WAS_ASKED


def in_database(operations: list[Operation]) -> list[Operation]:
    return [
        each
        for operation in operations
        for each in (
            in_database(operation.database_operations)
            if isinstance(operation, SeparateDatabaseAndState)
            else [operation]
        )
    ]


def disturbs(operation: Operation, migration: Migration) -> bool:
    if isinstance(operation, RemoveField | RenameField | RenameModel | DeleteModel):
        return True
    if not isinstance(operation, AddField) or operation.field.many_to_many:
        return False
    new = {each.name.lower() for each in migration.operations if isinstance(each, CreateModel)}
    needs_value = not operation.field.null and not operation.field.has_db_default()
    return needs_value and operation.model_name_lower not in new


@pytest.mark.django_db
def test_no_column_gets_another_type_while_the_former_version_has_its_statements_prepared():
    """docs/upgrade.md: PostgreSQL refuses them then. What must change its type becomes another column."""
    loader = MigrationLoader(None)

    assert [
        f"{migration.name}: {operation.model_name}.{operation.name}"
        for migration in our_migrations()
        for operation in in_database(migration.operations)
        if isinstance(operation, AlterField) and changes_type(operation, migration, loader)
    ] == []


def changes_type(operation: AlterField, migration: Migration, loader: MigrationLoader) -> bool:
    before = loader.project_state((migration.app_label, migration.name), at_end=False)
    former = before.models[migration.app_label, operation.model_name_lower].fields[operation.name]
    return bool(former.db_type(connection) != operation.field.db_type(connection))


@pytest.mark.django_db
def test_every_table_exists():
    tables = set(connection.introspection.table_names())

    assert {model._meta.db_table for app in OURS for model in apps.get_app_config(app).get_models()} <= tables
