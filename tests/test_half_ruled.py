"""Scanned tables with lines between their rows only, or between their columns only."""

import io

import numpy as np
import pytest
from test_scans import SCANS, gold_of

from extractor.evaluate.scoring import Outcome, Score, score_report
from extractor.pipeline import extract
from extractor.read.picture.half_ruled import half_ruled_tables
from extractor.read.picture.ink import ink_of
from extractor.read.picture.ruling import Ruled, rule
from extractor.read.picture.upright import even, straighten

cv2 = pytest.importorskip("cv2", reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")
pytest.importorskip("rapidocr", reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")
Image = pytest.importorskip("PIL.Image")

SIZE = 24.0


def without(lines: str) -> Score:
    """The scan of a report read, its lines of one kind painted over."""
    with Image.open(SCANS / "misprint-2021.jpg") as image:
        upright = straighten(even(np.asarray(image.convert("L"))), 0).pixels
    ruling = rule(upright, ink_of(upright), 14.0)
    mask = cv2.dilate(getattr(ruling, lines), np.ones((3, 3), np.uint8))
    if lines == "down":  # where they cross, the other lines stay
        mask[cv2.dilate(ruling.across, np.ones((3, 1), np.uint8)) > 0] = 0
    else:
        mask[cv2.dilate(ruling.down, np.ones((1, 3), np.uint8)) > 0] = 0
    shown = upright.copy()
    shown[mask > 0] = 250
    out = io.BytesIO()
    Image.fromarray(shown).save(out, "PNG")
    return score_report(extract(out.getvalue(), form="ogi-2021"), gold_of("misprint-2021"))


@pytest.mark.parametrize("lines", ["down", "across"])
def test_a_report_with_lines_one_way(lines: str) -> None:
    score = without(lines)
    assert score.harm == 0
    found = score.counts[Outcome.RIGHT] + score.counts[Outcome.RIGHT_DISPUTED]
    assert found >= 0.9 * score.printed, score.cells


def drawn(rows: list[list[str]], ys: list[int], starts: list[int], xs: list[int]) -> list[Ruled]:
    """Figures at `xs`, between lines across that begin at `starts`."""
    page = np.full((ys[-1] + 120, 1000), 255, np.uint8)
    for y, start in zip(ys, starts, strict=True):
        cv2.line(page, (start, y), (940, y), 0, 2)
    for row, y in zip(rows, ys, strict=False):
        for text, x in zip(row, xs, strict=True):
            if text == "WIDE":  # letters that touch
                for at in range(x, x + 240, 7):
                    cv2.line(page, (at, y + 16), (at, y + 34), 0, 3)
                continue
            cv2.putText(page, text, (x, y + 34), cv2.FONT_HERSHEY_SIMPLEX, 0.85, 0, 3)
    evened = even(page)
    return list(half_ruled_tables(rule(evened, ink_of(evened), SIZE), [], SIZE))


FOUR = [60, 110, 160, 210, 260]


class TestRows:
    def test_columns_are_where_nothing_is_printed(self) -> None:
        (found,) = drawn(
            [["LABEL", "12", "3", "15"], *([["LABEL", "7", "0", "7"]] * 3)], FOUR, [40] * 5, [60, 400, 600, 800]
        )
        assert (len(found.ys), len(found.xs), len(found.cells)) == (5, 5, 16)
        assert [250 < found.xs[1] < 400, 440 < found.xs[2] < 600, 620 < found.xs[3] < 800] == [True] * 3

    def test_a_label_beside_several_rows_has_a_column(self) -> None:
        rows = [["", "LABEL", "1", "2", "3"]] * 4
        (found,) = drawn(rows, FOUR, [40, 200, 200, 200, 40], [60, 240, 500, 650, 800])
        assert found.xs[1] == pytest.approx(200, abs=4)
        assert next(cell for cell in found.cells if cell.column == 0).row_span == 4

    def test_what_lies_over_a_gap_spans_it(self) -> None:
        rows = [["LABEL", "WIDE", "", "9"], *([["LABEL", "7", "0", "7"]] * 9)]
        (found,) = drawn(rows, [60 + 50 * row for row in range(11)], [40] * 11, [60, 400, 600, 800])
        assert [cell.column_span for cell in found.cells if cell.row == 0] == [1, 2, 1]

    def test_two_figures_are_not_put_into_one_cell(self) -> None:
        rows = [["LABEL", "123456", "123456", "9"], *([["LABEL", "7", "12345678", "7"]] * 3)]
        width = cv2.getTextSize("123456", cv2.FONT_HERSHEY_SIMPLEX, 0.85, 3)[0][0]
        assert drawn(rows, FOUR, [40] * 5, [60, 400, 400 + width + 7, 800]) == []

    def test_lines_under_words_are_no_table(self) -> None:
        assert drawn([["WORDS AND WORDS", "", "", ""]] * 4, FOUR, [40] * 5, [60, 400, 600, 800]) == []


def test_a_title_between_two_tables_is_in_neither() -> None:
    table = [["LABEL", "7", "0", "7"]] * 3
    ys = [60, 110, 160, 210, 300, 350, 400, 450]
    rows = [*table, ["", "TITLE", "", ""], *([["LABEL", "71", "70", "77"]] * 3)]
    found = drawn(rows, ys, [40] * 8, [60, 400, 600, 800])
    assert [len(one.ys) for one in found] == [4, 4] or found == []
