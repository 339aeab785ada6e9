"""PDFs without a sound text layer, and PDFs made to do harm."""

import random
import threading
from pathlib import Path

import pytest

from extractor.errors import DocumentError, LimitError, UnreadableError
from extractor.read import Limits, read, read_path
from extractor.read.pdf.layer import is_broken
from extractor.read.pdf.pictures import named
from extractor.read.pdf.shapes import Char, Drawn
from tests.pdfs import Page, pdf

DATA = Path(__file__).parent / "data"
TITLE = "丹枫市人民政府2023年政府信息公开工作年度报告"
unread = pytest.mark.usefixtures("without_ocr")


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where gouji[ocr] is not installed."""
    monkeypatch.setattr("extractor.read.pdf.is_installed", lambda: False)


def report() -> Page:
    page = Page()
    page.text(60, 60, TITLE)
    page.table([60, 160, 260, 360], [100, 130, 160], [["规章", "12", "3"], ["行政规范性文件", "4", "56"]])
    return page


def mute() -> Page:
    page = Page()
    page.text(60, 60, TITLE)
    page.table([60, 160, 260], [100, 130], [["规章", ""]])
    page.text(163, 119, "123", font="mute")
    return page


def scan(*, layer: str = "") -> Page:
    page = Page()
    page.picture(0, 0, 595, 842)
    if layer:
        page.parts.append("3 Tr")
        page.text(60, 60, layer)
    return page


@unread
@pytest.mark.parametrize(
    ("pages", "message"),
    [
        ((scan(),), r"page 1 is a picture: pip install 'gouji\[ocr\]'"),
        ((scan(), scan(), Page(), scan()), "pages 1-2, 4 are pictures: pip install"),
        ((mute(),), "the text layer of page 1 is broken, and only a picture of it is left: pip install"),
        ((scan(), mute()), "page 1 is a picture and the text layer of page 2 is broken"),
    ],
)
def test_pictures_alone_are_unreadable(pages: tuple[Page, ...], message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        read(pdf(*pages))


@unread
def test_what_can_be_read_is_read_and_the_rest_is_told() -> None:
    document = read(pdf(report(), scan(), mute()))
    assert document.text == f"{TITLE}\n规章\t12\t3\n行政规范性文件\t4\t56\n"
    (note,) = document.notes
    assert "page 2 is a picture; the text layer of page 3 is broken" in str(note)
    assert document.pages is not None
    assert len(document.pages.pages) == 3


@unread
def test_the_text_over_a_scan_is_known_for_what_it_is() -> None:
    document = read(pdf(scan(layer=TITLE)))
    assert document.pages is not None
    assert document.pages.scanned(0)
    assert "digits may be misread" in str(document.notes[0])


def test_a_picture_beside_text_is_no_scan() -> None:
    page = report()
    page.picture(100, 400, 300, 600)
    document = read(pdf(page))
    assert document.notes == ()
    assert document.pages is not None
    assert not document.pages.scanned(0)


def test_a_lost_symbol_does_not_break_the_page_but_is_no_figure() -> None:
    page = report()
    page.table([60, 160, 260], [200, 230], [["行政许可", ""]])
    page.text(163, 219, "5", font="mute")
    document = read(pdf(page, packed=True))
    assert document.text.endswith("行政许可\t\ufffd\n")


def chars(text: str) -> list[Char]:
    return [Char(one, 10.0 * n, 0.0, 10.0 * n + 10, 10.0) for n, one in enumerate(text)]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("依照《中华人民共和国政府信息公开条例》编制本年度报告，所列数据统计期限自2023年1月1日起。" * 2, False),
        ("依照《中華人民共和國政府信息公開條例》編制本年度報告，所列數據統計期限自2023年1月1日起。" * 2, False),
        ("Annual report on open government information, 2023. " * 4, False),
        ("ÒÀÕÕ¡¶ÖÐ»ªÈËÃñ¹²ºÍ¹úÕþ¸®ÐÅÏ¢¹«¿ªÌõÀý¡·±àÖÆ±¾Äê¶È±¨¸æ" * 2, True),
        ("渚濈収銆婁腑鍗庝汉姘戝叡鍜屽浗鏀垮簻淇℃伅鍏紑鏉′緥銆嬬紪鍒舵湰骞村害鎶ュ憡" * 3, True),
        (
            "".join(
                chr(ord(one) + 29) if one > "一" else one
                for one in "依照政府信息公开条例编制本年度报告所列数据统计期限" * 4
            ),
            True,
        ),
        ("规章123", False),
    ],
)
def test_mojibake_is_noticed(text: str, broken: bool) -> None:
    assert is_broken(chars(text), Drawn()) is broken


def test_encrypted() -> None:
    with pytest.raises(UnreadableError, match="encrypted and needs a password"):
        read_path(DATA / "locked.pdf")
    assert read_path(DATA / "locked-for-owner.pdf").text.startswith(TITLE)


def test_damaged() -> None:
    with pytest.raises(UnreadableError, match="damaged, or cut off"):
        read(b"%PDF-1.7\n" + b"x" * 1000)
    whole = pdf(report())
    for part in range(1, 20):
        try:
            document = read(whole[: len(whole) * part // 20])
        except UnreadableError:
            continue
        assert document.text.startswith(TITLE)


def test_pages_over_the_limit() -> None:
    data = pdf(*(report() for _ in range(4)))
    with pytest.raises(LimitError, match=r"pages in the PDF: 4 found, 3 allowed \(max_pages\)"):
        read(data, limits=Limits(max_pages=3))
    with pytest.raises(LimitError, match="max_pages"):
        # A page tree that names one page a hundred thousand times.
        many = b"[" + b"9 0 R " * 100_000 + b"]"
        read(pdf(report()).replace(b"/Count 1", b"/Count 100000").replace(b"[9 0 R]", many))


def test_drawing_over_the_limit() -> None:
    page = report()
    page.parts.append("0 0 1 1 re f\n" * 2_000)
    with pytest.raises(LimitError, match=r"2,001 found, 2,000 allowed \(max_objects\)"):
        read(pdf(page), limits=Limits(max_objects=2_000))
    assert read(pdf(page)).text.startswith(TITLE)


def test_characters_over_the_limit() -> None:
    page = Page()
    page.text(10, 10, "年" * 2_000, size=0.1)
    with pytest.raises(LimitError, match="max_characters"):
        read(pdf(page), limits=Limits(max_characters=1_000))


def test_bombs() -> None:
    page = report()
    page.parts.append("%" + " " * 3_000_000)
    data = pdf(page, packed=True)
    assert len(data) < 10_000
    with pytest.raises(LimitError, match="max_unpacked"):
        read(data, limits=Limits(max_unpacked=1_000_000))
    assert read(data).text.startswith(TITLE)


def test_a_thousand_rulings_are_no_table() -> None:
    page = report()
    for number in range(1_500):
        page.line(20, 300 + number * 0.3, 560, 300 + number * 0.3)
        page.line(20 + number * 0.3, 300, 20 + number * 0.3, 740)
    assert read(pdf(page)).text.startswith(TITLE)


def test_things_that_hold_themselves() -> None:
    data = pdf(report())
    for old, new in (
        (b"/Parent 2 0 R", b"/Parent 9 0 R"),
        (b"[9 0 R]", b"[2 0 R]"),
        (b"/Contents 10 0 R", b"/Contents [10 0 R 10 0 R 9 0 R]"),
        (b"/DescendantFonts [4 0 R]", b"/DescendantFonts [3 0 R]"),
        (b"/dots 8 0 R", b"/dots 9 0 R"),
    ):
        assert old in data
        try:
            read(data.replace(old, new))
        except DocumentError:
            continue


@unread  # a broken layer would be recognised, slowly
def test_mutated_files_come_back() -> None:
    rng = random.Random(6)
    whole = pdf(report(), report())
    for _ in range(250):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 12)):
            at = rng.randrange(len(data))
            data[at : at + rng.choice((0, 1, 1, 8))] = rng.choice(
                (b"", bytes([rng.randrange(256)]), b"99999", b"<<", b"R")
            )
        try:
            read(bytes(data))
        except DocumentError:
            continue


def test_several_threads_read_at_once() -> None:
    data, found = pdf(report()), []
    threads = [threading.Thread(target=lambda: found.append(read(data).text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_pages_by_name() -> None:
    assert (named([2]), named([1, 2, 3, 7])) == ("page 2", "pages 1-3, 7")
