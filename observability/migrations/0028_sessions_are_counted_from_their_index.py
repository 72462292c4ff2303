from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("observability.migrations.0024_words_are_looked_up_by_project")


class RemoveIndexConcurrently(migrations.RemoveIndex):
    """As Django's own of this name, and plainly on SQLite."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        state = from_state.models[app_label, self.model_name_lower]
        model = from_state.apps.get_model(app_label, self.model_name)
        index = state.get_index_by_name(self.name)
        schema_editor.remove_index(model, index, **BEFORE.concurrently(schema_editor))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        state = to_state.models[app_label, self.model_name_lower]
        model = to_state.apps.get_model(app_label, self.model_name)
        index = state.get_index_by_name(self.name)
        schema_editor.add_index(model, index, **BEFORE.concurrently(schema_editor))


class Migration(migrations.Migration):
    """Uploads go on meanwhile. What was left half made is made again; the index it replaces goes at the end."""

    atomic = False
    dependencies = [
        ("observability", "0027_whole_sessions_are_summarised"),
        ("projects", "0008_audit_of_person"),
    ]

    operations = [
        BEFORE.OnPostgreSQL(BEFORE.dropped("session_counted"), migrations.RunSQL.noop),
        BEFORE.AddIndexConcurrently(
            model_name="session",
            index=models.Index(
                fields=["project", "first_received_at"],
                include=(
                    "id",
                    "status",
                    "expires_at",
                    "is_simulated",
                    "agent_name",
                    "sdk_version",
                    "length_ms",
                    "error_count",
                    "slowest_answer_ms",
                ),
                name="session_counted",
            ),
        ),
        RemoveIndexConcurrently(model_name="session", name="session_by_arrival"),
    ]
