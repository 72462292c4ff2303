"""What remains of the dead, and what was done about them."""

from django.db import models
from django.db.models import Q


class Tombstone(models.Model):
    """A session that was deleted or has expired, known by a keyed digest only. Late data for it begins none anew."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    digest = models.BinaryField(max_length=32, help_text="HMAC-SHA256 of the name that late data would bear.")
    buried_at = models.DateTimeField()
    until = models.DateTimeField()
    discarded_count = models.PositiveBigIntegerField(default=0, help_text="Late records, not kept.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "digest"], name="tombstone_once")]
        indexes = [models.Index(fields=["until"], name="tombstone_end")]

    def __str__(self) -> str:
        return f"tombstone {self.pk} of project {self.project_id}"


class Deletion(models.Model):
    """What a backup from before it must not bring back. Ids, keyed digests and times only.

    A row outlives what it speaks of, so it points to nothing; numbers of projects and people may be given anew
    after a restore, so their time of making is told with them.
    """

    class Kind(models.TextChoices):
        SESSION = "session", "Session"
        REDACTION = "redaction", "Redaction asked for late"
        UPLOAD = "upload", "Records that named no session"
        PROJECT = "project", "Project"
        ACCOUNT = "account", "Account"

    kind = models.CharField(max_length=9, choices=Kind)
    project_number = models.BigIntegerField(help_text="Of a deleted account its own.")
    project_created_at = models.DateTimeField(help_text="Of a deleted account its own.")
    name = models.CharField(
        max_length=64, blank=True, help_text="A session's public id; an upload's keyed digest."
    )
    tombstones = models.JSONField(default=list, help_text="Digests of the tombstones, in hexadecimal digits.")
    at = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="Nothing could come back after it; empty: for good.")
    is_written = models.BooleanField(default=False, help_text="In the storage, beside the database.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "project_number", "project_created_at", "name"], name="deletion_once"
            )
        ]
        indexes = [
            models.Index(fields=["until"], name="deletion_end"),
            models.Index(fields=["id"], condition=Q(is_written=False), name="deletion_to_write"),
        ]

    def __str__(self) -> str:
        return f"deletion of {self.kind} {self.name or self.project_number}"


class PurgeRun(models.Model):
    """One run of the purge, or one that was held back. Numbers only."""

    is_forced = models.BooleanField(default=False, help_text="An operator let it go on.")
    begun_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, help_text="Empty while it runs, or if it was killed.")
    sessions_due = models.PositiveBigIntegerField(default=0, help_text="Expired when it began.")
    sessions = models.PositiveBigIntegerField(default=0, help_text="Removed for good.")
    sessions_left = models.PositiveBigIntegerField(default=0, help_text="Expired and still here at its end.")
    files = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    held_back = models.CharField(
        max_length=300, blank=True, help_text="Why expired sessions were not removed."
    )

    def __str__(self) -> str:
        return f"purge of {self.begun_at:%Y-%m-%d %H:%M}"


class Reconciliation(models.Model):
    """One comparison of rows and stored files."""

    begun_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    files = models.PositiveBigIntegerField(default=0, help_text="In storage.")
    lost = models.PositiveBigIntegerField(default=0, help_text="Rows whose file is missing.")
    orphans = models.PositiveBigIntegerField(default=0, help_text="Files that no row knows of.")
    removed = models.PositiveBigIntegerField(default=0)
    removed_bytes = models.PositiveBigIntegerField(default=0)
    held_back = models.CharField(max_length=300, blank=True, help_text="Why orphans were not removed.")

    def __str__(self) -> str:
        return f"reconciliation of {self.begun_at:%Y-%m-%d %H:%M}"
