"""Who is signed in, as Django keeps it in the database; each request asks, so the query is written once."""

from functools import cache
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from config.written import Given, Written


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        found = session_in_use().first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key: Any = None
        return found


@cache
def session_in_use() -> Written[Session]:
    key, now = Given("key", Session._meta.pk), Given("now", Session._meta.get_field("expire_date"))
    return Written(Session.objects.filter(session_key=key, expire_date__gt=now))
