import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_invitations")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="over_quota_until",
            field=models.DateTimeField(
                editable=False,
                help_text="No session begins until then: the plan's quota is used up.",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="UsageDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("sessions", models.PositiveIntegerField(default=0)),
                (
                    "events",
                    models.PositiveBigIntegerField(
                        default=0, help_text="Spans, log records and metric points."
                    ),
                ),
                ("recording_ms", models.PositiveBigIntegerField(default=0)),
                (
                    "deleted_sessions",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Deleted by people, and counted apart so that counting may run twice.",
                    ),
                ),
                ("deleted_events", models.PositiveBigIntegerField(default=0)),
                ("deleted_recording_ms", models.PositiveBigIntegerField(default=0)),
                (
                    "stored_bytes",
                    models.PositiveBigIntegerField(default=0, help_text="When it was last counted that day."),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="usage_days",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "day"), name="usage_once_per_day")
                ],
            },
        ),
    ]
