"""In production all styles are one file and all modules another; what they say is the same."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from config.joined_modules import Unjoinable, joined_modules

STATIC = Path(settings.BASE_DIR) / "static"
STORAGES = {"staticfiles": {"BACKEND": "config.joined_files.JoinedFiles"}}


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder, STORAGES=settings.STORAGES | STORAGES, DEBUG=False):
        call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
    return folder


def hashed(folder: Path, name: str) -> str:
    [found] = folder.glob(name.replace(".", ".????????????."))
    return found.read_text()


def test_collected_styles_are_one_file_with_every_rule_in_the_order_of_the_imports(collected: Path) -> None:
    source = (STATIC / "css/playhead.css").read_text()
    files = re.findall(r'@import "(.+)"', source)

    styles = hashed(collected, "css/playhead.css")

    parts = [(STATIC / "css" / name).read_text() for name in files]
    assert set(files) == {file.name for file in (STATIC / "css").iterdir()} - {"playhead.css"}
    assert styles == source.split("@import")[0] + "\n".join(parts) + "\n"


def test_collected_script_is_one_module_that_imports_nothing(collected: Path) -> None:
    script = hashed(collected, "js/page.js")

    subprocess.run(["node", "--check", "--input-type=module"], input=script.encode(), check=True)
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    for file in (STATIC / "js").rglob("*.js"):
        classes = re.findall(r"^export class \w+", file.read_text(), re.MULTILINE)
        assert [script.count(f"\n{each.removeprefix('export ')} ") for each in classes] == [1] * len(classes)


def test_a_module_is_run_once_after_all_that_it_imports(tmp_path: Path) -> None:
    texts = {
        "js/page.js": 'import { b } from "./in/b.js";\nimport { a } from "./a.js";\nconsole.log(a, b());\n',
        "js/in/b.js": 'import { a } from "../a.js";\nconst own = "b";\nexport function b() {\n  return own + a;\n}\n',
        "js/a.js": 'const own = "a";\nconsole.log("once");\nexport const a = own;\n',
    }

    script = joined_modules(texts, "js/page.js")

    ran = subprocess.run(
        ["node", "--input-type=module"], input=script.encode(), capture_output=True, check=True
    )
    assert ran.stdout.decode().splitlines() == ["once", "a ba"]


@pytest.mark.parametrize(
    "text",
    ['import "./a.js";', 'export * from "./a.js";', "export default 1;", 'import { a } from "./page.js";'],
    ids=["for its effect", "handed on", "a default", "itself"],
)
def test_a_module_that_cannot_be_joined_stops_the_collecting(text: str) -> None:
    with pytest.raises(Unjoinable):
        joined_modules({"page.js": f"{text}\n", "a.js": ""}, "page.js")
