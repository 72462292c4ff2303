from django.db import migrations, models


class Migration(migrations.Migration):
    """What a verb is called; nothing in the database."""

    dependencies = [("accounts", "0003_operators_vouch_for_addresses")]

    operations = [
        migrations.AlterField(
            model_name="accountevent",
            name="verb",
            field=models.CharField(
                choices=[
                    ("account.signed_up", "Account made"),
                    ("account.signed_in", "Signed in"),
                    ("account.sign_in_failed", "Sign-in with a wrong password"),
                    ("account.signed_out", "Signed out"),
                    ("account.ended_elsewhere", "Signed out elsewhere"),
                    ("account.deleted", "Account deleted"),
                    ("password.set", "Password chosen"),
                    ("password.changed", "Password changed"),
                    ("password.reset", "Forgotten password replaced"),
                    ("email.changed", "Email address changed"),
                    ("second_factor.added", "Second factor added"),
                    ("second_factor.removed", "Second factor removed"),
                    ("second_factor.reset", "New recovery codes made"),
                    ("second_factor.failed", "Wrong code of a second factor"),
                    ("provider.added", "Single sign-on connected"),
                    ("provider.removed", "Single sign-on disconnected"),
                ],
                max_length=40,
            ),
        ),
    ]
