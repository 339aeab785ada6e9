"""The parts of a page that a browser or an office program saved: page.htm, and beside it a folder page.files."""

import posixpath
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractor.read.limits import Limits

if TYPE_CHECKING:
    from extractor.read.frames import Beside

__all__ = ["PAGES", "aside", "is_part_of_page", "referred"]

PAGES = (".htm", ".html", ".xhtml", ".shtml")
_FOLDERS = (".files", "_files", "_文件", ".fld")


def is_part_of_page(name: str, pages: Collection[str]) -> bool:
    """Whether a file stands in the folder that a saved page keeps its parts in. `pages`: names without suffix."""
    folder = posixpath.dirname(name)
    while folder:
        for suffix in _FOLDERS:
            if folder.endswith(suffix) and folder.removesuffix(suffix) in pages:
                return True
        folder = posixpath.dirname(folder) if folder != posixpath.dirname(folder) else ""
    return False


def referred(folder: str, reference: str) -> str | None:
    """The name of what a page in `folder` refers to; None where that is on another host, or no reference."""
    try:
        parts = urlsplit(reference.replace("\\", "/"))
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        return None
    return posixpath.normpath(posixpath.join(folder, parts.path))


def aside(page: Path, name: str, limits: Limits) -> "Beside":
    """Finds the frames of a saved page on disk: in the page's own folder of parts and nowhere else, whatever the page
    refers to. `name`: what the page is called."""

    def beside(here: str, reference: str) -> tuple[str, bytes] | None:
        wanted = referred("" if here == name else posixpath.dirname(here), reference)
        if wanted is None:
            return None
        own = next((f"{page.stem}{one}" for one in _FOLDERS if wanted.startswith(f"{page.stem}{one}/")), None)
        if own is None:
            return None
        try:
            target = (page.parent / wanted).resolve(strict=True)
            # A symbolic link may lead anywhere.
            if not target.is_relative_to((page.parent / own).resolve(strict=True)) or not target.is_file():
                return None
            with target.open("rb") as file:
                return wanted, file.read(limits.max_bytes + 1)
        except (OSError, ValueError):
            return None

    return beside
