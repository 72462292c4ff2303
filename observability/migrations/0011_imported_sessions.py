from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("observability", "0009_model_improvement")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="imported_at",
            field=models.DateTimeField(
                help_text="When an import began it; empty where its agent has sent it.", null=True
            ),
        ),
    ]
