"""What exists is documented, and what is documented exists: derived from the code, so that nothing new is forgotten."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from inspect import isfunction, signature
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from config import env
from config.celery import PARQUET_SCHEDULE, SCHEDULE
from config.metrics import Work
from observability import limits
from observability.ingest import refusals
from observability.jobs import KINDS
from observability.live import limits as live_limits
from observability.livekit.privacy.scrubbing import scrubbed
from observability.models import Session
from observability.pages import connect, latency_table, session_head, turn_details
from projects.models import Plan
from projects.pages.privacy import KEPT
from tests.documents import OURS, ROOT, codes, doc, named_rows, options_of, our_commands, rows, section

READERS = {
    name
    for name, each in vars(env).items()
    if isfunction(each) and next(iter(signature(each).parameters), "") == "name"
}
READ_BY_THE_S3_CLIENT = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"}
NOT_FOR_PEOPLE = {"PATH", "PWD", "DJANGO_SETTINGS_MODULE"}
NAME = re.compile("[A-Z][A-Z0-9_]+")


def sources() -> list[Path]:
    return [ROOT / "manage.py", *(file for app in OURS for file in (ROOT / app).rglob("*.py"))]


def calls() -> Iterator[ast.Call]:
    for file in sources():
        yield from (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))


@cache
def reads() -> list[tuple[str, str, ast.Call]]:
    """Each env.text("NAME") and its like: reader, name, call."""
    found = []
    for call in calls():
        reader, name = reader_of(call), call.args[0] if call.args else None
        if reader in READERS and isinstance(name, ast.Constant) and NAME.fullmatch(str(name.value)):
            found.append((reader, str(name.value), call))
    return found


def reader_of(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id="env"), attr=reader):
            return reader
        case ast.Name(id=reader):
            return reader
    return ""


def read_by_scripts() -> set[str]:
    """By the shell, by supervisord, by Compose; and by Python past our readers."""
    patterns = {
        "docker/run": r"\$\{?([A-Z][A-Z0-9_]+)",
        "docker/supervisord.conf": r"%\(ENV_([A-Z0-9_]+)\)s",
        "docker/compose.yaml": r"\$\{([A-Z][A-Z0-9_]+)",
    }
    found = {name for file, each in patterns.items() for name in re.findall(each, (ROOT / file).read_text())}
    past = re.compile(r'environ(?:\.\w+\(|\[)"([A-Z][A-Z0-9_]+)"|"([A-Z][A-Z0-9_]+)" (?:not )?in os\.environ')
    return found | {
        name for file in sources() for both in past.findall(file.read_text()) for name in both if name
    }


def test_every_variable_is_explained_and_every_explained_one_exists():
    explained = named_rows(doc("settings.md")).keys() | named_rows(doc("install.md")).keys()
    read = {name for _, name, _ in reads()} | read_by_scripts()

    assert explained == (read - NOT_FOR_PEOPLE) | READ_BY_THE_S3_CLIENT


def test_secrets_may_be_in_files_and_it_is_said():
    secrets = [name for reader, name, _ in reads() if reader == "secret"]

    assert secrets
    assert [name for name in secrets if f"`{name}_FILE`" not in doc("settings.md")] == []


def default_of(reader: str, call: ast.Call) -> str:
    """As it is written in the table; "" where it is not a constant."""
    if len(call.args) < 2 or reader not in {"number", "switch", "choice"}:
        return ""
    try:
        value: Any = eval(compile(ast.Expression(call.args[1]), "", "eval"), {"MIB": limits.MIB})
    except NameError:
        return ""
    return {"number": str, "switch": lambda on: "on" if on else "off", "choice": lambda of: of[0]}[reader](
        value
    )


def test_defaults_in_the_table_are_those_of_the_code():
    told = named_rows(doc("settings.md"))
    wrong = {
        name: (cells[1], default)
        for reader, name, call in reads()
        if (default := default_of(reader, call)) and (cells := told.get(name))
        if default not in re.split(r"[` ()]+", cells[1])
    }

    assert wrong == {}


def test_every_limit_is_in_the_table_of_limits():
    known = {name for name in vars(limits) if NAME.fullmatch(name) and name != "MIB"}

    assert named_rows(section("settings.md", "## Limits")).keys() == known


def test_every_number_of_live_updates_is_told_with_its_value():
    told = named_rows(section("limits.md", "## Live updates"))

    known = {name: str(value) for name, value in vars(live_limits).items() if NAME.fullmatch(name)}
    assert {name: cells[1] for name, cells in told.items()} == known


@pytest.mark.django_db
def test_limits_of_every_plan_are_told():
    told = named_rows(section("limits.md", "## Plans"), "[a-z_]+")
    plans = list(Plan.objects.order_by("position"))
    limiting = {field.name for field in Plan._meta.get_fields() if field.concrete} - {
        "slug",
        "name",
        "position",
    }

    assert told.keys() == limiting
    assert {name: cells[1:] for name, cells in told.items()} == {
        name: [in_words(getattr(plan, name)) for plan in plans] for name in limiting
    }


def in_words(value: object) -> str:
    match value:
        case None:
            return "no limit"
        case bool():
            return "yes" if value else "no"
    return f"{value:,}"


@pytest.mark.django_db
def test_every_metric_is_told_with_its_kind_and_labels():
    told = {codes(cells[0])[0]: cells[1] for cells in rows(section("operate.md", "## Metrics"))}

    families = [*counted_families(), *((family, labels_of(family)) for family in Work().collect())]
    assert told == {written(family, labels): family.type for family, labels in families}


def counted_families() -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Of this process, also those that nothing was counted in yet."""
    for metric in set(REGISTRY._collector_to_names):
        for family in metric.describe() if hasattr(metric, "_labelnames") else ():
            if family.name.startswith("playhead_"):
                yield family, metric._labelnames


def labels_of(family: Any) -> tuple[str, ...]:
    return tuple(family.samples[0].labels)


def written(family: Any, labels: tuple[str, ...]) -> str:
    name = f"{family.name}_total" if family.type == "counter" else family.name
    return f"{name}{{{','.join(labels)}}}" if labels else name


def test_every_kind_of_job_and_every_periodic_task_is_told():
    told = rows(section("operate.md", "## Jobs"))

    jobs = {codes(cells[0])[0]: codes(cells[1])[0] for cells in told if codes(cells[1])}
    tasks = {codes(cells[0])[0]: cells[1] for cells in told if not codes(cells[1])}
    assert jobs == {name: kind.queue for name, kind in KINDS.items()}
    every = [*SCHEDULE.values(), *PARQUET_SCHEDULE.values()]
    assert tasks == {each["task"]: f"{each['schedule']:.0f} s" for each in every}


def test_every_command_is_told_with_all_of_its_options():
    told = {codes(cells[0])[0] for cells in rows(doc("commands.md"))}

    assert {usage.split()[0]: set(re.findall(r"--[a-z-]+", usage)) for usage in told} == {
        name: options_of(command) for name, command in our_commands().items()
    }


@pytest.mark.django_db
def test_every_address_of_the_api_is_told(client):
    projects = "/api/v1/projects/"
    tables = rows(section("api.md", "## What there is"))
    addresses = [each for cells in tables for each in codes(cells[0])]

    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    before = {"{project}": projects, "{session}": f"{projects}{{project}}/sessions/"}
    assert {before.get(each.split("/")[0], "") + each for each in addresses} == set(schema["paths"])


def kinds_of_refusals(kind: type[refusals.Refused] = refusals.Refused) -> Iterator[type[refusals.Refused]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of_refusals(each)


def test_every_refusal_is_told_with_its_status_and_what_connect_advises():
    told = named_rows(section("connect.md", "## What the check says"), "[a-z-]+")
    kinds = {each.reason: each for each in kinds_of_refusals()}

    assert {reason: int(cells[1]) for reason, cells in told.items()} == {
        reason: each.status for reason, each in kinds.items()
    }
    noted = {reason for reason, each in kinds.items() if not issubclass(each, refusals.Unavailable)}
    assert {reason: told[reason][2] for reason in noted} == {
        reason: connect.ADVICE.get(reason, connect.OTHER_ADVICE) for reason in noted
    }


def bold(text: str) -> set[str]:
    return set(re.findall(r"\*\*([^*]+)\*\*", text.replace("\n", " ")))


def test_words_of_the_pages_are_explained():
    heads = (ROOT / "templates" / "observability" / "_timeline.html").read_text()
    lanes = set(re.findall(r'class="lane-head .*?<span(?: data-hint)?>([^<]+)</span>', heads))
    words = bold(doc("concepts.md"))

    assert len(lanes) > 10
    for shown in [
        lanes,
        {str(label) for label in Session.Status.labels},
        set(session_head.LABELS.values()),
        {word for _, word in turn_details.OUTCOMES.values()},
        {name for _, name in latency_table.PARTS.values()},
    ]:
        assert shown - words == set()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("jane dot roe at example dot com", "[email]"),
        ("14/05/1980", "[phone]"),
        ("14 May 1980", "14 May 1980"),
        ("1980-05-14", "1980-05-14"),
        ("1234", "1234"),
        ("I am Jane Roe and live in Leeds", "I am Jane Roe and live in Leeds"),
    ],
)
def test_redaction_does_what_the_page_says_of_its_examples(said: str, kept: str):
    assert said in section("privacy.md", "## Redaction")
    assert scrubbed(said) == kept


def test_every_privacy_switch_is_explained():
    told = {cells[0].strip("*") for cells in rows(section("privacy.md", "## The switches"))}

    assert told == {text.title for text in KEPT.values()}
