"""What the stack needs beside Playhead's own packages: a process control and a real S3, installed once per lock."""

import subprocess
import sys
import venv
from pathlib import Path

from tests.sdk.environments import INSTALLED, base_python, home_of

LOCK = Path(__file__).with_name("requirements.txt")


def tool(name: str) -> str:
    """The path of `supervisord`, `supervisorctl` or `weed`."""
    home = home_of("stack", LOCK, sys.version)
    if not (home / INSTALLED).exists():
        venv.create(home, clear=True)
        pip = [base_python(), "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--quiet"]
        options = ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
        subprocess.run([*pip, *options, "-r", str(LOCK)], check=True)
        (home / INSTALLED).touch()
    return str(home / "bin" / name)
