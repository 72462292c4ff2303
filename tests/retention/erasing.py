"""Death, brought about."""

from observability.models import Session
from observability.retention.delete import delete_session
from observability.retention.erase import Erased, erase


def expire(session: Session) -> Session:
    """As time would: nothing else of it changes."""
    session.expires_at = session.first_received_at
    Session.objects.filter(pk=session.pk).update(expires_at=session.expires_at)
    return session


def erase_session(session: Session) -> Erased:
    """Deleted by a person, and then erased as the worker does."""
    delete_session(session)
    return erase(session.pk)
