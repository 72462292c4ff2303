"""Which files of the storage are zips that somebody asked for."""

from collections.abc import Collection, Iterator

from django.db.models import F, Q
from django.db.models.functions import Now

from observability.exports.ask import PREFIX
from observability.exports.selection import with_living_sessions
from observability.models import Export, Session

LOST = "The zip is missing from the storage. Ask for it again."


class ExportHolding:
    """As `retention.holdings` asks of every room."""

    prefix = PREFIX
    is_backed_up = False

    def prefix_of(self, session: Session) -> str:
        return f"{PREFIX}{session.project_id}/{session.public_id}/"

    def prefix_of_project(self, project_id: int) -> str:
        return f"{PREFIX}{project_id}/"

    def claimed(self, keys: Collection[str]) -> set[str]:
        """Also those that are being made."""
        return set(Export.objects.filter(key__in=list(keys)).values_list("key", flat=True))

    def expected(self) -> Iterator[str]:
        """Of one whose session has gone the file went with it, and the sweep has yet to take the row."""
        ready = with_living_sessions(Export.objects.filter(state=Export.State.READY, expires_at__gt=Now()))
        return ready.filter(Q(living=F("session_count"))).values_list("key", flat=True).iterator()

    def note_lost(self, key: str) -> None:
        Export.objects.filter(key=key, state=Export.State.READY).update(state=Export.State.FAILED, note=LOST)

    def shown_lost(self) -> Iterator[str]:
        return iter(())

    def note_found(self, key: str) -> None:
        """Whoever wants it has asked again."""


EXPORTS = ExportHolding()
