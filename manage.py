#!/usr/bin/env python3
"""Django's manage.py. On a bare machine it first makes .venv from the hashed lock and runs itself again there."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CORE_LOCK = ROOT / "docker" / "requirements.txt"
TEST_LOCK = ROOT / "docker" / "requirements-test.txt"
TEST_COMMANDS = {"test", "makemigrations"}


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit("Playhead needs Python 3.11 or newer.")
    if needs_own_environment():
        run_again_in_venv(TEST_LOCK if sys.argv[1:2] and sys.argv[1] in TEST_COMMANDS else CORE_LOCK)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def needs_own_environment() -> bool:
    """A container or an activated environment of one's own says so with PLAYHEAD_NO_VENV=1."""
    return os.environ.get("PLAYHEAD_NO_VENV") != "1" and not os.environ.get("PLAYHEAD_IN_VENV")


def run_again_in_venv(lock: Path) -> None:
    if not is_installed(lock):
        install(lock)
    os.environ["PLAYHEAD_IN_VENV"] = "1"
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *sys.argv[1:]])


def is_installed(lock: Path) -> bool:
    """The test lock holds the core lock's packages at the same versions, so either mark will do for the core."""
    locks = {lock, TEST_LOCK} if lock == CORE_LOCK else {lock}
    return PYTHON.exists() and any(mark_of(each).exists() for each in locks)


def mark_of(lock: Path) -> Path:
    """Named after what it vouches for: this lock's content, installed for this minor version of Python."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    return VENV / f".installed-{sys.version_info.major}.{sys.version_info.minor}-{lock.stem}-{digest}"


def install(lock: Path) -> None:
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode:
        sys.exit("pip is missing. Install it (Debian: apt install python3-pip) and run this again.")
    print("Installing Playhead's packages into .venv; this takes about a minute, once.", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)])
    if done.returncode:
        sys.exit("The packages could not be installed; the lines above say why. Nothing else was changed.")
    mark_of(lock).touch()


if __name__ == "__main__":
    main()
