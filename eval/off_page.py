"""Which cells of a printed report are not on its pages: a table that is too wide runs off the paper.

Told without the reader that is measured: the characters that pdfium sees on the pages are aligned with those of the
page of HTML. A figure counts as printed if it stands whole on the page, a letter's width away from the edge at least,
for nobody can say of a figure that touches the edge that it is whole.
"""

from collections import Counter
from difflib import SequenceMatcher

import pypdfium2

from extractor.pipeline import extract
from extractor.read import Document, Grid, GridCell, read
from extractor.read.fold import fold

__all__ = ["left_out"]

# So many cells at least must speak for a column being off the page.
_LEAST = 3


def left_out(html: str, pdf: bytes) -> set[str]:
    """The cells of the form whose figures, printed in the page of HTML, are not on the pages of the PDF."""
    document = read(html.encode(), name="report.html")
    shown = _shown(document, pdf)
    lost = {number: _first_lost(grid, document, shown) for number, grid in enumerate(document.grids)}
    out = set()
    for name, cell in extract(html.encode(), name="report.html").cells.items():
        if cell.evidence is None:
            continue
        for number, grid in enumerate(document.grids):
            at = next((one for one in grid.cells if one.start <= cell.evidence.start < one.end), None)
            if at is None:
                continue
            if not _is_shown(at, document, shown) if at.column_span > 1 else at.column >= lost[number]:
                out.add(name)
    return out


def _shown(document: Document, pdf: bytes) -> set[int]:
    """The offsets of the characters of the document that are on the pages."""
    visible: list[str] = []
    for page in pypdfium2.PdfDocument(pdf):
        width, height = page.get_size()
        text = page.get_textpage()
        for number, character in enumerate(text.get_text_range()):
            if number >= text.count_chars() or character.isspace():
                continue
            left, bottom, right, top = text.get_charbox(number, loose=True)
            if left >= 0 and right <= width - (top - bottom) and bottom >= 0 and top <= height:
                visible.append(character)
    folded = fold("".join(visible))
    places = [at for at, character in enumerate(document.folded) if not character.isspace()]
    wanted = "".join(document.folded[at] for at in places)
    blocks = SequenceMatcher(None, wanted, folded, autojunk=False).get_matching_blocks()
    return {places[block.a + number] for block in blocks if block.size > 1 for number in range(block.size)}


def _is_shown(cell: GridCell, document: Document, shown: set[int]) -> bool:
    return all(at in shown for at in range(cell.start, cell.end) if not document.folded[at].isspace())


def _first_lost(grid: Grid, document: Document, shown: set[int]) -> int:
    """The first column that is not on the page: from there on most cells are not, before it most are."""
    there: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    for cell in grid.cells:
        if cell.column_span == 1 and cell.end > cell.start:
            (there if _is_shown(cell, document, shown) else gone)[cell.column] += 1

    def agree(first: int) -> int:
        return sum(there[at] for at in range(first)) + sum(gone[at] for at in range(first, grid.columns))

    best = max(range(grid.columns + 1), key=lambda first: (agree(first), first))
    return best if agree(best) >= agree(grid.columns) + _LEAST else grid.columns
