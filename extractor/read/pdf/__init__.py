"""PDF: characters and rulings by pdfium; tables out of the rulings, prose out of what is left.

pdfium is not made for threads: a process reads one document at a time.
"""

import threading
from itertools import groupby

from pypdfium2 import PdfDocument

from extractor.errors import UnreadableError
from extractor.read.document import Parts
from extractor.read.flow import Flow
from extractor.read.limits import Limits
from extractor.read.pages import Page
from extractor.read.pdf.compose import Composer
from extractor.read.pdf.layer import Layer, judge
from extractor.read.pdf.margins import without_margins
from extractor.read.pdf.opening import opened, take_apart
from extractor.read.pdf.pictures import INSTALL, numbers, read_pictures
from extractor.read.pdf.shapes import Block, Table
from extractor.read.pdf.stitch import stitched
from extractor.read.pdf.tables import blocks_of
from extractor.report import Reason

__all__ = ["read_parts"]

_ONE_AT_A_TIME = threading.Lock()
_AS_PICTURES = (Layer.PICTURE, Layer.BROKEN)
_A4 = Page(595.0, 842.0)


def read_parts(data: bytes, limits: Limits) -> Parts:
    """Text and tables of a PDF, with page and box for every word.

    Raises UnreadableError (damaged, encrypted, nothing but pictures and nothing that reads them), LimitError.
    """
    with _ONE_AT_A_TIME, opened(data, limits) as pdf:
        reader = _Reader(pdf, limits)
        reader.read()
        return reader.flow.finish(reader.pages)


class _Reader:
    """Reads the pages of one document into a flow. `layers`: what the text layer of each page is worth."""

    def __init__(self, pdf: PdfDocument, limits: Limits) -> None:
        self.pdf = pdf
        self.flow = Flow(limits)
        self.limits = limits
        self.pages: list[Page] = []
        self.layers: list[Layer] = []

    def read(self) -> None:
        blocks, heights = self._take_apart()
        blocks = stitched(without_margins(blocks, heights))
        composer = Composer(self.flow)
        unread: list[int] = []
        for as_pictures, run in groupby(range(len(self.pages)), key=lambda index: self.layers[index] in _AS_PICTURES):
            indexes = list(run)
            if not as_pictures:
                for index in indexes:
                    composer.page(blocks[index])
                continue
            composer.close()
            unread += self._pictures([index + 1 for index in indexes])
        composer.close()
        if unread and all(layer in (*_AS_PICTURES, Layer.EMPTY) for layer in self.layers):
            raise UnreadableError(f"{self._what(unread)}: {INSTALL}")
        if unread:
            self._note(f"{self._what(unread)} and were not read: {INSTALL}", "为图像或文字层损坏，未能读取", unread)

    def _take_apart(self) -> tuple[list[list[Block]], list[float]]:
        """The blocks of every page, none for those that are to be read as pictures, and how high each page is."""
        blocks: list[list[Block]] = []
        heights: list[float] = []
        damaged: list[int] = []
        cut: list[int] = []
        for index in range(len(self.pdf)):
            sheet = take_apart(self.pdf, index, self.limits)
            if sheet is None:
                damaged.append(index + 1)
                self.pages.append(_A4)
                self.layers.append(Layer.EMPTY)
                blocks.append([])
                heights.append(_A4.height)
                continue
            layer = judge(sheet)
            self.layers.append(layer)
            self.pages.append(Page(sheet.width, sheet.height, scanned=layer is Layer.RECOGNISED))
            blocks.append(blocks_of(sheet, self.limits) if layer in (Layer.GOOD, Layer.RECOGNISED) else [])
            if any(isinstance(block, Table) and block.cut for block in blocks[-1]):
                cut.append(index + 1)
            heights.append(sheet.width if sheet.turn.quarters % 2 else sheet.height)
        if len(damaged) == len(self.pages):
            raise UnreadableError("the PDF is damaged: none of its pages can be opened")
        if damaged:
            self._note(f"pages {numbers(damaged)} are damaged and were not read", "已损坏，未能读取", damaged)
        if cut:
            self._note(
                f"a table runs off the paper on pages {numbers(cut)}: its figures were not read",
                "的表格超出纸面，其数字未予读取",
                cut,
            )
        return blocks, heights

    def _pictures(self, pages: list[int]) -> list[int]:
        """Have pages read as pictures; those that could not be."""
        try:
            self.pages = (
                [found.get(number, page) for number, page in enumerate(self.pages, 1)]
                if (found := read_pictures(self.pdf, pages, self.flow))
                else self.pages
            )
        except UnreadableError:
            return pages
        broken = [number for number in pages if self.layers[number - 1] is Layer.BROKEN]
        if broken:
            self._note(
                f"the text layer of pages {numbers(broken)} is broken: they were read as pictures",
                "文字层损坏，已按图像识别",
                broken,
            )
        return []

    def _what(self, pages: list[int]) -> str:
        """Why pages are not read as text."""
        broken = [number for number in pages if self.layers[number - 1] is Layer.BROKEN]
        pictures = [number for number in pages if number not in broken]
        parts = []
        if pictures:
            parts.append(f"pages {numbers(pictures)} are pictures")
        if broken:
            parts.append(f"the text layer of pages {numbers(broken)} is broken, so they are pictures")
        return " and ".join(parts)

    def _note(self, said: str, chinese: str, pages: list[int]) -> None:
        self.flow.notes.append(Reason(said, f"第 {numbers(pages)} 页{chinese}"))
