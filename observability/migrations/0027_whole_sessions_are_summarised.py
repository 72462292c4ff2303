from importlib import import_module

from django.db import migrations

EARLIER = import_module("observability.migrations.0013_sessions_have_news")


class Migration(migrations.Migration):
    """Sessions that were over before get their facts anew from the worker, as they did when facts came."""

    atomic = False
    dependencies = [("observability", "0026_facts_of_whole_sessions")]
    operations = [migrations.RunPython(EARLIER.have_all_summarised, migrations.RunPython.noop)]
