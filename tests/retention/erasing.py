"""Death, brought about."""

from datetime import timedelta

from observability.models import Session
from observability.retention.delete import delete_session
from observability.retention.erase import Erased, erase


def expire(session: Session) -> Session:
    """As time would: nothing else of it changes. SQLite's clock tells no less than a millisecond."""
    session.expires_at = session.first_received_at - timedelta(milliseconds=1)
    Session.objects.filter(pk=session.pk).update(expires_at=session.expires_at)
    return session


def erase_session(session: Session) -> Erased:
    """Deleted by a person, and then erased as the worker does."""
    delete_session(session)
    return erase(session.pk)
