from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("observability", "0031_batches_that_lean"),
    ]

    operations = [
        migrations.AddField(
            model_name="sessionfact",
            name="waited_times",
            field=models.BinaryField(
                help_text="The same of WAITED_TIMES; empty where an earlier version summarised.", null=True
            ),
        ),
    ]
