"""Each SDK in an environment of its own, installed once per content of its lock file."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
INSTALLED = "installed"


def python_driver() -> list[str]:
    """The command that runs a session of the Python SDK."""
    lock = HERE / "python" / "requirements.txt"
    home = home_of("python", lock, sys.version)
    python = home / "bin" / "python"
    if not (home / INSTALLED).exists():
        venv.create(home, clear=True)
        pip = [
            base_python(),
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)], check=True)
        (home / INSTALLED).touch()
    return [str(python), str(HERE / "python" / "drive.py")]


def node_driver() -> list[str]:
    """The command that runs a session of the Node SDK; a copy, because Node looks for modules beside the file."""
    home = home_of("node", HERE / "node" / "package-lock.json")
    shutil.copytree(
        HERE / "node", home / "node", dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules")
    )
    shutil.copy(HERE / "conversation.json", home)
    if not (home / INSTALLED).exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=home / "node", check=True)
        (home / INSTALLED).touch()
    return ["node", str(home / "node" / "drive.mjs")]


def home_of(sdk: str, lock: Path, *more: str) -> Path:
    cache = Path(os.environ.get("PLAYHEAD_TEST_CACHE", ROOT / ".sdk-cache")).resolve()
    digest = hashlib.sha256(b"\0".join([lock.read_bytes(), *(each.encode() for each in more)])).hexdigest()
    return cache / f"{sdk}-{digest[:16]}"


def base_python() -> str:
    """The interpreter that Playhead's own environment was made with: that one has pip."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
