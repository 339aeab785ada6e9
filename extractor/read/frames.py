"""Pages made of several files: frames and inline frames, found beside the page, where `beside` finds them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from extractor.errors import DocumentError
from extractor.read.decode import decode
from extractor.read.document import Grid, Parts, Pasted
from extractor.read.html import read_html
from extractor.read.limits import Limits
from extractor.read.markup import check_markup
from extractor.report import Reason

__all__ = ["Beside", "has_frames", "joined", "read_framed"]

Beside: TypeAlias = Callable[[str, str], "tuple[str, bytes] | None"]
"""From a page's name and a reference in it to the name and content of what that refers to; None if not at hand."""

_MOST_DEPTH = 5
_FRAMES = 'frame[src],iframe[src],link[id="shLink"][href]'  # the last: the sheets of a workbook that Excel saved


def has_frames(text: str) -> bool:
    """Whether a page refers to frames at all. Cheap, and right for what `read_framed` would find."""
    lowered = text.lower() if len(text) < 1_000_000 else text
    return any(word in lowered for word in ("<frame", "<iframe", "shlink"))


def read_framed(text: str, name: str, limits: Limits, beside: Beside) -> Parts:
    """A page, and behind it the pages in its frames. `name`: as `beside` calls the page. Raises LimitError."""
    parts: list[Parts] = []
    missing: list[str] = []
    _read(text, name, limits, beside, {name}, parts, missing, 0)
    notes: tuple[Reason, ...] = ()
    if missing:
        shown = ", ".join(missing[:3])
        notes = (
            Reason(
                f"{len(missing)} frames of the page are not beside it ({shown})",
                f"页面的 {len(missing)} 个框架不在页面旁（{shown}）",
            ),
        )
    whole = joined(parts)
    return whole._replace(notes=tuple(dict.fromkeys(whole.notes + notes)))


def _read(
    text: str, name: str, limits: Limits, beside: Beside, seen: set[str], parts: list[Parts], missing: list[str],
    depth: int,
) -> None:  # fmt: skip
    page = read_html(text, limits, partial(beside, name))
    if page.pasted or (page.text and not page.text.isspace()):
        parts.append(page)
        limits.check("max_characters", sum(len(part.text) for part in parts), "characters of text")
    if depth >= _MOST_DEPTH or not has_frames(text):
        return
    for reference in _references(text, limits):
        found = beside(name, reference)
        if found is None:
            missing.append(reference[:80])
            continue
        inner, data = found
        if inner in seen:
            continue
        seen.add(inner)
        limits.check("max_members", len(seen), "frames of a page")
        limits.check("max_bytes", len(data), "bytes in a frame of the page")
        try:
            _read(decode(data).text, inner, limits, beside, seen, parts, missing, depth + 1)
        except DocumentError as error:
            if error.code != "unreadable":
                raise
            missing.append(reference[:80])


def _references(text: str, limits: Limits) -> Iterator[str]:
    """What the frames of a page show, in their order; pages of the network and scripts are none."""
    check_markup(text, limits)
    found: dict[str, None] = {}
    for node in LexborHTMLParser(text).css(_FRAMES):
        written = (node.attributes.get("src") or node.attributes.get("href") or "").strip()
        try:
            scheme = urlsplit(written).scheme.lower()
        except ValueError:
            continue
        if written and scheme not in ("javascript", "about", "data") and "tabstrip" not in written.lower():
            found[unquote(written.partition("#")[0])] = None
    yield from found


def joined(parts: list[Parts]) -> Parts:
    """Documents one below the other, as one."""
    texts: list[str] = []
    grids: list[Grid] = []
    notes: list[Reason] = []
    pasted: list[Pasted] = []
    at = 0
    for part in parts:
        if texts:
            texts.append("\n")
            at += 1
        for grid in part.grids:
            cells = tuple(cell._replace(start=cell.start + at, end=cell.end + at) for cell in grid.cells)
            grids.append(replace(grid, cells=cells, start=grid.start + at, end=grid.end + at))
        pasted += (one._replace(at=one.at + at) for one in part.pasted)
        texts.append(part.text)
        at += len(part.text)
        notes += part.notes
    return Parts("".join(texts), tuple(grids), tuple(dict.fromkeys(notes)), pasted=tuple(pasted))
