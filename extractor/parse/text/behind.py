"""Flattened tables that print the labels behind the figures: 12⇥收到申请数, a row a line."""

import re

from extractor.forms.model import Table
from extractor.parse.labels import Hit, Item, Role
from extractor.parse.rows import Label, Near, Token, ValueRow
from extractor.parse.text.regions import Region
from extractor.parse.text.tokens import Cells, scan_gap
from extractor.read.figures import UNIT_PATTERN

__all__ = ["rows_before_labels"]

_LEAST = 4
_MOST = 0.8
_FIGURE = rf"(?:[+-]?\d[\d,.]*(?:{UNIT_PATTERN})?|[-/])"
_FIGURES = re.compile(rf"[\s|]*{_FIGURE}(?:[\s|]+{_FIGURE})*[ \t|]+(?:{UNIT_PATTERN})?[ \t|]*")


def rows_before_labels(text: str, region: Region) -> list[ValueRow]:
    """The rows of a region whose labels stand behind their figures; none where they do not.

    They do if before nearly all labels, and the first, nothing but figures stands on their line, and nothing behind
    them: not even behind the last, whose figures would be below it if the lines were merely cut otherwise.
    """
    lines: list[tuple[int, int, list[Hit]]] = []
    for hit in region.hits:
        rows = _rows(hit, region.table)
        begin, end = text.rfind("\n", 0, hit.start) + 1, text.find("\n", hit.end)
        if not rows or (all(item.bare for item in rows) and not _FIGURES.fullmatch(text, begin, hit.start)):
            continue
        if lines and lines[-1][0] == begin:
            lines[-1][2].append(hit)
        else:
            lines.append((begin, len(text) if end < 0 else end, [hit]))
    headed = [_FIGURES.fullmatch(text, begin, hits[0].start) is not None for begin, _, hits in lines]
    bare = [not any(map(str.isdigit, text[hits[-1].end : end])) for _, end, hits in lines]
    if headed.count(True) < max(_LEAST, _MOST * len(lines)) or bare.count(False) or not headed[0]:
        return []
    below = text[lines[-1][1] + 1 :].lstrip().split("\n", 1)[0]
    if _FIGURES.fullmatch(f"{below} "):
        return []
    out: list[ValueRow] = []
    for (begin, end, hits), own in zip(lines, headed, strict=True):
        if own:
            pieces = scan_gap(text, begin, hits[0].start, Cells(a_line=False))
            tokens = [piece for piece in pieces if isinstance(piece, Token)]
            labels = [Label(item, Near.FIRM) for hit in hits for item in _rows(hit, region.table)]
            out.append(ValueRow(labels, tokens, start=begin, end=end))
    return out


def _rows(hit: Hit, table: Table) -> list[Item]:
    return [item for item in hit.items if item.table == table.id and item.role is Role.ROW]
