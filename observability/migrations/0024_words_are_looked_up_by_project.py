from django.db import migrations, models

WORDS = """
CREATE OR REPLACE FUNCTION observability_words(project_id bigint, words text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
BEGIN
    RETURN array_to_tsvector(string_to_array(
        project_id || ':' || replace(words, ' ', ' ' || project_id || ':'), ' '));
END $$
"""
PIECES = """
CREATE OR REPLACE FUNCTION observability_pieces(project_id bigint, names text, shortest int) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
BEGIN
    RETURN (
        SELECT array_agg(DISTINCT project_id || ':' || substr(upper(names), at, size))
        FROM generate_series(1, length(names)) AS at, generate_series(shortest, 3) AS size
        WHERE at + size - 1 <= length(names)
    );
END $$
"""
BY_PROJECT = """
CREATE INDEX CONCURRENTLY said_line_words_of_project ON observability_saidline
USING gin (observability_words(project_id, words))
"""
BY_WORD = """
CREATE INDEX CONCURRENTLY said_line_words ON observability_saidline
USING gin (array_to_tsvector(string_to_array(words, ' ')))
"""
OF_NAMES = """
CREATE INDEX CONCURRENTLY session_names_pieces ON observability_sessionnames
USING gin (observability_pieces(project_id, names, 1))
"""


class OnPostgreSQL(migrations.RunSQL):
    """SQLite reads the project's rows instead (docs/decisions/0023-words-are-found-in-their-own-rows.md)."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class AddIndexConcurrently(migrations.AddIndex):
    """As Django's own of this name, and plainly on SQLite."""

    atomic = False

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.add_index(model, self.index, **concurrently(schema_editor))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        schema_editor.remove_index(model, self.index, **concurrently(schema_editor))


def concurrently(schema_editor):
    return {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}


def dropped(name):
    return f"DROP INDEX CONCURRENTLY IF EXISTS {name}"


class Migration(migrations.Migration):
    """Of large tables, and without making anybody wait. What was left half made is made again."""

    atomic = False
    dependencies = [("observability", "0023_names_of_sessions_are_looked_up")]

    operations = [
        OnPostgreSQL(WORDS, "DROP FUNCTION observability_words"),
        OnPostgreSQL(PIECES, "DROP FUNCTION observability_pieces"),
        OnPostgreSQL(dropped("said_line_words_of_project"), migrations.RunSQL.noop),
        OnPostgreSQL(BY_PROJECT, dropped("said_line_words_of_project")),
        OnPostgreSQL(dropped("session_names_pieces"), migrations.RunSQL.noop),
        OnPostgreSQL(OF_NAMES, dropped("session_names_pieces")),
        OnPostgreSQL(dropped("session_not_named"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="session",
            index=models.Index(
                condition=models.Q(("is_named", False)), fields=["project"], name="session_not_named"
            ),
        ),
        OnPostgreSQL(dropped("session_of_audio"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="session",
            index=models.Index(fields=["project", "has_audio", "-id"], name="session_of_audio"),
        ),
        OnPostgreSQL(dropped("said_line_words"), BY_WORD),
    ]
