from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("observability", "0003_payloads_lie_in_their_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="part_problems",
            field=models.JSONField(
                default=dict,
                help_text="Why a part of the recording upload is not here as sent, a sentence by name.",
            ),
        ),
        migrations.AlterField(
            model_name="recording",
            name="channels",
            field=models.PositiveSmallIntegerField(
                help_text="Measured from the file; 0 if nothing of it can be played.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="recording",
            name="problem",
            field=models.CharField(
                blank=True, help_text="Why the file cannot be played, or not as a whole.", max_length=200
            ),
        ),
        migrations.AlterField(
            model_name="session",
            name="rejected_count",
            field=models.PositiveIntegerField(
                default=0, help_text="Records, and parts of a recording upload, that could not be kept."
            ),
        ),
    ]
