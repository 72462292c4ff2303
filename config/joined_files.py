"""Static files as production serves them: compressed, hashed names, styles and modules joined into one file each.

Developers write one file for each component (docs/decisions/0022-joined-files.md).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from servestatic.storage import CompressedManifestStaticFilesStorage

from config.joined_modules import joined_modules

STYLES, SCRIPT = "css/playhead.css", "js/page.js"
STYLE_IMPORT = re.compile(r'^@import "([a-z-]+\.css)";$', re.MULTILINE)
"""Of a neighbour, so that a `url()` in it leads where it led."""
Sources = dict[str, tuple[Storage, str]]


class JoinedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the library has no types
    def post_process(self, paths: Sources, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            self.join(paths, STYLES, joined_styles)
            self.join(paths, SCRIPT, joined_modules)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def join(self, paths: Sources, name: str, joined: Callable[[Mapping[str, str], str], str]) -> None:
        whole = joined(Texts(paths), name)
        self.delete(name)
        self._save(name, ContentFile(whole.encode()))
        paths[name] = (self, name)


class Texts(dict[str, str]):
    """Files by their names, as they are written: what was collected before may be older."""

    def __init__(self, paths: Sources) -> None:
        super().__init__()
        self.paths = paths

    def __missing__(self, name: str) -> str:
        storage, path = self.paths[name]
        with storage.open(path) as file:
            return bytes(file.read()).decode()


def joined_styles(texts: Mapping[str, str], name: str) -> str:
    """In the order in which they are imported: rules of one layer rely on it."""
    folder = PurePosixPath(name).parent
    return STYLE_IMPORT.sub(lambda found: texts[str(folder / found[1])], texts[name])
