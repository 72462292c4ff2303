"""Importing files that lie on the server."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from observability.models import Session
from projects.models import AuditEvent


@pytest.fixture
def file(talk, zip_of, tmp_path):
    path = tmp_path / "talk.zip"
    path.write_bytes(zip_of(talk))
    return path


def run(*args):
    out = StringIO()
    call_command("import_session", *map(str, args), stdout=out)
    return out.getvalue()


def test_command_imports_and_tells_what_became_of_it(file, talk, other_project):
    first = json.loads(run("--project", "other", file, "--json"))
    second = json.loads(run("--project", "other", file, "--json"))

    session = Session.objects.get(project=other_project)
    [told] = first["sessions"]
    assert first["project"] == "other"
    assert told == {
        "file": "talk.zip",
        "state": "imported",
        "id": str(session.public_id),
        "job_id": talk.job_id,
        "records": session.span_count
        + session.log_count
        + session.metric_point_count
        + session.chat_item_count
        + 1,
        "recordings": 1,
        "rejected": 0,
        "discarded": {},
        "message": "",
    }
    assert [each["state"] for each in second["sessions"]] == ["already-here"]
    events = AuditEvent.objects.filter(project=other_project, verb="session.imported")
    assert [event.target for event in events] == [str(session.public_id)]


def test_command_ends_with_an_error_if_a_session_was_refused(file, talk, other_project):
    other_project.privacy.observability = False
    other_project.privacy.save()

    with pytest.raises(CommandError, match="Not every session was imported"):
        run("--project", "other", file)


@pytest.mark.parametrize(
    ("slug", "name", "said"),
    [("nowhere", "talk.zip", "no project nowhere"), ("other", "no.zip", "No such file")],
)
def test_command_says_what_is_wrong(file, other_project, tmp_path, slug, name, said):
    with pytest.raises(CommandError, match=said):
        run("--project", slug, tmp_path / name)
