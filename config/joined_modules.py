"""A module and all that it imports as one, which imports nothing.

Our modules know one way to import and one to export (tests/ops/test_joined_files.py), so that no parser is needed: each
becomes a function that returns what it exports, after those that it imports from.
"""

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath

IMPORT = re.compile(r'^import (\{[^}]+\}) from "(\.[^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class Unjoinable(ValueError):
    """A module imports or exports in a way that is not known here, or imports itself in the end."""


def joined_modules(texts: Mapping[str, str], name: str) -> str:
    return "".join(function_of(module, texts[module]) for module in in_order(texts, name))


def in_order(texts: Mapping[str, str], name: str, above: tuple[str, ...] = ()) -> list[str]:
    """Each once, after all that it imports from."""
    if name in above:
        raise Unjoinable(f"{name} imports itself by way of {', '.join(above)}")
    below = [
        module for source in sources(texts[name], name) for module in in_order(texts, source, (*above, name))
    ]
    return list(dict.fromkeys([*below, name]))


def sources(text: str, name: str) -> Iterator[str]:
    for found in IMPORT.finditer(text):
        yield normpath(join(dirname(name), found[2]))


def function_of(name: str, text: str) -> str:
    exported = ", ".join(found[2] for found in EXPORT.finditer(text))
    body = IMPORT.sub(
        lambda found: f"const {found[1]} = {variable(normpath(join(dirname(name), found[2])))};", text
    )
    body = EXPORT.sub(r"\1", body)
    if other := OTHER.search(body):
        raise Unjoinable(f"{name}: {other[0]}")
    return f"const {variable(name)} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();\n"


def variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
