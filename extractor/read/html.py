"""HTML → the text a reader sees, and its tables: parsing, what is hidden, and spans. The walk itself is in walk.py."""

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from urllib.parse import unquote, unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extractor.read.document import Parts, Pasted
from extractor.read.limits import Limits
from extractor.read.markup import check_markup, enclose_stray_cells
from extractor.read.tags import INTRICATE
from extractor.read.walk import Styled, Walk
from extractor.report import Reason

__all__ = ["read_html"]

_STRAY_CELLS = Reason(
    "table cells outside any table: a table was put around them", "有单元格不在任何表格之内，已为其补上表格"
)


def read_html(text: str, limits: Limits, at_hand: Callable[[str], tuple[str, bytes] | None] | None = None) -> Parts:
    """The visible text of a page, its tables in reading order, notes on what was mended, and the pictures it shows.

    `at_hand`: finds what the page refers to, as `Beside` does, for its pictures. Those of the network are not fetched.
    Tables that only lay out the page (one cell, or nothing beside other tables) are no grids; their text stays.
    Raises LimitError for markup deeper or larger than `limits` allow.
    """
    check_markup(text, limits)
    tree = LexborHTMLParser(text)
    notes: tuple[Reason, ...] = ()
    # A cell outside any table is dropped by the parser, and its figure would run into the next.
    if len(tree.css("td")) < (text.count("<td") or text.count("<TD")):
        enclosed = enclose_stray_cells(text)
        if enclosed is not None:
            tree = LexborHTMLParser(enclosed)
            notes = (_STRAY_CELLS,)
    styled = _struck(tree) | _raised(tree) | _hidden(tree, text)
    counts = Counter(styled.values())
    if counts[Styled.HIDDEN]:
        hidden = counts[Styled.HIDDEN]
        notes = (*notes, Reason(f"{hidden} hidden elements left out", f"略去 {hidden} 处隐藏内容"))
    if counts[Styled.STRUCK]:
        struck = counts[Styled.STRUCK]
        notes = (*notes, Reason(f"struck-out text left out ({struck} places)", f"略去已划掉的文字（{struck} 处）"))
    walk = Walk(_spans(tree, limits), styled, limits)
    if tree.root is not None:
        # Where cells hold what is not to be shown as it stands, or tables, there is no short way through a row.
        walk.run(tree.root, simple_rows=not styled and _only_cells(tree.root))
    grids = tuple(sorted(walk.grids, key=lambda grid: grid.start))
    pasted = tuple(_pasted(walk.pictures, at_hand))
    return Parts("".join(walk.parts), grids, notes + tuple(dict.fromkeys(walk.notes)), pasted=pasted)


_LONGEST_NAME = 200
_INVISIBLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,80}line-through", re.IGNORECASE)
_RAISED = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_SELECTOR = re.compile(r"[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]*[.#][A-Za-z_][A-Za-z0-9_-]*")
_MOST_SELECTORS = 50
_MAY_HIDE = re.compile(r"display\s*:\s*none|\shidden[\s>=]|<xml", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\+?([0-9]{1,9})")


def _hidden(tree: LexborHTMLParser, text: str) -> dict[int, Styled]:
    """Elements that no reader sees, and the data islands Word leaves."""
    # Substrings first: they are found ten times faster than a pattern.
    if not any(word in text for word in ("isplay", "ISPLAY", "hidden", "<xml")) or _MAY_HIDE.search(text) is None:
        return {}
    nodes = tree.css("[hidden],xml")
    nodes += [node for node in tree.css("[style]") if _INVISIBLE.search(node.attributes.get("style") or "")]
    return dict.fromkeys((node.mem_id for node in nodes), Styled.HIDDEN)


def _pasted(
    seen: Sequence[tuple[int, LexborNode]], at_hand: Callable[[str], tuple[str, bytes] | None] | None
) -> Iterator[Pasted]:
    """The pictures that the page carries within itself, named by their number, and those that may be at hand."""
    for number, (at, node) in enumerate(seen, start=1):
        source = (node.attributes.get("src") or "").strip()
        if source[:5].lower() == "data:":
            yield Pasted(at, f"img {number}", partial(_within, source))
        elif source and at_hand is not None:
            reference = unquote(source.partition("#")[0])
            yield Pasted(at, reference[:_LONGEST_NAME], partial(_beside, at_hand, reference))


def _within(source: str) -> bytes | None:
    """What a data: address holds."""
    head, _, content = source.partition(",")
    if not head.lower().endswith(";base64"):
        return unquote_to_bytes(content)
    try:
        return b64decode(unquote(content))
    except ValueError:
        return None


def _beside(at_hand: Callable[[str], tuple[str, bytes] | None], reference: str) -> bytes | None:
    found = at_hand(reference)
    return None if found is None else found[1]


def _struck(tree: LexborHTMLParser) -> dict[int, Styled]:
    """Elements whose text is crossed out: by their tag, their style, or a plain rule of a style sheet."""
    nodes = tree.css("del,s,strike")
    styled = tree.css('[style*="line-through" i]')
    nodes += [node for node in styled if _STRUCK.search(node.attributes.get("style") or "")]
    for selector in _struck_selectors(tree):
        nodes += tree.css(selector)
    return dict.fromkeys((node.mem_id for node in nodes), Styled.STRUCK)


def _struck_selectors(tree: LexborHTMLParser) -> list[str]:
    """Tags, classes and ids that the page's style sheets cross out."""
    found: dict[str, None] = {}
    for sheet in tree.css("style"):
        for rule in sheet.text().split("}"):
            selectors, _, body = rule.rpartition("{")
            if _STRUCK.search(body):
                found |= dict.fromkeys(selector.strip() for selector in selectors.split(","))
    return [selector for selector in found if _SELECTOR.fullmatch(selector)][:_MOST_SELECTORS]


def _raised(tree: LexborHTMLParser) -> dict[int, Styled]:
    """Elements that a style makes superscript or subscript."""
    found: dict[int, Styled] = {}
    for node in tree.css('[style*="super" i],[style*="sub" i]'):
        style = _RAISED.search(node.attributes.get("style") or "")
        if style is not None:
            found[node.mem_id] = Styled.RAISED if style[1].lower() == "super" else Styled.LOWERED
    return found


def _spans(tree: LexborHTMLParser, limits: Limits) -> dict[int, tuple[int, int]]:
    """Row and column span of the cells that name one."""
    spans = {}
    for node in tree.css("[rowspan],[colspan]"):
        attributes = node.attributes
        rows, columns = attributes.get("rowspan"), attributes.get("colspan")
        row_span = _span(rows, limits, least=0) if rows else 1
        spans[node.mem_id] = row_span, _span(columns, limits, least=1) if columns else 1
    return spans


def _span(value: str, limits: Limits, least: int) -> int:
    """A span as browsers take it: leading digits count, anything else is 1; cut at the limit."""
    found = _NUMBER.match(value)
    if found is None:
        return 1
    span = int(found[1])
    return min(span, limits.max_span) if span >= least else 1


def _only_cells(root: LexborNode) -> bool:
    """No table of the page holds another table, nor anything but text shown as it stands."""
    if root.css_first("td table,th table") is not None:
        return False
    return all(INTRICATE.isdisjoint({node.tag_id for node in table.traverse()}) for table in root.css("table"))
