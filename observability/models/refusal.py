from django.db import models


class Refusal(models.Model):
    """Uploads that were refused, one row for each reason, so that Connect can say what is wrong."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="refusals", db_index=False
    )
    reason = models.CharField(max_length=40, help_text="Name of the refusal, such as wrong-secret.")
    signal = models.CharField(max_length=9, blank=True)
    key = models.CharField(max_length=120, blank=True, help_text="API key that the sender named.")
    message = models.CharField(max_length=300)
    count = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "reason", "signal", "key"], name="refusal_counted_once"
            )
        ]
        indexes = [models.Index(fields=["project", "-last_at"], name="refusal_newest_first")]

    def __str__(self) -> str:
        return f"{self.reason} × {self.count}"
