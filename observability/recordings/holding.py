"""Which files of the storage are recordings' and their peaks', and what it means when one is missing."""

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from uuid import UUID

from django.db.models import QuerySet

from observability import jobs
from observability.models import Recording, Session, Waveform
from observability.recordings.files import COPY_SUFFIX, key_of
from observability.recordings.store import ANALYSE_RECORDING, INSPECT_RECORDING
from observability.recordings.waveform_files import SUFFIX as PEAKS

PREFIX = "recordings/"
LOST = "The file of the recording is missing from the storage."
ROWS_AT_ONCE = 500
PARTS_OF_A_KEY = 4


class RecordingHolding:
    """As `retention.holdings` asks of every room."""

    prefix = PREFIX
    is_backed_up = True

    def prefix_of(self, session: Session) -> str:
        return f"{PREFIX}{session.project_id}/{session.public_id}/"

    def prefix_of_project(self, project_id: int) -> str:
        return f"{PREFIX}{project_id}/"

    def claimed(self, keys: Collection[str]) -> set[str]:
        """Also what a recording that waits in a spool is about to become."""
        sessions = {session for key in keys if (session := _session_of(key))}
        rows = Recording.objects.filter(session__public_id__in=sessions).select_related("session")
        known = {
            key_of(row, suffix=suffix)
            for row in rows
            for suffix in (PurePosixPath(row.name).suffix, PEAKS, COPY_SUFFIX)
        }
        return known & set(keys)

    def expected(self) -> Iterator[str]:
        """The keys that rows say are in storage."""
        last = 0
        while rows := list(
            Recording.objects.filter(pk__gt=last, place=Recording.Place.STORAGE)
            .order_by("pk")
            .select_related("session", "waveform")[:ROWS_AT_ONCE]
        ):
            for row in rows:
                yield row.name
                if (waveform := getattr(row, "waveform", None)) and waveform.name:
                    yield waveform.name
                if row.copy_bytes is not None:
                    yield key_of(row, suffix=COPY_SUFFIX)
            last = rows[-1].pk

    def note_lost(self, key: str) -> None:
        """The session says so. Peaks are made anew, as long as there is something to make them from."""
        if key.endswith(COPY_SUFFIX):
            self._recording_of_copy(key).update(copy_bytes=None)
            return
        peaks = Waveform.objects.filter(name=key)
        recording_id = peaks.values_list("recording_id", flat=True).first()
        if recording_id is not None:
            peaks.delete()
            jobs.submit(ANALYSE_RECORDING, recording_id)
            return
        rows = Recording.objects.filter(name=key, place=Recording.Place.STORAGE).exclude(problem=LOST)
        _tell(list(rows.values_list("session_id", flat=True)))
        rows.update(problem=LOST, channels=0)

    def _recording_of_copy(self, key: str) -> QuerySet[Recording]:
        """It is made again when a browser asks for it."""
        revision = key.rpartition("/")[2].removesuffix(COPY_SUFFIX)
        return Recording.objects.filter(session__public_id=key.split("/")[-2], revision=int(revision))

    def shown_lost(self) -> Iterator[str]:
        rows = Recording.objects.filter(problem=LOST, place=Recording.Place.STORAGE)
        return iter(rows.values_list("name", flat=True))

    def note_found(self, key: str) -> None:
        """Such as on a disk that had not been mounted. It is measured again."""
        for row in Recording.objects.filter(name=key, problem=LOST):
            Recording.objects.filter(pk=row.pk).update(problem="", channels=None, duration_ms=None)
            jobs.submit(INSPECT_RECORDING, row.pk)
            _tell([row.session_id])


RECORDINGS = RecordingHolding()


def _session_of(key: str) -> UUID | None:
    parts = key.split("/")
    try:
        return UUID(parts[2]) if len(parts) == PARTS_OF_A_KEY else None
    except ValueError:
        return None


def _tell(session_ids: list[int]) -> None:
    Session.objects.filter(pk__in=session_ids).update(has_news=True)
