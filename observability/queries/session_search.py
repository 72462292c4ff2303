"""Sessions in which a text was said, or that bear it in a name: read where it is common, looked up where it is rare.

PostgreSQL looks at the first thousand sessions that all else allows, and has mostly filled a page by then. What is left
is rare among them, and is looked up by an index that is led by the project; it then passes by few. SQLite reads
(docs/decisions/0023-words-are-found-in-their-own-rows.md).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Now

from observability.models import SaidLine, Session, SessionNames
from observability.models.names import Part
from observability.models.said import Wanted
from observability.queries.planning import planned_with
from observability.queries.session_conditions import matching
from observability.queries.session_filters import Asked
from observability.queries.session_keys import Keys, keys_by_index
from observability.queries.session_order import NEWEST, ORDERS, Order, columns_of
from observability.timeline.said import words_asked
from projects.models import Project

LOOKED_AT_FIRST = 1_000
"""Sessions; some 10 ms. Of 100,000, what is in fewer than a twentieth of these is in 5,000, looked up in some 30 ms."""
INDEXES_ALONE = {"enable_seqscan": "off", "jit": "off"}
"""Where a word is guessed to be in every row, each would be taken to keys again instead of reading those that the index
holds; and to compile such a statement takes a second."""
LONG_WORD_CHARS = 3
"""Many words begin with less; beside longer ones they are read where those were found."""
NAMES = ("job_id", "room_name", "room_id", "agent_name", "participant")


@dataclass(frozen=True, slots=True)
class Search:
    is_found: Q
    """Read in a session and its rows."""
    looked_up: Sequence[Keys]
    """Keys of all sessions of the project in which it is found, from each place; PostgreSQL only."""


class IsAmong(Func):
    """The keys are looked up first, whatever the database thinks of how many there are.

    With `IN` it might walk all sessions in their order to come upon the few, or compare each with each.
    """

    template = "(%(expressions)s))"
    arg_joiner = " = ANY(ARRAY"
    output_field = BooleanField()


class CountOf(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def found_first(
    sessions: QuerySet[Session], project: Project, asked: Asked, order: Order, *, most: int
) -> list[Session]:
    """The first of these sessions that are as asked for, and in which all that is looked for is found."""
    sessions = sessions.filter(matching(project, asked))
    searches = [SEARCHES[name](project, asked.texts[name]) for name in SEARCHES if name in asked.texts]
    if connection.vendor != "postgresql":
        return first_of(sessions.filter(*(each.is_found for each in searches)), order, most)
    keys = keys_by_index(project, asked)
    if keys is not None:
        near, are_all = found_near(sessions, searches, keys, order, most)
        if are_all or (order == ORDERS[NEWEST] and len(near) == most):
            return near
    if not searches:
        return first_of(sessions, order, most)
    keys = sessions.order_by(*columns_of(order)).values_list("pk", flat=True)
    near, are_all = found_near(Session.objects.all(), searches, keys, order, most)
    return near if are_all or len(near) == most else found_anywhere(sessions, searches, order, most)


def first_of(sessions: QuerySet[Session], order: Order, most: int) -> list[Session]:
    return list(sessions.order_by(*columns_of(order))[:most])


def found_near(
    sessions: QuerySet[Any], searches: Sequence[Search], keys: Keys, order: Order, most: int
) -> tuple[list[Session], bool]:
    """Among the first of these keys, and whether there are no more of them."""
    first = keys[:LOOKED_AT_FIRST]
    near = sessions.filter(*(each.is_found for each in searches), pk__in=first)
    rows: list[Any] = first_of(near.annotate(looked_at=CountOf(first)), order, most)
    looked_at = rows[0].looked_at if rows else first.count()
    return rows, looked_at < LOOKED_AT_FIRST


def found_anywhere(
    sessions: QuerySet[Session], searches: Sequence[Search], order: Order, most: int
) -> list[Session]:
    for each in searches:
        if not each.looked_up:
            return []
        first, *others = each.looked_up
        sessions = sessions.filter(
            IsAmong(F("pk"), Subquery(first.union(*others, all=True) if others else first))
        )
    with planned_with(**INDEXES_ALONE):
        return first_of(sessions, order, most)


def names_and_words(project: Project, text: str) -> Search:
    named, said = names(project, text), words(project, text)
    return Search(named.is_found | said.is_found, [*named.looked_up, *said.looked_up])


def names(project: Project, text: str) -> Search:
    """What is looked up is read as well; so are the names of a session that is not over, or to which more has come."""
    is_found = Q()
    for field in NAMES:
        is_found |= Q(**{f"{field}__icontains": text})
    named = Session.objects.for_project(project).filter(is_found).values_list("pk", flat=True)
    rows: QuerySet[Any] = SessionNames.objects.filter(expires_at__gt=Now())
    keys = rows.filter(names__hold_pieces_of=Part(project.pk, text)).values_list("session", flat=True)
    looked_up = named.filter(IsAmong(F("pk"), Subquery(keys)))
    return Search(is_found, [looked_up, named.filter(is_named=False)])


def words(project: Project, text: str) -> Search:
    """Nothing is found by a text without a word in it.

    The session is the project's, so nothing is said of it again: SQLite would read all rows of the project for each.
    A condition within a CASE stays one. PostgreSQL would make a join of it otherwise, and might read the rows of all
    sessions.
    """
    wanted = words_asked(text)
    if not wanted:
        return Search(Q(pk__in=[]), [])
    rows: QuerySet[Any] = SaidLine.objects.filter(expires_at__gt=Now())
    holding = rows.filter(words__hold_all=wanted)
    is_found = Case(
        When(Exists(holding.filter(session=OuterRef("pk"))), then=True),
        default=False,
        output_field=BooleanField(),
    )
    long = [word for word in wanted if len(word) >= LONG_WORD_CHARS or not word.isascii()] or wanted
    looked_up = rows.filter(words__are_indexed=Wanted(project.pk, long))
    if len(wanted) > 1:
        looked_up = looked_up.filter(words__hold_together=wanted)
    return Search(Q(is_found), [looked_up.values_list("session", flat=True)])


SEARCHES: Mapping[str, Callable[[Project, str], Search]] = {
    "search": names_and_words,
    "text": names,
    "q": words,
}
