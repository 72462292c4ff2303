import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("observability", "0007_retention"),
        ("projects", "0003_deleted_projects"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "session_count",
                    models.PositiveSmallIntegerField(
                        help_text="When it was asked for; with fewer left it is void."
                    ),
                ),
                ("may_hold_audio", models.BooleanField(help_text="Whoever asked may hear audio.")),
                (
                    "request",
                    models.CharField(
                        help_text="Digest of who asked for what; the same again gets the same zip.",
                        max_length=64,
                    ),
                ),
                (
                    "version",
                    models.CharField(
                        blank=True, help_text="Digest of the state of what it holds.", max_length=64
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Being made"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("progress_percent", models.PositiveSmallIntegerField(default=0)),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        help_text="What it waits for, or why it failed: a sentence for people.",
                        max_length=300,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="In storage, whether or not it has got there.", max_length=200
                    ),
                ),
                ("size_bytes", models.PositiveBigIntegerField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("holds_audio", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("built_at", models.DateTimeField(null=True)),
                (
                    "expires_at",
                    models.DateTimeField(help_text="Set when it is ready or has failed.", null=True),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_with",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.accesstoken",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                ("sessions", models.ManyToManyField(related_name="exports", to="observability.session")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["request", "-id"], name="export_of_request"),
                    models.Index(fields=["expires_at"], name="export_expiry"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        fields=("request",),
                        name="export_under_way_once",
                    )
                ],
            },
        ),
    ]
