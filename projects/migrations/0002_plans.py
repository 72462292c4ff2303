from typing import Any

from django.db import migrations

PLANS: list[dict[str, Any]] = [
    {
        "slug": "build",
        "name": "Build",
        "in_model_improvement": True,
        "events_per_month": 2_000_000,
        "recording_minutes_per_month": 1_000,
        "requests_per_minute": 3_000,
    },
    {
        "slug": "ship",
        "name": "Ship",
        "in_model_improvement": False,
        "events_per_month": 20_000_000,
        "recording_minutes_per_month": 10_000,
        "requests_per_minute": 12_000,
    },
    {
        "slug": "scale",
        "name": "Scale",
        "in_model_improvement": False,
        "events_per_month": 200_000_000,
        "recording_minutes_per_month": 100_000,
        "requests_per_minute": 60_000,
    },
    {
        "slug": "enterprise",
        "name": "Enterprise",
        "in_model_improvement": False,
        "events_per_month": None,
        "recording_minutes_per_month": None,
        "requests_per_minute": 120_000,
    },
]


def add_plans(apps: Any, schema_editor: Any) -> None:
    Plan = apps.get_model("projects", "Plan")
    for position, plan in enumerate(PLANS):
        Plan.objects.get_or_create(slug=plan["slug"], defaults={**plan, "position": position})


class Migration(migrations.Migration):
    """Backwards nothing is removed: projects may stand on these plans."""

    dependencies = [("projects", "0001_projects")]
    operations = [migrations.RunPython(add_plans, migrations.RunPython.noop)]
