"""What is made once for many tests. Each of them undoes what it does itself, and finds the rest as it was."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps as django_apps
from django.conf import settings
from django.db import transaction


@pytest.fixture(scope="module")
def lasting(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Rows that are made with it last for all tests of a module, and files that are kept in this place of it."""
    with lasting_rows(django_db_blocker):
        yield tmp_path_factory.mktemp("lasting")


@contextmanager
def lasting_rows(blocker: Any) -> Iterator[None]:
    """Within, the transactions of tests are savepoints of one that is taken back at the end."""
    with blocker.unblock():
        make_plans()
        with transaction.atomic():
            yield
            transaction.set_rollback(True)


def keep_files(place: Path) -> None:
    """After each test the folders are emptied (tests/conftest.py)."""
    for folder in folders():
        if folder.exists():
            shutil.copytree(folder, place / folder.name)


def put_files_back(place: Path) -> None:
    for folder in folders():
        if (place / folder.name).exists():
            shutil.copytree(place / folder.name, folder, dirs_exist_ok=True)


def folders() -> list[Path]:
    return [Path(settings.MEDIA_ROOT), Path(settings.SPOOL_DIR)]


def make_plans() -> None:
    """As the migrations do."""
    if django_apps.get_model("projects", "Plan").objects.exists():
        return
    with transaction.atomic():
        import_module("projects.migrations.0002_plans").add_plans(django_apps, None)
        import_module("projects.migrations.0011_rate_limits_of_plans").set_rates(django_apps, None)
