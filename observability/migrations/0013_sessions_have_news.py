from typing import Any

from django.db import migrations

AT_ONCE = 500


def have_all_summarised(apps: Any, schema_editor: Any) -> None:
    """Sessions that were over before there were facts get theirs from the worker. A few rows at a time, so that late
    uploads to them do not wait for all."""
    sessions = (
        apps.get_model("observability", "Session").objects.exclude(status="live").filter(has_news=False)
    )
    last = 0
    while keys := list(sessions.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        sessions.filter(pk__in=keys).update(has_news=True)
        last = keys[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("observability", "0012_facts")]
    operations = [migrations.RunPython(have_all_summarised, migrations.RunPython.noop)]
