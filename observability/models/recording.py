from django.db import models


class Recording(models.Model):
    """The audio of a session. A second, different upload is a further revision, never an overwrite."""

    class Place(models.TextChoices):
        STORAGE = "storage", "In storage"
        SPOOL = "spool", "On this server's disk, waiting for storage"

    session = models.ForeignKey("observability.Session", on_delete=models.CASCADE, related_name="recordings")
    revision = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    name = models.CharField(max_length=200, help_text="Key in storage, or file name in the spool.")
    place = models.CharField(max_length=7, choices=Place)
    start_ns = models.BigIntegerField(
        default=0, help_text="Time 0 of the file by the agent's clock; 0 if unknown."
    )
    duration_ms = models.PositiveBigIntegerField(
        null=True, help_text="Measured from the file; empty until then."
    )
    channels = models.PositiveSmallIntegerField(
        null=True, help_text="Measured from the file; 0 if nothing of it can be played."
    )
    problem = models.CharField(
        max_length=200, blank=True, help_text="Why the file cannot be played, or not as a whole."
    )
    copy_bytes = models.PositiveBigIntegerField(
        null=True,
        help_text="Size of the copy for browsers that do not play the original; empty if there is none.",
    )
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "revision"], name="recording_revision_once"),
            models.UniqueConstraint(fields=["session", "sha256"], name="recording_once"),
        ]

    def __str__(self) -> str:
        return f"recording {self.revision} of session {self.session_id}"
