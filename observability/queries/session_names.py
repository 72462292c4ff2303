"""Names of sessions: of some, and those had lately, to suggest them. To tell all there were, all would be read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from observability.models import ModelFact, Session, ToolFact, VerdictFact
from projects.models import Project

LATELY = 200
"""Sessions. Their facts are some thousands of rows."""
MOST = 50


def names_lately(project: Project) -> Mapping[str, Sequence[str]]:
    """By the filter's name; four queries, however many sessions there are."""
    newest = (
        Session.objects.for_project(project).order_by("-pk").values_list("pk", "agent_name", "sdk_version")
    )
    rows = list(newest[:LATELY])
    ids = [pk for pk, *_ in rows]
    # Index of these three: that of the foreign key.
    verdicts = list(VerdictFact._base_manager.filter(session__in=ids).values_list("kind", "name").distinct())
    tools = ToolFact._base_manager.filter(session__in=ids).values_list("name", flat=True).distinct()
    models = ModelFact._base_manager.filter(session__in=ids).values_list("model", flat=True).distinct()
    return {
        "agent": sorted_names(agent for _, agent, _ in rows),
        "sdk": sorted_names(version for *_, version in rows),
        "outcome": sorted_names(name for kind, name in verdicts if kind == VerdictFact.Kind.OUTCOME),
        "tag": sorted_names(name for kind, name in verdicts if kind == VerdictFact.Kind.TAG),
        "tool": sorted_names(tools),
        "model": sorted_names(models),
    }


def names_for_the_trail(
    sender: Any, project: Project, ids: Collection[UUID], found: dict[UUID, str], **_: Any
) -> None:
    """Receiver of `projects.trail.sessions_named`."""
    rows = Session.objects.for_project(project).filter(public_id__in=ids)
    named = rows.values_list("public_id", "agent_name", "room_name", "room_id", "job_id")
    found.update({public_id: named_by(*names) for public_id, *names in named})


def named_by(agent_name: str, room_name: str, room_id: str, job_id: str) -> str:
    place = next((name for name in (room_name, room_id, job_id) if name), "")
    return ", ".join(name for name in (agent_name, place) if name)


def sorted_names(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name})[:MOST]
