import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class Export(models.Model):
    """A zip of sessions, asked for, made and kept for an hour.

    Sessions and project may go away before it: then nobody can fetch it any more, and the row still tells the
    sweep where its file lies.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    UNDER_WAY = (State.WAITING, State.RUNNING)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey("projects.Project", on_delete=models.SET_NULL, null=True, related_name="+")
    sessions = models.ManyToManyField("observability.Session", related_name="exports")
    session_count = models.PositiveSmallIntegerField(
        help_text="When it was asked for; with fewer left it is void."
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_with = models.ForeignKey(
        "projects.AccessToken", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    may_hold_audio = models.BooleanField(help_text="Whoever asked may hear audio.")
    request = models.CharField(
        max_length=64, help_text="Digest of who asked for what; the same again gets the same zip."
    )
    version = models.CharField(max_length=64, blank=True, help_text="Digest of the state of what it holds.")

    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    progress_percent = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(
        max_length=300, blank=True, help_text="What it waits for, or why it failed: a sentence for people."
    )
    key = models.CharField(max_length=200, help_text="In storage, whether or not it has got there.")
    size_bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    holds_audio = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    built_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="Set when it is ready or has failed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=["waiting", "running"]),
                name="export_under_way_once",
            )
        ]
        indexes = [
            models.Index(fields=["request", "-id"], name="export_of_request"),
            models.Index(fields=["expires_at"], name="export_expiry"),
        ]

    def __str__(self) -> str:
        return f"export {self.public_id}"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY
