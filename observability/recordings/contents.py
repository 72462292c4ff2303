"""What the small parts of a recording upload say. One that cannot be read costs the other nothing."""

import hashlib
from dataclasses import dataclass, replace

from observability.limits import MAX_CHAT_ITEMS, MAX_CHAT_VALUES
from observability.livekit.chat_history import Unreadable, items_of, records_of_items
from observability.livekit.header import header_record
from observability.recordings.form import RecordingForm, SpooledPart
from observability.recordings.parts import ORDER
from observability.recordings.storable import storable, storable_header
from observability.records import ChatItemRecord, HeaderRecord, Record

DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Contents:
    header: HeaderRecord | None
    items: list[ChatItemRecord]
    digest: bytes
    """The same for the same upload."""
    problems: dict[str, str]
    """What is wrong, one sentence by name of the part."""
    part_problems: dict[str, str]
    """Those by which header, chat_history or audio cannot be kept, or not all of it."""
    whole: frozenset[str]
    """Names of the parts of which everything can be kept."""
    dropped: int
    """Parts and chat items that are not kept and will not come again."""

    @property
    def job_id(self) -> str:
        return self.header["job_id"] if self.header else ""

    @property
    def room_id(self) -> str:
        return self.header["room_id"] if self.header else ""

    @property
    def start_ns(self) -> int:
        return self.header["start_ns"] if self.header else 0

    @property
    def records(self) -> list[Record]:
        return [*([self.header] if self.header else []), *self.items]

    def without_room(self) -> "Contents":
        """As it is where the session takes no more records."""
        if not self.items:
            return self
        said = self.part_problems | {"chat_history": "The session is full (MAX_SESSION_RECORDS)."}
        return replace(self, part_problems=said, whole=self.whole - {"chat_history"})


def contents_of(form: RecordingForm) -> Contents:
    problems, unreadable = dict(form.problems), set[str]()
    header, items, beyond = None, list[ChatItemRecord](), 0
    try:
        header = storable_header(header_record(form.header.content())) if form.header else None
    except Unreadable as fault:
        problems["header"] = f"{fault}."
        unreadable.add("header")
    try:
        items, beyond = _chat_items(form.chat_history, header) if form.chat_history else ([], 0)
    except Unreadable as fault:
        problems["chat_history"] = f"{fault}."
        unreadable.add("chat_history")
    if beyond:
        sent = beyond + MAX_CHAT_ITEMS
        problems["chat_history"] = (
            f"chat_history holds {sent} items, of which the first {MAX_CHAT_ITEMS} are kept."
        )
    arrived = {name for name in ORDER if getattr(form, name) is not None}
    whole = arrived - unreadable - ({"chat_history"} if beyond else set())
    return Contents(
        header,
        items,
        _digest_of(form),
        problems,
        part_problems={name: problems[name] for name in ORDER if name in problems and name not in whole},
        whole=frozenset(whole),
        # What broke off is asked for again.
        dropped=(0 if form.is_cut_short else form.dropped) + len(unreadable) + beyond,
    )


def _chat_items(chat_history: SpooledPart, header: HeaderRecord | None) -> tuple[list[ChatItemRecord], int]:
    """The first items, and how many are beyond the limit: a long call's beginning is worth more than nothing of it."""
    body = chat_history.content()
    if sum(body.count(mark) for mark in (b"[", b"{", b",")) > MAX_CHAT_VALUES:
        raise Unreadable(f"chat_history holds more than {MAX_CHAT_VALUES} values")
    job_id, room_id = (header["job_id"], header["room_id"]) if header else ("", "")
    items = items_of(body)
    records = records_of_items(items[:MAX_CHAT_ITEMS], job_id=job_id, room_id=room_id)
    for record in records:
        record["item"] = storable(record["item"])
    return records, max(0, len(items) - MAX_CHAT_ITEMS)


def _digest_of(form: RecordingForm) -> bytes:
    """Of both small parts; of the audio where nothing else is there to know the upload by."""
    small = [part for part in (form.header, form.chat_history) if part]
    parts = small or ([form.audio] if form.audio else [])
    known = " ".join(part.sha256 for part in parts)
    return hashlib.blake2b(known.encode(), digest_size=DIGEST_BYTES).digest()
