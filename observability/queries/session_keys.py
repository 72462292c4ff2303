"""Filters that indexes answer by themselves: entries tell which sessions have both an agent and a tool, none is read.

A session's row is some 2 KB. Where two common filters exclude each other, or a name was last used long ago, half of the
project would be read for one page.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet

from observability.models import Fact, ModelFact, Session, ToolFact, VerdictFact
from observability.queries.session_filters import Asked
from projects.models import Project

Keys = QuerySet[Any, int]
KeysOf = Callable[[Project, Any], Keys]


def with_column(column: str) -> KeysOf:
    """Index: project, column, key."""
    return lambda project, value: Session._base_manager.filter(
        project=project, **{column: value}
    ).values_list("pk", flat=True)


def with_fact(fact: type[Fact], /, column: str = "name", **fields: str) -> KeysOf:
    """Index: project, fields, column, session."""
    return lambda project, value: fact._base_manager.filter(
        project=project, **fields, **{column: value}
    ).values_list("session", flat=True)


BY_FACT: Mapping[str, KeysOf] = {
    "outcome": with_fact(VerdictFact, kind=VerdictFact.Kind.OUTCOME),
    "tag": with_fact(VerdictFact, kind=VerdictFact.Kind.TAG),
    "tool": with_fact(ToolFact),
    "model": with_fact(ModelFact, column="model"),
}
"""No index tells what has expired. Facts do with their session, and whoever asks reads that."""
BY_INDEX: Mapping[str, KeysOf] = {
    **BY_FACT,
    "agent": with_column("agent_name"),
    "participant": with_column("participant"),
    "sdk": with_column("sdk_version"),
}
"""Not the status: nearly all have ended."""


def keys_by_index(project: Project, asked: Asked) -> Keys | None:
    """Of all sessions that these filters allow, the newest first, some of them twice.

    None where at most a column is asked for: its sessions themselves are in the order of its index.
    """
    by = [name for name in BY_INDEX if name in asked.values]
    if len(by) < 2 and not BY_FACT.keys() & by:
        return None
    first, *others = (BY_INDEX[name](project, asked.values[name]) for name in by)
    for each in others:
        first = each.filter(**{f"{key_of(each)}__in": first})
    return first.order_by(f"-{key_of(first)}")


def key_of(keys: Keys) -> str:
    return "pk" if keys.model is Session else "session"
