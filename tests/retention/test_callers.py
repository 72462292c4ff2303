"""A person asks that what is kept of them be erased, by whatever name an SDK sent it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from observability.journal.seal import seal_session
from observability.models import Batch, Session
from observability.storage import objects
from tests.recordings.left import stored_files
from tests.sending import START_NS, attributes, spans

NUMBER = "+49 30 901820"


def erase_caller(*arguments):
    out = StringIO()
    call_command("erase_caller", "--project", "acme", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def call(job, *, in_event=False, first_id=1, **named):
    """A span of one job that names somebody; keys with `__` for a dot."""
    values = attributes(**{key.replace("__", "."): value for key, value in named.items()})
    request = ExportTraceServiceRequest()
    span = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(
            trace_id=b"t" * 16,
            span_id=first_id.to_bytes(8),
            name="agent_session",
            start_time_unix_nano=START_NS,
            end_time_unix_nano=START_NS + 1,
            attributes=attributes(**({"job_id": job, "room_id": f"RM_{job}"} if job else {})),
        )
    )
    if in_event:
        span.events.add(name="participant_linked", time_unix_nano=START_NS, attributes=values)
    else:
        span.attributes.extend(values)
    return request.SerializeToString()


@pytest.mark.parametrize(
    "named",
    [
        {"lk__participant_identity": "ada"},
        {"lk__pii__participant_identity": "ada"},
        {"lk__pii__participant_identity": "ada", "in_event": True},
        {"lk__sip__phoneNumber": "+4930901820"},
        {"lk__pii__sip__phoneNumber": "+4930901820"},
        {"sip__phoneNumber": "+49 30 901820"},
        {"lk__pii__participant_identity": "sip_+4930901820"},
    ],
)
def test_a_caller_is_found_by_the_names_of_all_sdks(agent, project, named):
    agent.send("traces", call("AJ_ada", **named))
    agent.send("traces", call("AJ_other", lk__participant_identity="bob", lk__sip__phoneNumber="+4930555555"))

    receipt = erase_caller("--identity", "ada", "--phone", NUMBER)

    assert [session["job_id"] for session in receipt["sessions"]] == ["AJ_ada"]
    assert list(Session.objects.values_list("job_id", flat=True)) == ["AJ_other"]


def test_the_receipt_has_ids_and_counts_and_nothing_of_the_caller(agent, talk, project):
    agent.send("traces", call(talk.job_id, lk__participant_identity="ada"))
    size_bytes = talk.recordings.get().size_bytes

    receipt = erase_caller("--identity", "ada")

    [session] = receipt["sessions"]
    assert (session["id"], session["recordings"]) == (str(talk.public_id), 1)
    assert (receipt["erased"]["sessions"], receipt["erased"]["bytes"]) == (1, size_bytes)
    assert (receipt["pending"], stored_files()) == ([], {})
    assert "ada" not in json.dumps(receipt)
    assert project.audit_events.filter(verb="session.deleted", target=session["id"]).count() == 1


def test_a_word_that_only_looks_like_the_identity_is_not_the_caller(agent, project):
    agent.send("traces", spans("ada"))
    agent.send("traces", call("AJ_2", note="ada", lk__participant_identity="ada2"))

    assert erase_caller("--identity", "ada")["sessions"] == []


def test_records_of_no_session_that_name_the_caller_go_too(agent, project):
    agent.send("traces", call("", lk__participant_identity="ada"))
    agent.send("traces", call("", lk__participant_identity="bob"))

    erase_caller("--identity", "ada")

    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [([], "Say who: --identity, --phone, or both."), (["--phone", "12"], "at least 5 digits")],
)
def test_it_must_be_said_who(project, arguments, complaint):
    with pytest.raises(CommandError, match=complaint):
        erase_caller(*arguments)


def test_a_project_that_is_not_there_is_named(db):
    with pytest.raises(CommandError, match="There is no project acme"):
        erase_caller("--identity", "ada")


def test_a_caller_is_found_in_a_sealed_session_and_one_that_cannot_be_read_is_named(agent, project):
    for job in ("AJ_sealed", "AJ_lost"):
        agent.send("traces", call(job, in_event=True, lk__participant_identity="ada"))
        seal_session(Session.objects.get(job_id=job).pk)
    lost = Session.objects.get(job_id="AJ_lost")
    objects.remove(lost.archive.name)

    receipt = erase_caller("--identity", "ada")

    assert [session["job_id"] for session in receipt["sessions"]] == ["AJ_sealed"]
    assert receipt["unread"] == [str(lost.public_id)]
    assert stored_files() == {}
