import uuid
from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Collate, Now
from django.utils import timezone

if TYPE_CHECKING:
    from projects.models import Project


NEWEST_FIRST_BY = [
    models.Index(fields=["project", field, "-id"], name=f"session_of_{name}")
    for field, name in [
        ("status", "status"),
        ("agent_name", "agent"),
        ("room_name", "room_name"),
        ("participant", "participant"),
        ("sdk_version", "sdk"),
    ]
]
LARGEST_FIRST_BY = [
    models.Index(fields=["project", f"-{field}", "-id"], name=f"session_by_{name}")
    for field, name in [("length_ms", "length"), ("slowest_answer_ms", "slowest"), ("error_count", "errors")]
]
"""Uploads leave these as they are, but for those that tell of an error."""


class SessionQuerySet(models.QuerySet["Session"]):
    def for_project(self, project: "Project") -> "SessionQuerySet":
        """The project's sessions that have not expired, by the database's clock."""
        return self.filter(project=project, expires_at__gt=Now())

    def in_order_of_holding(self) -> "SessionQuerySet":
        """For whoever holds several rows at once: as uploads do, so that nobody waits for another in a circle.

        An upload that tells of several jobs takes them by their ids, as Python sorts them: by code point.
        """
        job_id = Collate("job_id", "C") if connection.vendor == "postgresql" else F("job_id")
        return self.order_by(job_id, "pk")


class Session(models.Model):
    """One LiveKit job: from its first upload to its death date."""

    class Status(models.TextChoices):
        LIVE = "live", "Live"
        ENDED = "ended", "Ended"
        LOST = "lost", "Lost contact"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="sessions", db_index=False
    )
    job_id = models.CharField(
        max_length=200, blank=True, help_text="Empty until the job of a recording is known."
    )
    room_id = models.CharField(max_length=200, blank=True)
    room_name = models.CharField(max_length=200, blank=True)
    agent_name = models.CharField(max_length=200, blank=True)
    participant = models.CharField(max_length=200, blank=True)
    sdk_language = models.CharField(max_length=20, blank=True)
    sdk_version = models.CharField(max_length=40, blank=True)
    is_simulated = models.BooleanField(default=False)
    is_redacted = models.BooleanField(
        default=False, help_text="The project or the agent asked for PII redaction."
    )

    status = models.CharField(max_length=5, choices=Status, default=Status.LIVE)
    end_signal = models.CharField(max_length=30, blank=True, help_text="What told that the session is over.")
    started_ns = models.BigIntegerField(null=True, help_text="By the agent's clock.")
    ended_ns = models.BigIntegerField(null=True, help_text="By the agent's clock.")
    first_received_at = models.DateTimeField(default=timezone.now)
    last_received_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(help_text="Fixed at first receipt; deletion alone brings it forward.")
    imported_at = models.DateTimeField(
        null=True, help_text="When an import began it; empty where its agent has sent it."
    )
    deleted_at = models.DateTimeField(null=True, help_text="When a person deleted it.")

    cursor = models.PositiveIntegerField(default=0, help_text="Sequence number of the newest batch.")
    span_count = models.PositiveIntegerField(default=0)
    log_count = models.PositiveIntegerField(default=0)
    chat_item_count = models.PositiveIntegerField(default=0)
    metric_point_count = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    duplicate_count = models.PositiveIntegerField(
        default=0, help_text="Records received again and not kept twice."
    )
    rejected_count = models.PositiveIntegerField(
        default=0, help_text="Records, and parts of a recording upload, that could not be kept."
    )
    part_problems = models.JSONField(
        default=dict, help_text="Why a part of the recording upload is not here as sent, a sentence by name."
    )
    discarded = models.JSONField(
        default=dict, help_text="Records not kept because a switch is off, by signal."
    )
    switched_off = models.JSONField(
        default=list,
        help_text="Signals that the project had off at first receipt: audio, transcript, traces, logs.",
    )

    in_model_improvement = models.BooleanField(
        default=False, db_default=False, help_text="Its project was in the programme when it began."
    )

    sealed_seq = models.PositiveIntegerField(
        default=0, help_text="The batch up to which records are in the archive."
    )
    is_sealed = models.BooleanField(default=False, help_text="All that has come is in the archive.")

    summary = models.JSONField(default=dict, help_text="What lists show of the timeline.")
    summary_cursor = models.PositiveIntegerField(
        default=0, help_text="The batch up to which the summary is made."
    )
    has_news = models.BooleanField(default=True, help_text="Since the summary was made.")
    summary_at = models.DateTimeField(null=True, help_text="When the summary was made.")
    summary_status = models.CharField(
        max_length=5, blank=True, help_text="The status that the summary is made for."
    )
    length_ms = models.BigIntegerField(
        db_default=0, default=0, help_text="From begin to end; 0 until the session is over."
    )
    slowest_answer_ms = models.BigIntegerField(
        db_default=0,
        default=0,
        help_text="Of its turns, rounded up; 0 until the session is over, or where nothing was measured.",
    )

    is_named = models.BooleanField(
        db_default=False, default=False, help_text="Its names are among those that are looked up."
    )

    has_audio = models.BooleanField(
        db_default=False, default=False, help_text="There was a recording when it was over."
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "job_id"], condition=~Q(job_id=""), name="session_once_per_job"
            )
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="session_newest_first"),
            models.Index(fields=["project", "room_id"], name="session_of_room"),
            models.Index(fields=["expires_at"], name="session_expiry"),
            *NEWEST_FIRST_BY,
            *LARGEST_FIRST_BY,
            # All that Insights asks of a session's own row: it would read each whole row, summary and all, otherwise.
            models.Index(
                fields=["project", "first_received_at"],
                include=[
                    *("id", "status", "expires_at", "is_simulated", "agent_name", "sdk_version"),
                    *("length_ms", "error_count", "slowest_answer_ms"),
                ],
                name="session_counted",
            ),
            models.Index(
                fields=["project", "-id"], condition=Q(imported_at__isnull=False), name="session_imported"
            ),
            models.Index(fields=["project", "-id"], condition=Q(is_simulated=True), name="session_simulated"),
            models.Index(fields=["project", "has_audio", "-id"], name="session_of_audio"),
            models.Index(fields=["project"], condition=Q(is_named=False), name="session_not_named"),
            # No column that every upload changes, or PostgreSQL would write all of these anew each time.
            models.Index(fields=["id"], condition=Q(status="live"), name="session_live"),
            models.Index(fields=["id"], condition=Q(has_news=True), name="session_with_news"),
            models.Index(
                fields=["id"], condition=Q(is_sealed=False) & ~Q(status="live"), name="session_to_seal"
            ),
        ]

    def __str__(self) -> str:
        return self.job_id or self.room_id or str(self.public_id)
