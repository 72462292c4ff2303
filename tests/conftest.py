"""What every test has: its own data folder, plain static files, quick passwords, people and projects.

This file is read before Django's settings are, so the environment that they see is made here.
"""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator

import django
import hypothesis
import pytest

KEPT_FROM_OUTSIDE = {"DATABASE_URL", "REDIS_URL"}
"""The suite runs on the embedded defaults, and again on the parts that these two name."""

REDIS_DATABASES = 16
"""As many as Redis has unless it is told otherwise."""

_data = tempfile.TemporaryDirectory(prefix="playhead-tests-", ignore_cleanup_errors=True)
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DATA_DIR": _data.name,
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps a loop in the main thread
    "PLAYHEAD_IN_VENV": "1",
    "CELERY_BROKER_URL": "memory://",  # workers inside a process are for this transport; Redis is for separate ones
}
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and (redis_url := os.environ.get("REDIS_URL")):
    # Each of several processes empties a Redis database of its own.
    base, _, number = redis_url.rpartition("/")
    os.environ["REDIS_URL"] = f"{base}/{(int(number) - int(worker.removeprefix('gw'))) % REDIS_DATABASES}"
for name in [
    "BASE_URL",
    "DEBUG",
    "ALLOWED_HOSTS",
    "AWS_STORAGE_BUCKET_NAME",
    "OWNER_EMAIL",
    "SIGN_UP",
    "EMAIL_URL",
    "OIDC_ISSUER",
]:
    os.environ.pop(name, None)

django.setup()
if any(word.startswith("-n") for word in sys.argv):
    # The processes that this one starts read their settings here too.
    del os.environ["DJANGO_SETTINGS_MODULE"]

from django.conf import settings as django_settings  # noqa: E402  (settings need the environment above)

hypothesis.settings.register_profile(
    "playhead",
    deadline=None,  # speed is for benchmarks: machines that test are slow at times
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.data_too_large,
        hypothesis.HealthCheck.function_scoped_fixture,  # ours are safe to share between examples
    ],
)
hypothesis.settings.load_profile("playhead")

TIMEOUT_OF_MANY_EXAMPLES_S = 300
"""Hundreds of examples take half a minute on a slow machine, and longer beside other tests."""

django_settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

from tests.browser import (  # noqa: E402
    browser_type_launch_args,
    complaints,
    deselect_browser_tests,
    new_context,
    portal,
    say_what_was_left_out,
)
from tests.flush import flush_by_deleting  # noqa: E402
from tests.lasting import folders, lasting, make_plans  # noqa: E402
from tests.live.servers import await_quiet_servers  # noqa: E402
from tests.people import (  # noqa: E402
    api_key,
    live_session,
    other_project,
    owner,
    owner_client,
    project,
    read_token,
    session,
    stranger,
    stranger_client,
    teammate,
    teammate_client,
)

__all__ = [
    "api_key",
    "browser_type_launch_args",
    "complaints",
    "lasting",
    "live_session",
    "new_context",
    "other_project",
    "owner",
    "owner_client",
    "portal",
    "project",
    "read_token",
    "session",
    "stranger",
    "stranger_client",
    "teammate",
    "teammate_client",
]


OF_THE_DATABASE = {"db", "transactional_db", "django_db_setup"}
"""The last is of servers on the tests' database, which are begun for many tests."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """`-m database` chooses what another database can change: all other tests are kept from it by pytest-django."""
    if item.get_closest_marker("django_db") or OF_THE_DATABASE & set(getattr(item, "fixturenames", [])):
        item.add_marker("database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # What takes long begins early, so that no process is left alone with it at the end.
    items.sort(key=lambda item: not takes_long(item))
    # A restore has PostgreSQL's database for itself; servers of other tests are not begun yet.
    items.sort(key=lambda item: not item.nodeid.startswith("tests/backups/"))
    deselect_browser_tests(config, items)
    for item in items:
        if tries_many(item) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TIMEOUT_OF_MANY_EXAMPLES_S))


def takes_long(item: pytest.Item) -> bool:
    return tries_many(item) or item.get_closest_marker("timeout") is not None


def tries_many(item: pytest.Item) -> bool:
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))


OBJECTS_BETWEEN_COLLECTIONS = 20_000
"""With Python's own 700 the collector takes an eighth of the time: each query makes as many, which go by themselves."""


def pytest_collection_finish() -> None:
    """What has been imported stays: else the collector looks through all of it with each thousand objects of a test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    say_what_was_left_out(config, terminalreporter.write_line)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    flush_by_deleting()


@pytest.fixture(autouse=True)
def plans_survive_a_flush(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that need real transactions empty the tables behind them, and so the rows that migrations made are gone.

    They are made again before the next test's own transaction, so that the tests after it find them.
    """
    marker = request.node.get_closest_marker("django_db")
    names = request.fixturenames
    is_transactional = "transactional_db" in names or (marker and marker.kwargs.get("transaction"))
    if marker or is_transactional or "db" in names:
        request.getfixturevalue("django_db_setup")
        with request.getfixturevalue("django_db_blocker").unblock():
            make_plans()
        request.getfixturevalue("transactional_db" if is_transactional else "db")
    yield
    if is_transactional:
        await_quiet_servers()


@pytest.fixture(autouse=True)
def nothing_left_over() -> Iterator[None]:
    from channels.layers import channel_layers
    from django.core.cache import cache, caches

    from projects.audit import forget_looks

    yield
    forget_looks()
    channel_layers.backends.clear()
    caches["rates"].clear()
    if django_settings.REDIS_URL:
        cache.clear()  # else it is in the database, and goes with what the test wrote there
    for folder in folders():
        shutil.rmtree(folder, ignore_errors=True)
