"""Comma-separated values are read as the sheet they were exported from."""

import pytest

from extractor.errors import UnreadableError
from extractor.read import read
from extractor.read.commas import is_csv, read_csv
from extractor.read.limits import Limits

SHEET = """"青溪市水利局2023年政府信息公开工作年度报告",,,,
"三、收到和处理政府信息公开申请情况",,,,
,自然人,"商业
企业",科研机构,总计
一、本年新收政府信息公开申请数量,"1,204",3,0,"1,207"
二、上年结转政府信息公开申请数量,2,,0,2
（一）予以公开,7,0,0,7
（二）部分公开,7,0,0,7
四、结转下年度继续办理,7,0,0,7
"""


def test_rows_and_quoted_fields() -> None:
    document = read(SHEET, name="report.txt")
    assert document.source.media_type == "text/csv"
    (grid,) = document.grids
    cells = {(cell.row, cell.column): document.text[cell.start : cell.end] for cell in grid.cells}
    assert cells[0, 2] == "商业 企业"
    assert cells[1, 1] == "1,204"
    assert cells[2, 2] == ""
    assert document.text.startswith("青溪市水利局2023年政府信息公开工作年度报告\n三、收到")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b,c,d\n" * 3,
        "收到申请12件，办结10件，其中予以公开3件。\n" * 20,
        "In 2023, we received 12 requests, answered 10.\n" * 9 + "And so on.\n" * 9,
        "一、本年新收\t3\t0\t0\n" * 20,
    ],
)
def test_what_is_no_sheet(text: str) -> None:
    assert not is_csv(text)


def test_a_field_without_end_is_an_error() -> None:
    with pytest.raises(UnreadableError, match="comma-separated"):
        read_csv('a,b,c,"' + "x" * 200_000 + "\n", Limits())
