"""Reads what is written in docs/ and beside it: headings, tables, links and commands; and what commands there are."""

import argparse
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
OURS = ("accounts", "config", "observability", "projects")

LINK = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"[a-z]+:")
CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "tests").glob("*/*.md")])


@lru_cache
def text_of(page: Path) -> str:
    return page.read_text()


def prose_of(page: Path) -> str:
    """Without code blocks, in which a bracket is no link and a hash no heading."""
    return BLOCK.sub("", text_of(page))


def doc(name: str) -> str:
    return text_of(DOCS / name)


def section(name: str, heading: str) -> str:
    """What stands below a heading, up to the next one that is as high."""
    level, _, _ = heading.partition(" ")
    below = doc(name).partition(f"\n{heading}\n")[2]
    assert below, f"{name} has no heading {heading!r}"
    return re.split(rf"^#{{1,{len(level)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of every table's rows, headings and rules left out."""
    lines = BLOCK.sub("", text).splitlines()
    tables = [
        line for number, line in enumerate(lines) if line.startswith("| ") and not is_head(lines, number)
    ]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in tables]


def is_head(lines: list[str], number: int) -> bool:
    return number + 1 < len(lines) and lines[number + 1].startswith("|---")


def codes(text: str) -> list[str]:
    return CODE.findall(text)


def named_rows(text: str, name: str = "[A-Z][A-Z0-9_]+") -> dict[str, list[str]]:
    """Rows whose first cell is such a name, by it."""
    found = {}
    for cells in rows(text):
        if match := re.fullmatch(rf"`({name})`", cells[0]):
            found[match[1]] = cells
    return found


@lru_cache
def anchors_of(page: Path) -> frozenset[str]:
    """As code hosts make them of headings; the second of the same name ends in -1."""
    times: Counter[str] = Counter()
    found = set()
    for heading in HEADING.findall(prose_of(page)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        found.add(f"{slug}-{times[slug]}" if times[slug] else slug)
        times[slug] += 1
    return frozenset(found)


def links_of(page: Path) -> list[tuple[Path, str]]:
    """Each relative link as the file and the anchor that it leads to."""
    found = []
    for target in LINK.findall(prose_of(page)):
        if not ELSEWHERE.match(target):
            path, _, anchor = target.partition("#")
            found.append(((page.parent / path).resolve() if path else page, anchor))
    return found


def command_lines() -> list[tuple[Path, list[str]]]:
    """Every `manage.py …` in code, inline or in a block, as its words after manage.py."""
    found = []
    for page in pages():
        blocks = "\n".join(block for _, block in BLOCK.findall(text_of(page)))
        for code in [*codes(prose_of(page)), *blocks.replace("\\\n", " ").splitlines()]:
            for said in re.findall(r"manage\.py((?: [^\s&;|#>`)]+)+)", code):
                found.append((page, said.split()))
    return found


def our_commands() -> dict[str, BaseCommand]:
    return {
        name.replace("_", "-"): load_command_class(app, name)
        for name, app in get_commands().items()
        if isinstance(app, str) and app in OURS
    }


def options_of(command: BaseCommand) -> set[str]:
    """Long ones, without those that every command of Django has."""
    of_all = {each for action in parser_of(BaseCommand())._actions for each in action.option_strings}
    own = {each for action in parser_of(command)._actions for each in action.option_strings}
    return {each for each in own - of_all if each.startswith("--")}


def parser_of(command: BaseCommand) -> argparse.ArgumentParser:
    return command.create_parser("manage.py", "command")
