"""Days that are over, and parts as a worker leaves them. That DuckDB writes what it should is for tests/analytics."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from observability.compaction.plan import ask_for_parts
from observability.compaction.write import finish
from observability.journal.seal import seal_session
from observability.models import CompactedPart, Job, Session
from observability.sessions.summary import refresh_summary


def tomorrow() -> datetime:
    """When today is over, and settled."""
    return timezone.now() + timedelta(hours=26)


def settled(session: Session) -> Session:
    """Over, sealed, and with facts made of it."""
    Session.objects.filter(pk=session.pk).update(status=Session.Status.ENDED)
    seal_session(session.pk)
    refresh_summary(session.pk)
    session.refresh_from_db()
    return session


def plan() -> list[CompactedPart]:
    """What there is to begin tomorrow."""
    begun = ask_for_parts(now=tomorrow())
    return [CompactedPart.objects.get(pk=pk) for pk in begun]


def written(part: CompactedPart, *tables: str, content: str = "what was said") -> CompactedPart:
    """With a file in each of these tables, put there as the worker puts it."""
    made = {}
    for table in tables or ("sessions", "spans"):
        made[table] = Path(settings.SPOOL_DIR, f"{part.public_id}-{table}.parquet")
        made[table].parent.mkdir(parents=True, exist_ok=True)
        made[table].write_text(content)
    finish(part, made, records=1)
    Job.objects.filter(kind="write-parquet", object_id=part.pk).update(state=Job.State.DONE)
    part.refresh_from_db()
    return part


def parquet_files() -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.glob("parquet/**/*") if path.is_file())


def sessions_in(part: CompactedPart) -> list[int]:
    return list(part.members.order_by("session").values_list("session", flat=True))
