"""Pictures on pages that have text: read where something reads pictures, else said to be unread."""

from importlib.util import find_spec
from io import BytesIO

import pypdfium2
import pytest

from extractor.read import Document, read
from tests.pdfs import Page, pdf

TITLE = "丹枫市人民政府2023年政府信息公开工作年度报告"
needs_ocr = pytest.mark.skipif(find_spec("rapidocr") is None, reason="gouji[ocr] is not installed")


def with_picture(inner: Page, x0: float, top: float, width: float) -> bytes:
    """A page with a title, the upper half of `inner` pasted into it as a picture, and a sentence below."""
    drawn = pypdfium2.PdfDocument(pdf(inner))[0].render(scale=3, crop=(0, 421, 0, 0))
    outer = Page()
    outer.text(60, 60, TITLE)
    outer.text(60, 700, "以上为本年度主动公开情况。")
    document = pypdfium2.PdfDocument(pdf(outer))
    page = document[0]
    image = pypdfium2.PdfImage.new(document)
    image.set_bitmap(drawn)
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, width * 421 / 595).translate(x0, 842 - top - width * 421 / 595))
    page.insert_obj(image)
    page.gen_content()
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def table() -> Page:
    page = Page()
    page.table([60, 240, 400, 540], [100, 150, 200], [["", "", ""], ["", "", ""]])
    for x, y, text in (
        (80, 130, "规章"),
        (300, 130, "12"),
        (460, 130, "37"),
        (80, 180, "规范性文件"),
        (300, 180, "46"),
        (460, 180, "58"),
    ):
        page.text(x, y, text, size=16)
    return page


def texts(document: Document) -> list[str]:
    return [document.text[cell.start : cell.end] for grid in document.grids for cell in grid.cells]


@needs_ocr
def test_a_pasted_table_is_recognised_in_its_place() -> None:
    document = read(with_picture(table(), 40, 100, 500))
    assert texts(document) == ["规章", "12", "37", "规范性文件", "46", "58"]
    assert document.text.startswith(TITLE)
    assert document.text.index("58") < document.text.index("以上为本年度")
    pages = document.pages
    assert pages is not None
    at = document.text.index("46")
    assert pages.scanned(at) and not pages.scanned(document.text.index("2023"))
    placed = pages.place(at, at + 2)
    assert placed is not None and placed[1] is not None
    x0, top, x1, bottom = placed[1]
    assert (
        40 + 300 * 500 / 595 - 6 < x0 < x1 < 40 + 330 * 500 / 595 and 100 + 160 * 0.84 < top < bottom < 100 + 190 * 0.84
    )


def test_a_picture_that_nobody_reads_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.read.pdf.is_installed", lambda: False)
    document = read(with_picture(table(), 40, 100, 500))
    assert document.grids == ()
    assert [note.en for note in document.notes] == [
        "a picture on page 1 was not read: pip install 'gouji[ocr]' has them read"
    ]


def test_logos_and_grounds_are_no_pictures_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.read.pdf.is_installed", lambda: False)
    logo = Page()
    logo.text(60, 60, TITLE)
    logo.picture(300, 100, 360, 160)
    ground = Page()
    ground.picture(40, 40, 560, 300)
    ground.text(60, 60, TITLE)
    assert read(pdf(logo, ground)).notes == ()
