"""`manage.py up` and the commands beside it, as an operator meets them."""

import json
import os
import re
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.cores import BEHIND
from tests.ops.running import Running, running

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a start leaves that was stopped as soon as the tables were there; to make them takes six seconds."""
    folder = tmp_path_factory.mktemp("migrated") / "data"
    assert Running(folder).manage("migrate", "-v0").returncode == 0
    return folder


@pytest.fixture
def data(migrated: Path, tmp_path: Path) -> Path:
    return shutil.copytree(migrated, tmp_path / "data")


@pytest.fixture(scope="module")
def playhead(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = shutil.copytree(migrated, tmp_path_factory.mktemp("up") / "data")
    with running(data, DEMO_SESSIONS="off") as playhead:
        yield playhead


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def link_in(output: str) -> str:
    found = re.search(r"http://\S+/account/link/\S+/", output)
    assert found, output
    return found[0]


def test_first_start_prints_a_way_in_and_what_an_agent_needs(tmp_path: Path):
    with running(tmp_path / "data") as playhead:
        wait_for("Press Ctrl-C", playhead)
        output = playhead.output()

        assert output.count("Playhead is ready at http://") == 1
        assert f"LIVEKIT_OBSERVABILITY_URL={playhead.url}/p/demo" in output
        assert re.search(r"LIVEKIT_API_KEY=API\w+\n  LIVEKIT_API_SECRET=\S{40,}", output)
        assert get(link_in(output))[0] == 200
        told = json.loads(get(f"{playhead.url}/readyz")[1])
        assert (told["ready"], told["problems"]) == (True, {})
        assert list((tmp_path / "data").glob("*.sqlite3"))


def test_demo_sessions_come_at_the_next_start_if_the_first_was_stopped_early(data: Path):
    with running(data) as playhead:
        wait_for("Adding two demo sessions", playhead)
        token = playhead.bootstrap()["read_token"]
        playhead.stop(signal.SIGINT)
        said = playhead.output()

    with running(data) as playhead:
        wait_for("Press Ctrl-C", playhead)
        after = sessions(playhead, token)

    assert "Traceback" not in said
    assert len(after) == 2


def test_neither_stop_nor_kill_loses_anything(data: Path):
    with running(data) as playhead:
        token = playhead.bootstrap()["read_token"]
        wait_for("Press Ctrl-C", playhead)
        before = sessions(playhead, token)

        interrupted = playhead.stop(signal.SIGINT)
        said = playhead.output()
        playhead.start()
        after_stop = sessions(playhead, token)
        playhead.kill()
        playhead.start()
        after_kill = sessions(playhead, token)
        terminated = playhead.stop(signal.SIGTERM)

    assert len(before) == 2
    assert before == after_stop == after_kill
    assert [interrupted, terminated] == [0, 0]
    assert "Traceback" not in said + playhead.output()


def test_busy_port_is_told_in_one_sentence(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]

        done = Running(tmp_path / "data").manage("up", "--port", str(port))

    assert done.returncode == 1
    assert done.stderr == (
        f"CommandError: Cannot listen on 127.0.0.1 port {port}: address already in use. Choose another with --port.\n"
    )


def test_second_server_on_the_same_data_is_refused(playhead: Running):
    done = playhead.manage("up", "--port", "0")

    assert done.returncode == 1
    assert done.stderr == f"CommandError: Playhead already runs on the data in {playhead.data}.\n"


def test_bootstrap_beside_a_server_names_its_address(playhead: Running):
    assert playhead.bootstrap("--project", "acme")["base_url"] == f"{playhead.url}/p/acme"


def test_bootstrap_shows_each_secret_once(data: Path):
    playhead = Running(data)

    first, second = playhead.bootstrap("--project", "acme"), playhead.bootstrap("--project", "acme")

    assert all(first.values())
    assert first["base_url"] == "http://127.0.0.1:8000/p/acme"
    assert second == {**first, "api_secret": None, "read_token": None, "password": None}


def test_bootstrap_registers_the_pair_that_it_is_given(playhead: Running):
    pair = {"api_key": "devkey", "api_secret": "a secret of one's own"}
    given = ["--api-key", pair["api_key"], "--api-secret", pair["api_secret"], "--plan", "ship"]

    first, second = playhead.bootstrap(*given), playhead.bootstrap(*given)

    assert {name: first[name] for name in pair} == {name: second[name] for name in pair} == pair


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--api-key", "devkey"], "--api-key and --api-secret belong together."),
        (["--api-key", "devkey", "--api-secret", "12345"], "A secret has at least 6 characters."),
        (["--project", "No Slug"], "Use lower-case letters, digits and hyphens."),
    ],
)
def test_bootstrap_says_what_it_cannot_use(playhead: Running, arguments: list[str], complaint: str):
    done = playhead.manage("bootstrap", *arguments)

    assert done.returncode == 1
    assert complaint in done.stderr


def test_sign_in_link_leads_in(playhead: Running):
    done = playhead.manage("sign-in-link", "owner@localhost")

    assert done.stdout.startswith(f"{playhead.url}/account/link/")
    assert get(done.stdout.strip())[0] == 200


def test_sign_in_link_for_nobody_is_refused(playhead: Running):
    done = playhead.manage("sign-in-link", "nobody@localhost")

    assert (done.returncode, done.stderr) == (
        1,
        "CommandError: There is nobody with the address nobody@localhost.\n",
    )


def sessions(playhead: Running, token: str) -> list[str]:
    url = f"{playhead.url}/api/v1/projects/demo/sessions/"
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return [session["id"] for session in json.load(answer)["results"]]


def wait_for(words: str, playhead: Running) -> None:
    deadline = time.monotonic() + 60
    while words not in playhead.output() and time.monotonic() < deadline:
        time.sleep(0.05)


def test_the_process_keeps_to_one_core_but_for_long_jobs(playhead: Running):
    assert playhead.process is not None
    everything = frozenset(os.sched_getaffinity(0))

    first, *others = cores_of_threads(playhead.process.pid)

    assert len(first) == 1
    assert set(others) == {first, everything}


def test_jobs_give_way_to_uploads_and_pages(playhead: Running):
    assert playhead.process is not None

    first, *others = (os.getpriority(os.PRIO_PROCESS, thread) for thread in threads_of(playhead.process.pid))

    assert first == 0
    assert set(others) == {0, BEHIND}


def test_one_core_is_not_a_must(data: Path):
    with running(data, DEMO_SESSIONS="off", ONE_CORE="off") as playhead:
        assert playhead.process is not None
        assert set(cores_of_threads(playhead.process.pid)) == {frozenset(os.sched_getaffinity(0))}


def cores_of_threads(pid: int) -> list[frozenset[int]]:
    """That each may run on."""
    return [frozenset(os.sched_getaffinity(thread)) for thread in threads_of(pid)]


def threads_of(pid: int) -> list[int]:
    """The main one first. Linux."""
    return sorted(int(task.name) for task in Path(f"/proc/{pid}/task").iterdir())
