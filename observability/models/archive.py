from django.db import models


class Archive(models.Model):
    """The sealed part of a session's journal: one object in the storage, written anew when more has come."""

    session = models.OneToOneField("observability.Session", on_delete=models.CASCADE, related_name="archive")
    revision = models.PositiveIntegerField(default=0, help_text="Raised each time it is sealed.")
    name = models.CharField(
        max_length=300, blank=True, help_text="Key in the storage; empty while the journal is open again."
    )
    sha256 = models.BinaryField(max_length=32, default=b"", help_text="Of the object.")
    size_bytes = models.PositiveBigIntegerField(default=0)
    record_count = models.PositiveIntegerField(default=0)
    through_seq = models.PositiveIntegerField(default=0, help_text="The newest batch that is in it.")
    digests = models.BinaryField(
        default=b"", help_text="16 bytes for each batch in it; the same upload again adds nothing."
    )
    arrivals = models.JSONField(
        default=dict, help_text="By signal: records, batches, and when the first and the last came."
    )
    obsolete = models.JSONField(default=list, help_text="Keys of earlier revisions that are to be removed.")
    withheld = models.CharField(
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text="Key of what was sealed before redaction was asked for: read by nobody until it is redacted.",
    )
    being_written = models.JSONField(
        default=list,
        help_text="Keys that a worker has begun to write; the next one takes them to be forsaken.",
    )
    sealed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"revision {self.revision} of session {self.session_id}"
