"""An import passes the same gate as an agent's upload."""

from io import BytesIO

import pytest
from django.utils import timezone

from observability.imports.from_zip import bundles_in
from observability.imports.plan import planned
from observability.imports.zip_members import members_of
from observability.journal.codec import decode
from observability.livekit.privacy import permitted
from observability.models import Recording, Session
from projects.models import PrivacySwitches
from tests.imports.conftest import by_kind, session_of, take_in
from tests.imports.test_files import span, traces
from tests.ingest.test_privacy_at_the_door import NUMBER
from tests.sending import logs, spans


@pytest.mark.parametrize(
    ("switch", "kinds"),
    [("traces", ["span"]), ("transcripts", ["chat_item"])],
)
def test_what_the_project_has_switched_off_is_not_kept(talk, zip_of, other_project, switch, kinds):
    setattr(other_project.privacy, switch, False)
    other_project.privacy.save()

    [outcome] = take_in(other_project, zip_of(talk))

    kept = by_kind(session_of(outcome))
    assert [kind for kind, records in kept.items() if not records and by_kind(talk)[kind]] == kinds
    assert sum(outcome.discarded.values()) > 0


def test_what_is_switched_off_is_left_out_before_the_database_is_held(talk, zip_of, other_project):
    other_project.privacy.traces = False
    other_project.privacy.redaction = True
    other_project.privacy.save()
    with members_of(BytesIO(zip_of(talk))) as members:
        [bundle] = bundles_in(members, name="talk.zip")
        with planned(other_project, bundle, now=timezone.now()) as plan:
            ready = [record for draft in plan.drafts for record in decode(draft.batch.payload)]

    assert ready
    assert not [record for record in ready if record["signal"] == "span"]
    assert list(permitted(ready, plan.switches).records) == ready


def test_redaction_that_one_record_asks_for_holds_for_what_was_read_before_it(project):
    spans = [span(number, job_id="AJ_1", text=NUMBER) for number in range(1, 2100)]
    flag = {"key": "lk.redaction.enabled", "value": {"boolValue": True}}
    last = span(2100, job_id="AJ_1")
    body = traces(*spans, last | {"attributes": [*last["attributes"], flag]})

    [outcome] = take_in(project, body)

    assert session_of(outcome).is_redacted
    assert NUMBER not in str(by_kind(session_of(outcome)))


def test_switches_count_that_were_set_while_the_files_came(talk, zip_of, other_project):
    PrivacySwitches.objects.filter(project=other_project).update(redaction=True, traces=False)

    [outcome] = take_in(other_project, zip_of(talk))

    assert session_of(outcome).is_redacted
    assert not by_kind(session_of(outcome))["span"]


def test_audio_is_not_kept_where_it_is_off(talk, zip_of, other_project, settings):
    other_project.privacy.audio = False
    other_project.privacy.save()

    [outcome] = take_in(other_project, zip_of(talk))

    assert (outcome.recordings, outcome.discarded) == (0, {"audio": 1})
    assert not Recording.objects.filter(session__project=other_project).exists()
    assert not [path for path in settings.SPOOL_DIR.rglob("*") if path.is_file()]


def test_redaction_is_done_before_the_first_write(agent, zip_of, project, other_project):
    agent.send("logs", logs(f"my number is {NUMBER}"))
    agent.send("traces", spans("job_entrypoint"))
    other_project.privacy.redaction = True
    other_project.privacy.save()

    [outcome] = take_in(other_project, zip_of(Session.objects.get()))

    again = session_of(outcome)
    assert again.is_redacted
    assert "5551234567" not in str(by_kind(again))
    assert take_in(other_project, zip_of(Session.objects.get(project=project)))[0].state == "already-here"


def test_voice_does_not_come_where_redaction_is_on(talk, zip_of, other_project):
    other_project.privacy.redaction = True
    other_project.privacy.save()

    [outcome] = take_in(other_project, zip_of(talk))

    assert not Recording.objects.filter(session__project=other_project).exists()
    assert session_of(outcome).room_name == ""


def test_zip_of_somebody_who_may_not_hear_audio_says_so_in_the_session(talk, download, other_project):
    content = download(talk, may_hear=False).content

    again = session_of(take_in(other_project, content)[0])

    assert again.part_problems["audio"] == "The zip that it was imported from was made without audio."
