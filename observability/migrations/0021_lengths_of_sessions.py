import math
from typing import Any

from django.db import migrations

AT_ONCE = 500


def fill_from_summaries(apps: Any, schema_editor: Any) -> None:
    """Sessions that are over when this comes: what they are sorted by stands in their summaries."""
    Session = apps.get_model("observability", "Session")
    over = Session.objects.exclude(status="live").only("pk", "summary").order_by("pk")
    rows = []
    for session in over.iterator(chunk_size=AT_ONCE):
        session.length_ms = round(session.summary.get("duration_ms") or 0)
        session.slowest_answer_ms = math.ceil(session.summary.get("max_ms") or 0)
        rows.append(session)
        if len(rows) == AT_ONCE:
            write(Session.objects, rows)
            rows = []
    write(Session.objects, rows)


def write(sessions: Any, rows: list[Any]) -> None:
    sessions.bulk_update(rows, ["length_ms", "slowest_answer_ms"])


class Migration(migrations.Migration):
    dependencies = [("observability", "0020_sessions_are_filtered_and_sorted")]
    operations = [migrations.RunPython(fill_from_summaries, migrations.RunPython.noop)]
