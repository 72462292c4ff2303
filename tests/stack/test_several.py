"""More than one of a part: several web behind one proxy, and a pooler before PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest

from tests.sdk.playhead import eventually
from tests.sending import spans
from tests.stack.agents import TRACES, replay, upload
from tests.stack.production import POSTGRES, Stack, production
from tests.stack.test_proxy_headers import CLAIMED, PATHS, UPLOAD, behind, echo, proxy

__all__ = ["behind", "proxy"]

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
RUN = "python/1.8.9_full"
AT_ONCE = 40
"""More than the pooler has connections."""


@pytest.fixture
def another() -> Iterator[ThreadingHTTPServer]:
    with echo() as server:
        yield server


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with production(tmp_path_factory.mktemp("pooled"), is_pooled=True, SEAL_AFTER_S="2") as begun:
        yield begun


def status_of(port: int, path: str) -> int:
    method, body = ("POST", b"x" * 100_000) if path == UPLOAD else ("GET", None)
    with closing(HTTPConnection("127.0.0.1", port)) as line:
        line.request(method, path, body, CLAIMED)
        return line.getresponse().status


@pytest.mark.parametrize("path", PATHS)
def test_several_web_take_turns(proxy, behind, another, path):
    addresses = f"127.0.0.1:{behind.server_port}, 127.0.0.1:{another.server_port}"
    port = proxy(WEB=addresses, LIVE=addresses)

    statuses = {status_of(port, path) for _ in range(10)}

    assert statuses == {200}
    assert behind.met
    assert another.met


@pytest.mark.parametrize("path", PATHS)
def test_one_web_that_is_down_costs_no_request(proxy, behind, another, path):
    addresses = f"127.0.0.1:{another.server_port},127.0.0.1:{behind.server_port}"
    port = proxy(WEB=addresses, LIVE=addresses)
    another.shutdown()
    another.socket.close()

    assert {status_of(port, path) for _ in range(10)} == {200}


def test_uploads_at_once_through_a_pooler_are_each_kept_once(pooled):
    jobs = [f"AJ_pooled_{number}" for number in range(8)]
    send = [
        partial(upload, pooled, TRACES, spans(f"span {number}", job=job, first_id=number + 1))
        for job in jobs
        for number in range(10)
    ]

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda each: each().status, send * 3))

    assert set(answers) == {200}
    counted = {job: pooled.api(f"sessions/?text={job}")["results"][0]["counts"]["spans"] for job in jobs}
    assert counted == dict.fromkeys(jobs, 10)


def test_session_lives_its_whole_life_through_a_pooler(pooled):
    """Taken, summarised, sealed and read again."""
    assert set(replay(pooled, RUN)) == {200}
    [found] = [each for each in pooled.api("sessions/")["results"] if each["counts"]["chat_items"]]

    def is_sealed() -> bool:
        with psycopg.connect(direct(pooled)) as database:
            asked = "SELECT is_sealed FROM observability_session WHERE public_id = %s"
            return bool(database.execute(asked, [found["id"]]).fetchone()[0])

    eventually(is_sealed, within_s=60, what="sealed by a worker")
    assert len(pooled.every(f"sessions/{found['id']}/spans/")) == 270


def test_no_commit_of_an_upload_stops_waiting_for_the_disk_because_of_a_purge(pooled):
    """The purge's own need not, on the same connections."""
    upload(pooled, TRACES, spans("hello", job="AJ_that_expires"))
    with psycopg.connect(direct(pooled)) as database:
        database.execute(
            "UPDATE observability_session SET expires_at = now() WHERE job_id = 'AJ_that_expires'"
        )

    pooled.manage("purge", "--force", "--json")

    assert not pooled.api("sessions/?text=AJ_that_expires")["results"]
    assert settings_seen(pooled) == {("on", '"$user", public')}


def test_backup_is_not_taken_through_a_pooler(pooled, tmp_path: Path):
    """pg_dump would leave its settings to whoever gets the connection next."""
    with pytest.raises(Exception, match="status 1"):
        pooled.manage("backup", "--to", str(tmp_path / "backup"))

    assert not (tmp_path / "backup").exists()
    assert settings_seen(pooled) == {("on", '"$user", public')}


def settings_seen(pooled: Stack) -> set[tuple[str, str]]:
    """Of the connections that the pooler has, as far as so many clients at once get them."""

    def seen(_: int) -> tuple[str, str]:
        with psycopg.connect(pooled.environment["DATABASE_URL"], prepare_threshold=None) as database:
            asked = (
                "SELECT current_setting('synchronous_commit'), current_setting('search_path'), pg_sleep(0.1)"
            )
            return database.execute(asked).fetchone()[:2]

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return set(threads.map(seen, range(AT_ONCE)))


def direct(pooled: Stack) -> str:
    return POSTGRES.rpartition("/")[0] + "/" + pooled.environment["DATABASE_URL"].rpartition("/")[2]
