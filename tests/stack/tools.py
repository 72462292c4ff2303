"""What the stack needs beside Playhead's own packages: a process control and a real S3, installed once per lock."""

from pathlib import Path

from tests.sdk.environments import python_home

LOCK = Path(__file__).with_name("requirements.txt")


def tool(name: str) -> str:
    """The path of `supervisord`, `supervisorctl` or `weed`."""
    return str(python_home("stack", LOCK) / "bin" / name)
