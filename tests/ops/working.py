"""A worker that has all the time in the world."""

from django.utils import timezone

from observability import jobs
from observability.models import Job


def run_all_jobs() -> None:
    """Those that are due, and those that they submit."""
    while due := list(
        Job.objects.filter(state=Job.State.WAITING, run_after__lte=timezone.now()).values_list(
            "pk", flat=True
        )
    ):
        for job_id in due:
            jobs.run(job_id)


def work_off(*kinds: str) -> None:
    """Every job of these kinds that waits, once, whether or not it is due."""
    waiting = Job.objects.filter(state=Job.State.WAITING, kind__in=kinds)
    waiting.update(run_after=timezone.now())
    for job_id in list(waiting.values_list("pk", flat=True)):
        jobs.run(job_id)
