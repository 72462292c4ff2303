from typing import Any

from django.db import migrations


def have_all_summarised(apps: Any, schema_editor: Any) -> None:
    """Sessions that were over before there were facts get theirs from the worker, some hundred at a time."""
    Session = apps.get_model("observability", "Session")
    Session.objects.exclude(status="live").update(has_news=True)


class Migration(migrations.Migration):
    dependencies = [("observability", "0012_facts")]
    operations = [migrations.RunPython(have_all_summarised, migrations.RunPython.noop)]
