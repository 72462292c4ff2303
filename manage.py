#!/usr/bin/env python3
"""Django's manage.py. On a bare machine it first makes .venv from the hashed lock and runs itself again there.

`manage.py test [pytest's arguments]` does the same with the lock for tests, and runs pytest.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CORE_LOCK = ROOT / "docker" / "requirements.txt"
EXTRAS_LOCK = ROOT / "docker" / "requirements-extras.txt"
"""With the packages of what is off by default."""
TEST_LOCK = ROOT / "docker" / "requirements-test.txt"
TEST_COMMANDS = {"test", "makemigrations"}


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  (this file is started by whatever Python there is)
        sys.exit("Playhead needs Python 3.11 or newer.")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if needs_own_environment():
        run_again_in_venv(TEST_LOCK if command in TEST_COMMANDS else lock_of_server())
    if command == "test":
        run_pytest(sys.argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not command.startswith("-"):
        command = command.replace("-", "_")
    execute([sys.argv[0], command, *sys.argv[2:]])


def execute(arguments: list[str]) -> None:
    """What the operator can set right is told in a sentence; `--traceback` tells the rest."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, OperationalError) as fault:
        if "--traceback" in arguments:
            raise
        is_setting = isinstance(fault, ImproperlyConfigured)
        sys.exit(f"{fault}" if is_setting else f"The database cannot be used: {fault}")


def needs_own_environment() -> bool:
    """A container or an activated environment of one's own says so with PLAYHEAD_NO_VENV=1."""
    return os.environ.get("PLAYHEAD_NO_VENV") != "1" and not os.environ.get("PLAYHEAD_IN_VENV")


def lock_of_server() -> Path:
    """As config/env.py reads switches; what it does not know stops the start there."""
    is_compacting = os.environ.get("PARQUET", "").strip().lower() in {"1", "true", "yes", "on"}
    is_traced = bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").strip())
    return EXTRAS_LOCK if is_compacting or is_traced else CORE_LOCK


def run_again_in_venv(lock: Path) -> None:
    with only_one_at_a_time():
        if not is_installed(lock):
            install(lock)
    os.environ["PLAYHEAD_IN_VENV"] = "1"
    # Each of many threads would else get a heap of its own: 140 MB instead of 120 for an idle server.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), *sys.argv[1:]])  # noqa: S606


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(folder)


def run_pytest(arguments: list[str]) -> None:
    """Before any settings are loaded, because tests have their own data folder."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606


def is_installed(lock: Path) -> bool:
    """The other locks hold the core lock's packages at the same versions, so any mark will do for the core."""
    locks = {lock, EXTRAS_LOCK, TEST_LOCK} if lock == CORE_LOCK else {lock}
    return PYTHON.exists() and any(mark_of(each).exists() for each in locks)


def mark_of(lock: Path) -> Path:
    """Named after what it vouches for: this lock's content, installed for this minor version of Python."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    return VENV / f".installed-{sys.version_info.major}.{sys.version_info.minor}-{lock.stem}-{digest}"


def install(lock: Path) -> None:
    """With the system's pip, because Debian's Python may come without the parts that put pip into a new .venv."""
    if subprocess.run(
        [sys.executable, "-m", "pip", "--version"], check=False, capture_output=True
    ).returncode:
        sys.exit("pip is missing. Install it (Debian: apt install python3-pip) and run this again.")
    say("Installing Playhead's packages into .venv; this takes about a minute, once.")
    for mark in VENV.glob(".installed-*"):
        mark.unlink()
    if not is_of_this_python():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--disable-pip-version-check"]
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--progress-bar", "off"]
    if show_progress([*pip, *options, "-r", str(lock)]):
        sys.exit(
            "The packages could not be installed; the lines above say why. Run this again when it is mended."
        )
    mark_of(lock).touch()


def is_of_this_python() -> bool:
    """Then what is there is kept, also for a server that runs from it at this moment."""
    question = [str(PYTHON), "-c", "import sys; print(sys.version_info[:2])"]
    if not PYTHON.exists():
        return False
    answer = subprocess.run(question, check=False, capture_output=True, text=True)
    return answer.stdout.strip() == str(sys.version_info[:2])


def show_progress(command: list[str]) -> int:
    """Count packages instead of printing pip's three lines for each; what goes wrong is printed."""
    collected, last_lines = 0, deque[str](maxlen=12)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or []:
            last_lines.append(line.rstrip())
            if line.startswith("Installing collected"):
                say("  unpacking …")
            elif line.startswith("Collecting "):
                collected += 1
                if collected % 10 == 0:
                    say(f"  {collected} packages …")
    if pip.returncode:
        say("\n".join(last_lines))
    return pip.returncode


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
