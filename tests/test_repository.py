"""Promises that the files themselves keep, so that nobody has to ask for them in a review."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAX_LINES = 400
NOT_OURS = {"captures", "vendor", "migrations", "node_modules", "__pycache__"}
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|root|Users|work|opt)/\w")
REGISTRIES = re.compile("|".join(["pypi" + r"\.", "registry" + r"\.npmjs", "files.python" + "hosted"]))
LEFT_FOR_LATER = re.compile(
    "|".join([r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"mark\.skip", r"mark\.xfail", r"\bXX" + "X\b"])
)


def files(*suffixes: str) -> list[Path]:
    return [file for file in listed() if is_ours(file) and (not suffixes or file.suffix in suffixes)]


def listed() -> list[Path]:
    """What git has or would take; without git, what lies here and is not hidden."""
    question = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(question, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return [ROOT / name for name in answer.stdout.splitlines()]
    return [file for file in ROOT.rglob("*") if not is_hidden(file.relative_to(ROOT))]


def is_hidden(file: Path) -> bool:
    return file.parts[0] == "data" or any(part.startswith(".") for part in file.parts)


def is_ours(file: Path) -> bool:
    return file.is_file() and not NOT_OURS & set(file.relative_to(ROOT).parts)


def lines_with(pattern: re.Pattern[str], found: list[Path]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in found
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def texts() -> list[Path]:
    return files(
        ".py", ".js", ".css", ".html", ".md", ".toml", ".yaml", ".yml", ".sh", ".txt", ".json", ".mjs", ""
    )


def test_no_file_is_too_long_to_read_in_one_go():
    long = {
        str(file.relative_to(ROOT)): len(file.read_text().splitlines())
        for file in files(".py", ".js", ".mjs")
    }

    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}


@pytest.mark.parametrize(
    "pattern",
    [MACHINE_PATHS, REGISTRIES, LEFT_FOR_LATER],
    ids=["machine paths", "registries", "left for later"],
)
def test_no_file_names(pattern: re.Pattern[str]):
    assert lines_with(pattern, texts()) == []


def test_licence_is_there_and_named():
    licence = (ROOT / "LICENSE").read_text()

    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text()


def test_locks_name_hashes_and_no_addresses():
    for lock in (ROOT / "docker").glob("requirements*.txt"):
        text = lock.read_text()

        assert "://" not in text
        assert text.count("--hash=sha256:") >= len(re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)) > 50


def test_documents_lead_to_files_that_exist():
    dead = [
        f"{document.relative_to(ROOT)} -> {target}"
        for document in files(".md")
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]

    assert dead == []
