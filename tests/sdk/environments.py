"""What tests need beside Playhead's own packages, each in an environment of its own, installed once per content of its
lock file: the SDKs, engines, a process control.
"""

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
    home = python_home("python", HERE / "python" / "requirements.txt")
    return [str(home / "bin" / "python"), str(HERE / "python" / "drive.py")]


def python_home(name: str, lock: Path) -> Path:
    """A virtual environment with what the lock names, wheels only."""
    home = home_of(name, lock, sys.version)
    if not (home / INSTALLED).exists():
        venv.create(home, clear=True)
        pip = [base_python(), "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--quiet"]
        options = ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
        subprocess.run([*pip, *options, "-r", str(lock)], check=True)
        (home / INSTALLED).touch()
    return home


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


def install_all() -> None:
    """Before the tests that need them, with nothing but Python itself."""
    python_driver()
    node_driver()
    for name in ["analytics", "stack"]:
        python_home(name, HERE.parent / name / "requirements.txt")


def home_of(sdk: str, lock: Path, *more: str) -> Path:
    cache = Path(os.environ.get("PLAYHEAD_TEST_CACHE", ROOT / ".sdk-cache")).resolve()
    digest = hashlib.sha256(b"\0".join([lock.read_bytes(), *(each.encode() for each in more)])).hexdigest()
    return cache / f"{sdk}-{digest[:16]}"


def base_python() -> str:
    """The interpreter that Playhead's own environment was made with: that one has pip."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")


if __name__ == "__main__":
    install_all()
