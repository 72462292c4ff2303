from typing import Any

from django.db import migrations

PAYLOADS_IN_ROWS = """
    ALTER TABLE observability_batch ALTER COLUMN payload SET STORAGE EXTERNAL;
    ALTER TABLE observability_batch SET (toast_tuple_target = 8160);
    ALTER TABLE observability_session SET (fillfactor = 70);
"""
AS_BEFORE = """
    ALTER TABLE observability_batch ALTER COLUMN payload SET STORAGE EXTENDED;
    ALTER TABLE observability_batch RESET (toast_tuple_target);
    ALTER TABLE observability_session RESET (fillfactor);
"""


def on_postgresql(statements: str) -> Any:
    def alter(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements)

    return alter


class Migration(migrations.Migration):
    """Payloads are compressed already: PostgreSQL need not try again, nor move each aside into a second table.

    A session's row is rewritten with each upload; room in its page lets that happen without touching an index.
    """

    dependencies = [("observability", "0002_waveforms")]
    operations = [migrations.RunPython(on_postgresql(PAYLOADS_IN_ROWS), on_postgresql(AS_BEFORE))]
