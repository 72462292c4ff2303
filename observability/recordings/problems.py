"""Notes on the session what of its recording upload could not be kept."""

from collections.abc import Mapping

from django.db.models import F

from observability.models import Session
from observability.recordings.contents import Contents


def noted_before(session_id: int) -> Session:
    """To be read before the upload is kept: what the session has by then cannot be spoilt by a damaged repeat."""
    return Session.objects.only("part_problems", "chat_item_count").get(pk=session_id)


def note_problems(before: Session, contents: Contents, *, is_repeated: bool) -> None:
    """Within the transaction that holds the session. What is dropped counts once, however often it comes."""
    problems = problems_after(before.part_problems, contents, has_history=before.chat_item_count > 0)
    dropped = 0 if is_repeated else contents.dropped
    if dropped or problems != before.part_problems:
        Session.objects.filter(pk=before.pk).update(
            part_problems=problems, rejected_count=F("rejected_count") + dropped
        )


def problems_after(before: Mapping[str, str], contents: Contents, *, has_history: bool) -> dict[str, str]:
    """A part that comes whole settles what was wrong with it before."""
    still = {name: problem for name, problem in before.items() if name not in contents.whole}
    spared = {"chat_history"} if has_history else set()
    return still | {name: said for name, said in contents.part_problems.items() if name not in spared}
