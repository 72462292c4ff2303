from django.db import migrations, transaction

AT_ONCE = 2_000
HELD = (
    "SELECT 1 FROM observability_session WHERE id > %s AND id <= %s AND NOT is_named ORDER BY id FOR UPDATE"
)
KEPT = """
INSERT INTO observability_sessionnames (project_id, session_id, expires_at, names)
SELECT project_id, id, expires_at,
       job_id || '\n' || room_name || '\n' || room_id || '\n' || agent_name || '\n' || participant
FROM observability_session WHERE id > %s AND id <= %s AND NOT is_named AND status <> 'live' AND deleted_at IS NULL
"""
NAMED = """
UPDATE observability_session SET is_named = TRUE, has_audio = EXISTS (
    SELECT 1 FROM observability_recording WHERE session_id = observability_session.id)
WHERE id > %s AND id <= %s AND NOT is_named
      AND EXISTS (SELECT 1 FROM observability_sessionnames WHERE session_id = observability_session.id)
"""


def keep_names(apps, schema_editor):
    """Of sessions that are over, some at a time: each time is committed, so that nobody waits for all of them."""
    sessions = apps.get_model("observability", "Session")._base_manager
    newest = sessions.order_by("-pk").values_list("pk", flat=True).first() or 0
    for first in range(0, newest, AT_ONCE):
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            if schema_editor.connection.vendor == "postgresql":
                cursor.execute(HELD, [first, first + AT_ONCE])
            cursor.execute(KEPT, [first, first + AT_ONCE])
            cursor.execute(NAMED, [first, first + AT_ONCE])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("observability", "0024_words_are_looked_up_by_project")]

    operations = [migrations.RunPython(keep_names, migrations.RunPython.noop)]
