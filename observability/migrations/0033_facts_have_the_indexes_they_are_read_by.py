from importlib import import_module

from django.db import migrations

RemoveIndexConcurrently = import_module(
    "observability.migrations.0028_sessions_are_counted_from_their_index"
).RemoveIndexConcurrently


class Migration(migrations.Migration):
    """Uploads go on meanwhile, and the former version reads as fast by those that stay."""

    atomic = False
    dependencies = [("observability", "0032_answers_waited_for")]

    operations = [
        RemoveIndexConcurrently(model_name="turnfact", name="turn_fact_of_project"),
        RemoveIndexConcurrently(model_name="turnfact", name="turn_fact_by_answer_time"),
        RemoveIndexConcurrently(model_name="toolfact", name="tool_fact_by_name"),
        RemoveIndexConcurrently(model_name="modelfact", name="model_fact_by_model"),
        RemoveIndexConcurrently(model_name="verdictfact", name="verdict_fact_by_name"),
    ]
