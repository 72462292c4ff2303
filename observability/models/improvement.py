"""What is kept beyond a session's life to improve models, and for 90 days to whom it goes back."""

import uuid

from django.db import models


class ImprovementSample(models.Model):
    """Numbers and enumerations of up to three turns. Nothing here leads to a session or a project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    month = models.DateField(help_text="The first day of the month in which the session was received.")
    content = models.JSONField(help_text="docs/model-improvement.md")

    def __str__(self) -> str:
        return f"sample {self.pk}"


class SampleLink(models.Model):
    """The ledger: whose session a sample is of, as long as it may have to be taken back."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    session = models.BinaryField(max_length=32, help_text="HMAC-SHA256 of the session's id.")
    position = models.PositiveIntegerField(help_text="Of the sample among the session's.")
    callers = models.JSONField(
        default=list, help_text="HMAC-SHA256 of what its callers are known by, in hex."
    )
    sample = models.OneToOneField(ImprovementSample, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "session", "position"], name="sample_kept_once")
        ]
        indexes = [models.Index(fields=["until"], name="sample_link_end")]

    def __str__(self) -> str:
        return f"link of sample {self.sample_id}"
