"""Pages lead to one another and to what is there, and name no command or file that is not."""

import re

from django.core.management import get_commands

from tests.documents import (
    DOCS,
    INDEX,
    ROOT,
    anchors_of,
    codes,
    command_lines,
    links_of,
    options_of,
    our_commands,
    pages,
    prose_of,
    text_of,
)

MAX_LINES = 400
AS_LONG_AS_IT_IS = {"contract.md"}
OUR_FILES = re.compile(
    r"(?:accounts|benchmarks|config|docker|docs|observability|projects|static|templates|tests)/[\w./*-]+"
)


def test_every_link_leads_to_a_file_and_a_heading_that_are_there():
    dead = [
        f"{page.relative_to(ROOT)} -> {file.relative_to(ROOT)}#{anchor}"
        for page in pages()
        for file, anchor in links_of(page)
        if not file.exists() or (anchor and anchor not in anchors_of(file))
    ]

    assert dead == []


def test_every_page_is_reached_from_the_index():
    all_pages, reached, waiting = set(DOCS.rglob("*.md")), {INDEX}, [INDEX]
    while waiting:
        page = waiting.pop()
        further = {file for file, _ in links_of(page)} & all_pages
        waiting += further - reached
        reached |= further

    assert all_pages - reached == set()
    assert INDEX in {file for file, _ in links_of(ROOT / "README.md")}


def test_files_that_the_documents_name_exist():
    missing = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in pages()
        for name in codes(prose_of(page))
        if OUR_FILES.fullmatch(name) and not any(ROOT.glob(name.rstrip("/")))
    ]

    assert missing == []


def test_pages_are_short_enough_to_be_read():
    lengths = {page.name: len(text_of(page).splitlines()) for page in DOCS.glob("*.md")}

    assert {name for name, lines in lengths.items() if lines > MAX_LINES} <= AS_LONG_AS_IT_IS


def test_commands_in_the_documents_exist_with_the_options_that_they_are_given():
    ours, known = our_commands(), {name.replace("_", "-") for name in get_commands()} | {"test", "help"}
    wrong = []
    for page, (name, *words) in command_lines():
        given = {word.partition("=")[0].strip("[]") for word in words if word.lstrip("[").startswith("--")}
        if re.fullmatch("[a-z-]+", name) is None:
            continue  # a placeholder, as in `manage.py COMMAND`
        if name not in known or (name in ours and not given <= options_of(ours[name])):
            wrong.append(f"{page.relative_to(ROOT)}: manage.py {' '.join([name, *words])}")

    assert len(command_lines()) > 20
    assert wrong == []


def test_parts_that_the_documents_start_are_those_of_the_script():
    script = (ROOT / "docker" / "run").read_text()
    parts = set(re.findall(r"^  ([a-z-]+)\)", script, re.MULTILINE))
    said = {each for page in pages() for each in re.findall(r"docker/run ([a-z-]+)", text_of(page))}

    assert said
    assert said <= parts
