"""session.json tells what records do not say, so that an import can show the session as it was."""

from observability.models import Session


def test_session_json_tells_what_an_import_needs(talk, download):
    Session.objects.filter(pk=talk.pk).update(
        switched_off=["logs"], discarded={"logs": 3}, part_problems={"header": "It broke off."}
    )

    told = download(talk).json("session.json")["for_import"]

    talk.refresh_from_db()
    places = told.pop("chat_items")
    assert told == {
        "ended_ns": talk.ended_ns,
        "switched_off": ["logs"],
        "discarded": {"logs": 3},
        "part_problems": {"header": "It broke off."},
        "audio_left_out": False,
    }
    assert places == [[place, talk.job_id, talk.room_id] for place in range(len(places))]


def test_zip_for_somebody_who_may_not_hear_says_that_there_is_audio(talk, download):
    assert download(talk, may_hear=False).json("session.json")["for_import"]["audio_left_out"] is True
