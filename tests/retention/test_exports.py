"""A zip goes with the sessions that are in it."""

from observability.exports.sweep import sweep_exports
from observability.models import Export, Session
from tests.exports.conftest import ask, work
from tests.people import SessionFactory
from tests.recordings.left import stored_files
from tests.retention.erasing import erase_session
from tests.sending import spans

__all__ = ["ask"]


def test_a_zip_of_several_sessions_goes_with_the_first_that_is_erased(ask, agent, project):
    for job in ("AJ_goes", "AJ_stays"):
        agent.send("traces", spans("first", job=job))
    goes, stays = Session.objects.order_by("pk")
    export = ask(goes, stays)
    work()
    assert list(stored_files()) == [export.key]

    erase_session(goes)

    assert stored_files() == {}
    assert list(Session.objects.all()) == [stays]
    sweep_exports()
    assert not Export.objects.exists()


def test_a_zip_of_others_stays(ask, agent, project):
    agent.send("traces", spans("first"))
    export = ask(Session.objects.get())
    work()

    erase_session(SessionFactory(project=project))

    assert list(stored_files()) == [export.key]
