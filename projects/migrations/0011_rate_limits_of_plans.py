"""Rates that hold from now on. Uploads had figures that nothing kept to; who has set others keeps them."""

from typing import Any

from django.db import migrations

UPLOADS = {
    "build": (3_000, 30_000),
    "ship": (12_000, 60_000),
    "scale": (60_000, 120_000),
    "enterprise": (120_000, 600_000),
}
API_REQUESTS = {"build": 12_000, "ship": 24_000, "scale": 60_000, "enterprise": 120_000}


def set_rates(apps: Any, schema_editor: Any) -> None:
    plans = apps.get_model("projects", "Plan").objects
    for slug, (before, after) in UPLOADS.items():
        plans.filter(slug=slug, requests_per_minute=before).update(requests_per_minute=after)
    for slug, after in API_REQUESTS.items():
        plans.filter(slug=slug).update(api_requests_per_minute=after)


def set_uploads_back(apps: Any, schema_editor: Any) -> None:
    plans = apps.get_model("projects", "Plan").objects
    for slug, (before, after) in UPLOADS.items():
        plans.filter(slug=slug, requests_per_minute=after).update(requests_per_minute=before)


class Migration(migrations.Migration):
    dependencies = [("projects", "0010_api_requests_per_minute")]

    operations = [migrations.RunPython(set_rates, set_uploads_back)]
