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
from extractor.read.pdf.embedded import large_pictures, read_embedded
from extractor.read.pdf.layer import Layer, judge
from extractor.read.pdf.margins import without_margins
from extractor.read.pdf.opening import opened, take_apart
from extractor.read.pdf.pictures import named, numbers, read_pictures
from extractor.read.pdf.shapes import Block, Sheet, Table
from extractor.read.pdf.stitch import stitched
from extractor.read.pdf.tables import blocks_of, in_order
from extractor.read.picture.engine import is_installed
from extractor.read.told import INSTALL
from extractor.report import Reason

__all__ = ["read_parts"]

_ONE_AT_A_TIME = threading.Lock()
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
        self.reads_pictures = False
        # Pictures that were read on pages of text, and the pages with pictures that were not.
        self.pictures = 0
        self.unread: list[int] = []
        self.as_pictures: tuple[Layer, ...] = (Layer.PICTURE, Layer.BROKEN)

    def read(self) -> None:
        blocks, sizes = self._take_apart()
        blocks = stitched(without_margins(blocks, [height for _, height in sizes]))
        composer = Composer(self.flow, blocks, sizes)
        for picture, run in groupby(range(len(self.pages)), key=lambda index: self.layers[index] in self.as_pictures):
            indexes = list(run)
            if not picture:
                for index in indexes:
                    composer.page(index)
            elif self.reads_pictures:
                composer.close()
                for number, page in read_pictures(self.pdf, [index + 1 for index in indexes], self.flow).items():
                    self.pages[number - 1] = page
        composer.close()
        self._say_what_is_no_text()

    def _take_apart(self) -> tuple[list[list[Block]], list[tuple[float, float]]]:
        """The blocks of every page, none for those that are to be read as pictures; its size, set upright."""
        blocks: list[list[Block]] = []
        sizes: list[tuple[float, float]] = []
        damaged: list[int] = []
        cut: list[int] = []
        for index in range(len(self.pdf)):
            sheet = take_apart(self.pdf, index, self.limits)
            if sheet is None:
                damaged.append(index + 1)
                self.pages.append(_A4)
                self.layers.append(Layer.EMPTY)
                blocks.append([])
                sizes.append(_A4[:2])
                continue
            layer = judge(sheet)
            self.layers.append(layer)
            self.pages.append(Page(sheet.width, sheet.height, scanned=layer is Layer.RECOGNISED))
            blocks.append(blocks_of(sheet, self.limits) if layer in (Layer.GOOD, Layer.RECOGNISED) else [])
            if any(isinstance(block, Table) and block.cut for block in blocks[-1]):
                cut.append(index + 1)
            if layer is Layer.GOOD:
                blocks[-1] = self._with_pictures(sheet, blocks[-1])
            sizes.append((sheet.height, sheet.width) if sheet.turn.quarters % 2 else (sheet.width, sheet.height))
        if any(layer in (*self.as_pictures, Layer.RECOGNISED) for layer in self.layers) and is_installed():
            self.reads_pictures = True
            self.as_pictures = (*self.as_pictures, Layer.RECOGNISED)
            blocks = [[] if self.layers[n] in self.as_pictures else here for n, here in enumerate(blocks)]
        if len(damaged) == len(self.pages):
            raise UnreadableError("the PDF is damaged: none of its pages can be opened")
        notes = self.flow.notes
        if damaged:
            notes.append(Reason(f"damaged and not read: {named(damaged)}", f"第 {numbers(damaged)} 页已损坏，未能读取"))
        if cut:
            notes.append(
                Reason(
                    f"a table runs off the paper on {named(cut)}: what is not on the page could not be read",
                    f"第 {numbers(cut)} 页的表格超出纸面，纸面以外的内容无从读取",
                )
            )
        return blocks, sizes

    def _with_pictures(self, sheet: Sheet, blocks: list[Block]) -> list[Block]:
        """The blocks of a page, and what its pictures show, where there is somebody to read them."""
        boxes = large_pictures(sheet)
        if not boxes:
            return blocks
        if not is_installed() or sheet.turn.quarters:
            self.unread.append(sheet.number)
            return blocks
        self.pictures += len(boxes)
        self.limits.check("max_pages", self.pictures, "pictures in the PDF")
        return in_order([*blocks, *read_embedded(self.pdf, sheet.number, boxes, self.limits)])

    def _say_what_is_no_text(self) -> None:
        """Notes on pages that were not read as text. UnreadableError if there is nothing else and nobody to read it."""
        of_layer = {layer: [number for number, one in enumerate(self.layers, 1) if one is layer] for layer in Layer}
        pictures, broken = of_layer[Layer.PICTURE], of_layer[Layer.BROKEN]
        recognised = of_layer[Layer.RECOGNISED]
        said = []
        if pictures:
            said.append(f"{named(pictures)} {'are pictures' if len(pictures) > 1 else 'is a picture'}")
        if broken:
            said.append(f"the text layer of {named(broken)} is broken, and only a picture of it is left")
        notes = self.flow.notes
        if self.unread:
            notes.append(
                Reason(
                    f"a picture on {named(self.unread)} was not read: {INSTALL}",
                    f"第 {numbers(self.unread)} 页有图片未能读取",
                )
            )
        if said and not self.reads_pictures:
            if not of_layer[Layer.GOOD] and not recognised:
                raise UnreadableError(f"{' and '.join(said)}: {INSTALL}")
            unread = numbers([*pictures, *broken])
            notes.append(
                Reason(
                    f"not read as text: {'; '.join(said)}: {INSTALL}",
                    f"第 {unread} 页为图像或文字层损坏，未能读取",
                )
            )
        elif broken:
            notes.append(
                Reason(
                    f"the text layer of {named(broken)} is broken: read as a picture",
                    f"第 {numbers(broken)} 页文字层损坏，已按图像识别",
                )
            )
        if recognised and not self.reads_pictures:
            notes.append(
                Reason(
                    f"the text of {named(recognised)} is what a program recognised in a picture: digits may be misread",
                    f"第 {numbers(recognised)} 页的文字由其他程序从图像识别而来，数字可能有误",
                )
            )
