"""What sheets show and what they store: number formats, hidden rows and columns, in XLSX and XLS."""

import struct
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest

from extractor import extract
from extractor.read import read
from extractor.read.office import soffice
from extractor.read.office.looks import of_records
from extractor.read.office.shown import shown
from extractor.report import Report, Status

openpyxl = pytest.importorskip("openpyxl", reason="workbooks are made by openpyxl, of the extra 'dev'")

ACCOUNTING = '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ '


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (12345, "0,", "12"),
        (12345678, '0.0,,"百万"', "12.3百万"),
        (0.85, "0%", "85%"),
        (12, '"约"0', "约12"),
        (12, '0"件"', "12件"),
        (0, "#", ""),
        (0, "0;-0;;@", ""),
        (-5, "0;-0;;@", "-5"),
        (-5, "0;0", "5"),
        (7, ";;;", ""),
        (5.610994, "0.00", "5.61"),
        (2.5, "0", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1234567, "#,##0", "1234567"),
        (0, ACCOUNTING, "-"),
        (3.5, ACCOUNTING, "3.50"),
        (-3.5, "#,##0.00 ;(#,##0.00)", "-3.50"),
        (-4, "0_);[Red]\\(0\\)", "-4"),
        (5, "[$¥-804]#,##0.00", "5.00"),
        (4, "000", "004"),
        (12, "G/通用格式", "12"),
        (12, "yyyy-mm-dd", None),
        (0.5, "# ?/?", None),
        (12, "[>100]0;0", None),
        (12, "0.00E+00", None),
    ],
)
def test_what_a_format_shows(value: float, code: str, text: str | None) -> None:
    assert shown(value, code) == text


def workbook(rows: Sequence[Sequence[object]], codes: dict[tuple[int, int], str], hide: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for (row, column), code in codes.items():
        sheet.cell(row + 1, column + 1).number_format = code
    if hide == "row":
        sheet.row_dimensions[2].hidden = True
    elif hide == "column":
        sheet.column_dimensions["B"].hidden = True
    elif hide == "sheet":
        other = book.create_sheet("另表")
        other.append(["甲", 1])
        other.sheet_state = "hidden"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


HEAD = ["申请人情况", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
NEW = ["一、本年新收政府信息公开申请数量", 9, 3, 1, 0, 2, 4, 19]
CARRIED = ["二、上年结转政府信息公开申请数量", 2, 0, 0, 0, 0, 0, 2]


def report(new: Sequence[object], codes: dict[tuple[int, int], str]) -> Report:
    title = ["甲市乙局2023年政府信息公开工作年度报告"]
    section = ["三、收到和处理政府信息公开申请情况"]
    return extract(workbook([title, section, HEAD, new, CARRIED], codes), name="a.xlsx", form="ogi-2021")


class TestReports:
    def test_a_scaled_figure_is_disputed_and_its_row_with_it(self) -> None:
        got = report([*NEW[:7], 19400], {(3, 7): "0,"})
        total = got.cells["applications.new.total"]
        assert (total.value, total.status) == (19, Status.DISPUTED)
        assert "shows “19” and stores 19400" in (total.because or "")
        assert got.cells["applications.carried_in.total"].status is Status.REPORTED
        assert any("other figures than they store" in one.message_en for one in got.findings)

    def test_a_hidden_zero_is_a_blank(self) -> None:
        got = report(NEW, {(3, 4): "#"})
        cell = got.cells["applications.new.public_welfare"]
        assert cell.status in (Status.BLANK, Status.DERIVED) and cell.printed == ""
        assert got.cells["applications.new.total"].status is Status.REPORTED

    def test_a_format_that_shows_the_same_figure_changes_nothing(self) -> None:
        codes = {(3, column): code for column, code in enumerate(["@", "#,##0", "0", "0_ ", "000", "General", '0"件"'])}
        got = report(NEW, codes)
        assert [got.cells[f"applications.new.{one}"].value for one in ("business", "research", "other")] == [3, 1, 4]
        assert all(cell.status is not Status.DISPUTED for cell in got.cells.values())

    def test_words_of_a_format_are_printed(self) -> None:
        assert report(NEW, {(3, 1): '"约"0'}).cells["applications.new.natural_person"].printed == "约9"


@pytest.mark.parametrize(
    ("hide", "said"),
    [("row", "hidden rows"), ("column", "hidden rows"), ("sheet", "1 hidden sheets left out"), ("", "")],
)
@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_what_is_hidden_is_told(hide: str, said: str, kind: str, tmp_path: Path) -> None:
    data = workbook([["项目", "甲", "乙"], ["一", 12345, 2], ["二", 3, 4]], {(1, 1): "0,"}, hide)
    if kind == "xls":
        if soffice.available() is None:
            pytest.skip("LibreOffice, which writes the XLS file, is not installed")
        source = tmp_path / "a.xlsx"
        source.write_bytes(data)
        from extractor.read.limits import Limits

        data = soffice.convert(source, ".xlsx", "xls", Limits())
    document = read(data)
    notes = [note.en for note in document.notes if "hidden" in note.en]
    assert len(notes) == bool(said) and all(note.startswith(said) for note in notes)
    assert "一\t12\t2" in document.text
    assert [row for row, _ in document.grids[0].doubts] == [1]


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def test_records_of_an_xls_file() -> None:
    code = "0,".encode("utf-16-le")
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    formats = record(0x041E, struct.pack("<HHB", 164, 2, 1) + code)
    styles = record(0x00E0, struct.pack("<HH", 0, 0) + bytes(16)) + record(
        0x00E0, struct.pack("<HH", 0, 164) + bytes(16)
    )
    name = struct.pack("<HBB", 0, 1, 0) + b"a"
    head = begin + formats + styles
    place = len(head) + len(record(0x0085, bytes(4) + name))
    number = record(0x0203, struct.pack("<HHHd", 3, 2, 1, 12345.0))
    several = record(0x00BD, struct.pack("<HH", 4, 5) + struct.pack("<HIHI", 0, 0, 1, 0) + struct.pack("<H", 6))
    row = record(0x0208, struct.pack("<HHHHHHI", 3, 0, 3, 255, 0, 0, 0x20))
    stream = head + record(0x0085, struct.pack("<I", place) + name) + begin + row + number + several
    (look,) = of_records(stream)
    assert look.codes == {(3, 2): "0,", (4, 6): "0,"}
    assert look.hidden
    (cut,) = of_records(stream[:-10])
    assert cut.codes == {(3, 2): "0,"}
    assert of_records(b"") == []
