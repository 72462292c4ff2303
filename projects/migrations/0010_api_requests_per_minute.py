from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0009_staff_grants")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="api_requests_per_minute",
            field=models.PositiveIntegerField(
                db_default=12_000, help_text="Of a project’s tokens together, and of each person in it."
            ),
        ),
        migrations.AlterField(
            model_name="plan",
            name="requests_per_minute",
            field=models.PositiveIntegerField(help_text="Uploads of one project to one web process."),
        ),
    ]
