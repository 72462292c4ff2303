from typing import Any

from django.db import migrations


def vouch_for_people(apps: Any, schema_editor: Any) -> None:
    """Until now everybody here was made by an operator. Nobody loses their account once addresses have to be proved."""
    EmailAddress = apps.get_model("account", "EmailAddress")
    for user in apps.get_model("accounts", "User").objects.filter(emailaddress=None):
        EmailAddress.objects.create(user=user, email=user.email.lower(), verified=True, primary=True)
    EmailAddress.objects.filter(verified=False, primary=True).update(verified=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_sign_ins_and_cache"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(vouch_for_people, migrations.RunPython.noop)]
