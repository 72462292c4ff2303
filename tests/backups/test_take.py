"""What a backup holds, while uploads go on."""

import hashlib
import json
import tarfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError

from observability.backups.layout import opened
from observability.backups.take import take_backup
from observability.journal.archive import remove_obsolete
from observability.journal.seal import seal_session
from observability.models import Archive, Recording, Session
from observability.recordings import spool
from tests.backups.losing import backup
from tests.people import API_SECRET
from tests.recordings.left import stored_files
from tests.sending import spans

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """As SIGKILL: nothing in between is cleaned up by us."""


def names_in(place):
    with opened(place) as taken:
        return set(taken._entries)


def contents_of(place):
    if place.suffix == ".tar":
        with tarfile.open(place) as tar:
            return {member.name: tar.extractfile(member).read() for member in tar.getmembers()}
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def at(step, action):
    """Does it once, before this step of a backup."""
    waiting = [action]

    def say(said):
        if said == step and waiting:
            waiting.pop()()

    return say


def test_it_holds_rows_archives_recordings_and_peaks(sealed, either):
    told = backup(either)

    files = {f"objects/{key}": content for key, content in stored_files().items()}
    held = contents_of(either)
    assert len(files) == 3
    assert {name: held[name] for name in files} == files
    assert set(held) == {*files, "database", "manifest.jsonl"}
    assert (told["files"], told["bytes"], told["lost"]) == (3, sum(map(len, files.values())), 0)


def test_its_list_has_the_digest_of_each_file(sealed, either):
    backup(either)

    held = contents_of(either)
    header, *entries = [json.loads(line) for line in held["manifest.jsonl"].splitlines()]
    assert header["objects"] == "files"
    assert {entry["name"]: entry["sha256"] for entry in entries} == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in held.items()
        if name != "manifest.jsonl"
    }


def test_nobody_else_on_the_machine_can_read_it(sealed, either):
    backup(either)

    files = [either] if either.is_file() else [path for path in either.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


def test_it_has_no_secret_in_the_clear(sealed, api_key, read_token, owner_client, either):
    backup(either)

    everything = b"".join(contents_of(either).values())
    cookie = owner_client.cookies["sessionid"].value
    for secret in (API_SECRET, read_token.secret, cookie, settings.SECRETS_KEY, settings.SECRET_KEY):
        assert secret.encode() not in everything


def test_a_recording_that_waits_for_the_storage_is_in_it(accept, sealed, place):
    recording = Recording.objects.get()
    name = "0123456789abcdef.ogg"
    spool.kept_dir().mkdir(parents=True, exist_ok=True)
    (Path(settings.MEDIA_ROOT) / recording.name).rename(spool.path_of(name))
    Recording.objects.update(place=Recording.Place.SPOOL, name=name)

    backup(place)

    assert f"spool/{name}" in names_in(place)


def test_what_comes_after_its_files_and_before_its_rows_is_in_it(sealed, agent, place):
    def come_and_be_sealed():
        agent.send("traces", spans("late", job="AJ_late"))
        session = Session.objects.get(job_id="AJ_late")
        Session.objects.update(status=Session.Status.ENDED)
        seal_session(session.pk)

    take_backup(place, say=at("Rows", come_and_be_sealed))

    assert f"objects/{Archive.objects.get(session__job_id='AJ_late').name}" in names_in(place)


def test_what_is_sealed_anew_between_its_rows_and_its_files_is_taken_again(agent, project, place):
    """The rows name a file that is there no more: without another look the session's records would be lost."""

    def seal(*names):
        agent.send("traces", spans(*names, job="AJ_1", first_id=len(names)))
        Session.objects.update(status=Session.Status.ENDED)
        seal_session(Session.objects.get().pk)
        remove_obsolete(Session.objects.get().pk)

    def between_rows_and_files(said):
        if said == "Files":
            return
        seal(*["again"] * (2 if said == "Rows" else 3)) if Archive.objects.get().revision < 3 else None

    seal("first")
    taken = take_backup(place, say=between_rows_and_files)

    assert Archive.objects.get().revision == 3
    assert taken.lost == ()
    assert f"objects/{Archive.objects.get().name}" in names_in(place)


def test_what_was_lost_before_is_told(sealed, place):
    key = Recording.objects.get().name
    (Path(settings.MEDIA_ROOT) / key).unlink()

    told = backup(place)

    assert (told["lost"], told["lost_names"]) == (1, [f"objects/{key}"])


def test_it_is_never_written_over_another(sealed, either):
    backup(either)
    before = contents_of(either)

    with pytest.raises(CommandError, match="is there already"):
        backup(either)

    assert contents_of(either) == before


@pytest.mark.parametrize("step", ["Rows", "Files that have come meanwhile"])
def test_one_that_failed_leaves_no_voice_behind(sealed, either, step):
    def fill_the_disk():
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        take_backup(either, say=at(step, fill_the_disk))

    assert [path for path in either.parent.iterdir() if path.name.startswith(either.name)] == []


@pytest.mark.parametrize("step", ["Files", "Rows", "Files that have come meanwhile"])
def test_one_that_was_killed_has_no_name_and_the_next_takes_all(sealed, either, step):
    def killed():
        raise Killed

    with pytest.raises(Killed):
        take_backup(either, say=at(step, killed))
    assert not either.exists()

    backup(either)

    assert len(names_in(either)) == 4
    assert [path for path in either.parent.iterdir() if path.name.startswith(either.name)] == [either]
