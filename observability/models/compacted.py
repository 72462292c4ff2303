"""Sealed sessions as Parquet: which files there are, and whose records are in them (docs/analytics.md)."""

import uuid

from django.db import models


class CompactedPart(models.Model):
    """Sessions of one project that were first received on one day, in a few files that live and die together."""

    class State(models.TextChoices):
        WAITING = "waiting", "To be written"
        READY = "ready", "Written"

    public_id = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text="The name of its files."
    )
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    day = models.DateField(help_text="UTC, of the sessions' first receipt.")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    is_void = models.BooleanField(
        default=False,
        help_text="One of its sessions is no more what it was; the files go, and then this row.",
    )
    keys = models.JSONField(default=list, help_text="Its files; while it is written those that there may be.")
    session_count = models.PositiveIntegerField()
    record_count = models.PositiveIntegerField(default=0, help_text="Spans, log records and metric points.")
    size_bytes = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    written_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"part {self.public_id} of project {self.project_id}, {self.day}"


class CompactedSession(models.Model):
    """A session is in one part at most, so nobody reads it twice."""

    session = models.OneToOneField(
        "observability.Session", on_delete=models.CASCADE, primary_key=True, related_name="compacted"
    )
    part = models.ForeignKey(CompactedPart, on_delete=models.CASCADE, related_name="members")

    def __str__(self) -> str:
        return f"session {self.session_id} in part {self.part_id}"
