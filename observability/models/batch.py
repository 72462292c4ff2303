from django.db import models
from django.db.models import Q


class Signal(models.TextChoices):
    TRACES = "traces", "Traces"
    LOGS = "logs", "Logs"
    METRICS = "metrics", "Metrics"
    RECORDING = "recording", "Recording"


class Batch(models.Model):
    """One upload's records of one session, compressed. The session's batches together are its journal."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    session = models.ForeignKey(
        "observability.Session", on_delete=models.CASCADE, null=True, related_name="batches", db_index=False
    )
    seq = models.PositiveIntegerField(help_text="From 1, without gaps, per session.")
    signal = models.CharField(max_length=9, choices=Signal)
    digest = models.BinaryField(
        max_length=16, help_text="Of the decoded body; the same upload again adds nothing."
    )
    payload = models.BinaryField(help_text="zstd over JSON lines.")
    base_seq = models.PositiveIntegerField(
        null=True, help_text="The batch without whose text the payload cannot be read."
    )
    record_count = models.PositiveIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.UniqueConstraint(fields=["session", "seq"], name="batch_numbered"),
            models.UniqueConstraint(fields=["session", "digest"], name="batch_once"),
            models.UniqueConstraint(
                fields=["project", "digest"],
                condition=Q(session__isnull=True),
                name="batch_of_no_session_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signal} {self.seq} of session {self.session_id}"
