from django.db import models
from django.db.models import Q


class Job(models.Model):
    """Work to do after the answer. The row is the truth; a Celery message is only a poke."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        SET_ASIDE = "set-aside", "Set aside"

    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], condition=Q(state="waiting"), name="job_waits_once_per_object"
            )
        ]
        indexes = [
            models.Index(fields=["object_id", "kind"], name="job_of_object"),
            models.Index(
                fields=["run_after"], condition=Q(state__in=["waiting", "running"]), name="job_to_do"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
