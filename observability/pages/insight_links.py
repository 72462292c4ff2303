"""From a figure to the list of exactly those sessions that it counts."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from observability.insights.scope import TIMES, Scope, utc_text


@dataclass(frozen=True, slots=True)
class SessionsOf:
    scope: Scope

    def href(self, **more: str) -> str:
        return self.within(self.scope.since, self.scope.until, **more)

    def within(self, since: datetime, until: datetime, **more: str) -> str:
        """Empty where the list cannot be asked for them: it takes one value of a filter, and no empty one."""
        asked = self.scope.asked
        if any(not text or asked.texts.get(name, text) != text for name, text in more.items()):
            return ""
        for name in TIMES:
            asked = asked.without(name)
        times = {"from": utc_text(since), "to": utc_text(until)}
        query = asked.as_query(**{"counted": "yes", **more}, **times)
        return f"{reverse('observability:session-list', args=[self.scope.project.slug])}?{query}"

    def of_turn(self, public_id: object, turn: int) -> str:
        return f"{self.of_session(public_id)}#turn={turn}"

    def of_session(self, public_id: object) -> str:
        return reverse("observability:session-show", args=[self.scope.project.slug, public_id])
