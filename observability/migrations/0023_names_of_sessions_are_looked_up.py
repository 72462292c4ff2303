import django.db.models.deletion
from django.db import migrations, models

import observability.models.names


class Migration(migrations.Migration):
    dependencies = [
        ("observability", "0022_deleted_accounts"),
        ("projects", "0004_model_improvement"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="is_named",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Its names are among those that are looked up."
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="has_audio",
            field=models.BooleanField(
                db_default=False, default=False, help_text="There was a recording when it was over."
            ),
        ),
        migrations.CreateModel(
            name="SessionNames",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("expires_at", models.DateTimeField(help_text="The session's.")),
                ("names", observability.models.names.NamesField()),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="observability.session"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "expires_at"], name="session_names_of_project")],
            },
        ),
    ]
