from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0007_usage_days")]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["project", "actor", "-at"], name="audit_of_person"),
        ),
    ]
