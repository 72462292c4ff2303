"""A session's recordings as members of a zip, byte by byte as they were received."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from observability.exports.archive import Archive
from observability.exports.notes import Notes
from observability.jobs import NotYet
from observability.models import Recording, Session
from observability.queries.records import recording_of, recordings_of
from observability.recordings import files


@dataclass(frozen=True, slots=True)
class Take:
    """A revision of the recording, and the name that it gets."""

    name: str
    recording: Recording


def takes_of(session: Session) -> list[Take]:
    """The newest whole revision first, under the plain name; the others with their numbers."""
    newest = recording_of(session)
    if newest is None:
        return []
    others = recordings_of(session).exclude(pk=newest.pk).order_by("revision")
    numbered = [Take(f"recording-rev{each.revision}{suffix_of(each)}", each) for each in others]
    takes = [Take(f"recording{suffix_of(newest)}", newest), *numbered]
    for take in takes:
        take.recording.session = session
    return takes


def suffix_of(recording: Recording) -> str:
    """By the file's first bytes when it was accepted."""
    return Path(recording.name).suffix


def write_takes(archive: Archive, folder: str, takes: Sequence[Take], notes: Notes) -> None:
    """Raises NotYet while storage or spool cannot be read."""
    for take in takes:
        try:
            pieces = pieces_of(take.recording)
        except files.MissingFile:
            notes.left_out[take.name] = "The file is lost: the storage does not have it."
            continue
        with archive.member(folder + take.name, is_compressed=False) as out:
            for piece in pieces:
                out.write(piece)
        if out.sha256 != take.recording.sha256:
            notes.remarks[take.name] = "The file is not what was received: the storage has damaged it."


def pieces_of(recording: Recording) -> files.AudioPieces:
    if files.is_on_other_server(recording):
        raise NotYet("The recording lies on another server, which has yet to move it to the storage.")
    return files.read(recording)
