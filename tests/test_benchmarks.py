"""The page about benchmarks knows all of them, and each says itself how it is run."""

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
SCRIPTS = sorted(file for file in FOLDER.glob("*.py") if file.name != "__init__.py")
PAGE = (FOLDER / "README.md").read_text()


def is_run_by_itself(script: Path) -> bool:
    return 'if __name__ == "__main__":' in script.read_text()


def test_page_lists_every_file_once():
    listed = re.findall(r"`(\w+\.py)`", "\n".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)))

    assert sorted(listed) == [script.name for script in SCRIPTS]


@pytest.mark.parametrize("script", list(filter(is_run_by_itself, SCRIPTS)), ids=lambda script: script.stem)
def test_script_says_how_it_is_run(script: Path):
    told = ast.get_docstring(ast.parse(script.read_text())) or ""

    assert re.search(rf"benchmarks[./]{script.stem}\b", told)


def test_table_of_all_names_scripts_that_exist():
    named = re.findall(
        r'^ *Part\(\s*"[\w-]+",\s*"[^"]+",\s*"(\w+)"', (FOLDER / "all.py").read_text(), re.MULTILINE
    )

    assert len(named) > 10
    assert set(named) <= {script.stem for script in SCRIPTS}


def test_words_that_choose_a_part_may_be_left_out():
    """Python 3.11 looks for a default of several words, taken as one, among the choices; an empty one is there."""
    defaults = {
        (script.stem, default)
        for script in SCRIPTS
        for default in re.findall(r'nargs="\*", default=(.+?), choices=', script.read_text())
    }

    assert {script for script, _ in defaults} >= {"churn", "resilience"}
    assert {default for _, default in defaults} == {"[]"}
