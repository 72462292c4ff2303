"""What can be asked of many sessions at once: numbers and short names, one row for each thing that happened.

Made anew from the timeline whenever that changes after the end of the session, so nothing here is the only copy.
"""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from projects.models import Project


class FactQuerySet(models.QuerySet["Fact"]):
    def for_project(self, project: "Project") -> "FactQuerySet":
        """Of the project's sessions that have not expired, by the database's clock."""
        return self.filter(project=project, expires_at__gt=Now())


class Fact(models.Model):
    """Of one session. What its own row or its summary says already does not stand here a second time."""

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    session = models.ForeignKey("observability.Session", on_delete=models.CASCADE)
    expires_at = models.DateTimeField(help_text="The session's.")

    objects = FactQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk} of session {self.session_id}"


class SessionFact(Fact):
    """The session as a whole, the answer times of its turns packed in one row: two million turns of a month are read in
    a few hundred milliseconds from here, and in seconds from their own rows."""

    turns = models.PositiveIntegerField(help_text="That the user began.")
    unanswered = models.PositiveIntegerField(help_text="Turns that failed, or that no answer followed.")
    interrupted = models.PositiveIntegerField(help_text="Turns whose answer was cut off.")
    preempted = models.PositiveIntegerField(help_text="Turns with an answer prepared and thrown away.")
    tool_calls = models.PositiveIntegerField()
    tool_failures = models.PositiveIntegerField()
    answer_times = models.BinaryField(
        help_text="timeline.facts.ANSWER_TIMES of each turn, as timeline.packed."
    )
    waited_times = models.BinaryField(
        null=True, help_text="The same of WAITED_TIMES; empty where an earlier version summarised."
    )


class TurnFact(Fact):
    """A turn that the user began, or something that the agent said unasked."""

    role = models.CharField(max_length=5, choices={"user": "User", "agent": "Agent"}, help_text="Who began.")
    index = models.PositiveIntegerField(
        null=True, help_text="The turn's number; empty where the agent began."
    )
    outcome = models.CharField(
        max_length=11,
        blank=True,
        help_text="answered, interrupted, failed, no_answer; empty where the agent began.",
    )
    agent = models.CharField(max_length=120, blank=True)
    start_ns = models.BigIntegerField()
    end_ns = models.BigIntegerField()
    is_interrupted = models.BooleanField(help_text="The agent was cut off.")
    steps = models.PositiveIntegerField(help_text="How often the model was asked.")
    tool_calls = models.PositiveIntegerField()
    transcription_delay_ms = models.FloatField(null=True)
    end_of_turn_delay_ms = models.FloatField(null=True)
    hook_ms = models.FloatField(null=True)
    llm_ttft_ms = models.FloatField(null=True)
    tts_ttfb_ms = models.FloatField(null=True)
    playback_ms = models.FloatField(null=True)
    e2e_ms = models.FloatField(null=True)
    measured_ms = models.FloatField(null=True, help_text="The same silence in the sound of the recording.")


class ToolFact(Fact):
    """A call of a tool."""

    class Status(models.TextChoices):
        OK = "ok", "Succeeded"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Not told"

    name = models.CharField(max_length=120)
    status = models.CharField(max_length=7, choices=Status)
    turn = models.PositiveIntegerField(null=True)
    start_ns = models.BigIntegerField()
    duration_ms = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project", "name", "-session"], name="tool_fact_newest_first")]


class ModelFact(Fact):
    """What the session used of one model; what was not measured is empty."""

    type = models.CharField(max_length=12, help_text="llm, tts, stt, realtime, interruption, eot, other.")
    provider = models.CharField(max_length=120, blank=True)
    model = models.CharField(max_length=160, blank=True)
    requests = models.BigIntegerField(null=True)
    input_tokens = models.BigIntegerField(null=True)
    input_cached_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    characters = models.BigIntegerField(null=True)
    audio_duration_ms = models.FloatField(null=True)
    first_times = models.BinaryField(
        db_default=b"", help_text="First token or byte of each request, as timeline.packed."
    )

    class Meta:
        indexes = [models.Index(fields=["project", "model", "-session"], name="model_fact_newest_first")]


class ErrorFact(Fact):
    """One thing that went wrong, without its message."""

    kind = models.CharField(max_length=8, help_text="llm, tts, stt, realtime, tool, stall, span, log.")
    source = models.CharField(max_length=4, help_text="span, or log where only log lines tell of it.")
    error_type = models.CharField(max_length=120, blank=True, help_text="Name of the exception's class.")
    turn = models.PositiveIntegerField(null=True)
    at_ns = models.BigIntegerField()
    attempts = models.PositiveIntegerField()
    recovered = models.BooleanField(null=True, help_text="Whether a later attempt succeeded.")

    class Meta:
        indexes = [models.Index(fields=["project", "kind", "expires_at"], name="error_fact_by_kind")]


class VerdictFact(Fact):
    """What was said of the session as a whole, in a word."""

    class Kind(models.TextChoices):
        OUTCOME = "outcome", "Outcome"
        TAG = "tag", "Tag"
        EVALUATION = "evaluation", "Evaluation"

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=200, help_text="The outcome, the tag, or what was evaluated.")
    verdict = models.CharField(max_length=60, blank=True, help_text="Of an evaluation.")

    class Meta:
        indexes = [
            models.Index(fields=["project", "kind", "name", "-session"], name="verdict_fact_newest_first"),
        ]
