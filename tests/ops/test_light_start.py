"""A server that waits costs little memory."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

LOADED = """
import django, sys
django.setup()
import config.asgi, config.first_start, config.wsgi
print(*sorted({"av", "numpy"} & sys.modules.keys()))
"""


@pytest.mark.database  # what a process loads for PostgreSQL and Redis is told by the environment
def test_what_decodes_sound_is_loaded_when_there_is_some(tmp_path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(tmp_path)}

    loaded = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout.split() == []
