"""What uploads left behind: in the journal, in storage, in the spool."""

from pathlib import Path

from django.conf import settings

from observability.journal.read import batches_of


def kinds_of(session):
    return [[record["signal"] for record in batch] for batch in batches_of(session)]


def texts_of(session):
    items = [
        record["item"] for batch in batches_of(session) for record in batch if record["signal"] == "chat_item"
    ]
    return [item["content"][0] for item in items]


def stored_files():
    """Of the rooms: what is told about the deleted lies below `deletions/`, and has nothing of theirs."""
    return {key: content for key, content in all_files().items() if not key.startswith("deletions/")}


def all_files():
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def spooled_files():
    return [path for path in Path(settings.SPOOL_DIR).rglob("*") if path.is_file()]
