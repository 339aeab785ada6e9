"""Letters in the place of digits: guesses that the sums have to bear out."""

import pytest

from extractor.pipeline import extract
from extractor.read.letters import as_digits
from extractor.report import Status

ROWS = """青溪市水利局2023年政府信息公开工作年度报告
三、收到和处理政府信息公开申请情况
一、本年新收政府信息公开申请数量 3 0 0 0 1 0 4
二、上年结转政府信息公开申请数量 0 0 0 0 0 0 0
（一）予以公开 {granted}
（七）总计 {total}
四、结转下年度继续办理 0 0 0 0 0 0 0
四、因政府信息公开工作被申请行政复议、提起行政诉讼情况
"""


@pytest.mark.parametrize(
    ("printed", "meant"),
    [("l", "1"), ("O", "0"), ("2O", "20"), ("l5", "15"), ("3Z.S", "32.5"), ("lO", "10"), ("q", "9"), ("1B", "18")],
)
def test_what_was_likely_meant(printed: str, meant: str) -> None:
    assert as_digits(printed) == meant


@pytest.mark.parametrize("text", ["12", "A", "SO2a", "IT部", "No", "x5", "5件", "12lO34567890", "", "GDP", "OGI"])
def test_what_is_no_garbled_figure(text: str) -> None:
    assert as_digits(text) is None


@pytest.mark.parametrize("separator", [" ", "\t", " | "])
def test_the_sums_bear_a_letter_out(separator: str) -> None:
    granted = separator.join(("3", "0", "0", "O", "l", "0", "4"))
    cells = extract(ROWS.format(granted=granted, total="3 0 0 0 1 0 4").encode(), form="ogi-2021").cells
    for name, value, printed in (("legal_services", 1, "l"), ("public_welfare", 0, "O")):
        cell = cells[f"applications.granted.{name}"]
        assert (cell.value, cell.status, cell.printed) == (value, Status.CORRECTED, printed)
    assert cells["applications.granted.total"].value == 4


def test_a_letter_that_no_sum_bears_out_is_disputed_and_moves_nothing() -> None:
    text = ROWS.format(granted="3 0 0 0 l 0 5", total="3 0 0 0 1 0 5")
    cells = extract(text.encode(), form="ogi-2021").cells
    assert cells["applications.granted.legal_services"].status is Status.DISPUTED
    assert cells["applications.granted.other"].value == 0
    assert cells["applications.granted.total"].value == 5


def test_nought_in_words_is_a_figure_among_figures() -> None:
    text = ROWS.format(granted="3 〇 零 0 1 0 4", total="3 0 0 0 1 0 4")
    cells = extract(text.encode(), form="ogi-2021").cells
    assert [cells[f"applications.granted.{name}"].value for name in ("business", "research", "total")] == [0, 0, 4]
