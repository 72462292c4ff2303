"""The documentation of this very version as pages of the portal: the files of docs/, and those beside the README.

Whoever runs an older Playhead reads what is true of it, also where no code host can be reached.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "docs"
INDEX = FOLDER / "README.md"
BESIDE = ("SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md")
PICTURES = "images/"
ELSEWHERE = re.compile(r"[a-z]+:")
DEEPEST_WITH_ANCHOR = 4


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    body: SafeString
    parts: Sequence[tuple[str, str]]
    """Anchor and words of each part's heading."""


@dataclass(frozen=True, slots=True)
class Group:
    """For whom, and the pages for them: address and title, in the order of docs/README.md."""

    title: str
    pages: list[tuple[str, str]] = field(default_factory=list)


@require_safe
def documentation_show(request: HttpRequest, name: str = "") -> HttpResponse:
    """For everybody: it tells nothing of who uses this server."""
    file = files().get(name)
    if file is None:
        raise Http404
    named = {"document": document_of(file), "groups": contents(), "section": "docs"}
    return render(request, "documentation.html", named)


@cache
def files() -> dict[str, Path]:
    """By the name in their address. What is not in here has none, whatever lies on the disk."""
    below = {str(file.relative_to(FOLDER).with_suffix("")): file for file in FOLDER.rglob("*.md")}
    beside = {file.stem.lower(): file for file in (ROOT / name for name in BESIDE) if file.exists()}
    return {"" if file == INDEX else name: file for name, file in {**below, **beside}.items()}


@cache
def addresses() -> dict[Path, str]:
    show = "documentation"
    return {file: reverse(show, args=[name]) if name else reverse(show) for name, file in files().items()}


@cache
def contents() -> list[Group]:
    """Whatever the tables of docs/README.md lead to."""
    groups: list[Group] = []
    tokens = parsed(INDEX)
    for before, token in pairwise(tokens):
        if before.type == "heading_open" and before.tag == "h2":
            groups.append(Group(token.content))
        elif before.type == "td_open" and groups:
            groups[-1].pages.extend((addresses()[file], title_of(file)) for file in pages_named_in(token))
    return groups


def pages_named_in(inline: Token) -> Iterator[Path]:
    for token in inline.children or []:
        if token.type == "link_open":
            file, _, _ = str(token.attrs["href"]).partition("#")
            if (INDEX.parent / file).resolve() in addresses():
                yield (INDEX.parent / file).resolve()


@cache
def document_of(file: Path) -> Document:
    tokens = parsed(file)
    heads = [
        (str(token.attrs["id"]), words_of(inline))
        for token, inline in pairwise(tokens)
        if token.type == "heading_open" and token.tag == "h2"
    ]
    body = MARKDOWN.renderer.render(tokens[3:], MARKDOWN.options, {"file": file})
    return Document(title_of(file), mark_safe(body), heads)  # noqa: S308  (no HTML of a file gets through)


@cache
def title_of(file: Path) -> str:
    """Every page begins with it."""
    return words_of(parsed(file)[1])


def words_of(inline: Token) -> str:
    """Without marks: of a link its words, of code what it says."""
    return "".join(token.content for token in inline.children or [])


def parsed(file: Path) -> list[Token]:
    return MARKDOWN.parse(file.read_text())


class Pages(RendererHTML):
    """Links lead to the portal's own pages, and bear their titles. A file without one is named, and leads nowhere."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        target = str(tokens[idx].attrs["href"])
        if ELSEWHERE.match(target):
            return format_html('<a class="link" href="{}" rel="noreferrer">', target)
        name, mark, anchor = target.partition("#")
        file = (env["file"].parent / name).resolve() if name else env["file"]
        address = addresses().get(file)
        env["closing"] = "</a>" if address else "</span>"
        if address is None:
            return "<span>"
        if tokens[idx + 1].content == file.name:
            tokens[idx + 1].content = title_of(file)
        return format_html('<a class="link" href="{}">', f"{address if name else ''}{mark}{anchor}")

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return str(env.pop("closing", "</a>"))

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        name = str(token.attrs["src"]).removeprefix(PICTURES)
        return format_html('<img src="{}" alt="{}">', static(f"docs/{name}"), token.content)

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A block that names its language is there to be copied."""
        named = {"text": tokens[idx].content, "target": f"code-{idx}", "is_for_use": bool(tokens[idx].info)}
        return render_to_string("_partials/_code_block.html", named)

    code_block = fence

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return '<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table>'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>"

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return opened_cell(tokens[idx])

    td_open = th_open


def opened_cell(token: Token) -> str:
    """The policy for content allows no style in an element."""
    is_number = "right" in str(token.attrs.get("style", ""))
    return f'<{token.tag} class="num">' if is_number else f"<{token.tag}>"


MARKDOWN = (
    MarkdownIt("commonmark", {"html": False}, renderer_cls=Pages)
    .enable("table")
    .use(anchors_plugin, max_level=DEEPEST_WITH_ANCHOR)
)
