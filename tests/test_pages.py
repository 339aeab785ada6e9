"""Where text stands on pages, and documents put together from paragraphs and tables."""

import pytest

from extractor.errors import LimitError
from extractor.read.flow import Flow, FlowCell, Word
from extractor.read.limits import Limits
from extractor.read.pages import Page, Pages, Run

A4 = Page(595.0, 842.0)
PAGES = Pages(
    [A4, A4._replace(scanned=True)],
    [
        Run(10, 14, 2, (100.0, 50.0, 140.0, 60.0)),
        Run(0, 4, 1, (10.0, 20.0, 50.0, 30.0)),
        Run(5, 7, 1, (60, 20, 80, 32)),
    ],
)


@pytest.mark.parametrize(
    ("start", "end", "placed"),
    [
        (0, 4, (1, (10.0, 20.0, 50.0, 30.0))),
        (1, 3, (1, (20.0, 20.0, 40.0, 30.0))),  # the middle half of a run of equally wide characters
        (2, 6, (1, (30.0, 20.0, 70.0, 32.0))),
        (6, 12, (1, (70.0, 20.0, 80.0, 32.0))),  # over a page break: what stands on the page where it begins
        (11, 12, (2, (110.0, 50.0, 120.0, 60.0))),
        (8, 9, (1, None)),  # between runs: on the page of what comes before
        (7, 7, (1, None)),
    ],
)
def test_text_has_a_page_and_a_box(start: int, end: int, placed: object) -> None:
    assert PAGES.place(start, end) == placed


def test_nothing_is_placed_where_nothing_stands() -> None:
    assert Pages([A4], []).place(0, 1) is None


def test_scanned_pages_are_known() -> None:
    assert PAGES.scanned(11)
    assert not PAGES.scanned(1)


def test_paragraphs_and_tables_become_text_and_grids() -> None:
    flow = Flow(Limits())
    flow.paragraph([Word("标题", 1, (0.0, 0.0, 20.0, 10.0))])
    flow.table([[FlowCell([Word("甲")], column_span=2)], [FlowCell([Word("1")]), FlowCell([Word("2")])]])
    flow.paragraph([])
    flow.paragraph([Word("尾")])
    parts = flow.finish([A4])
    assert parts.text == "标题\n甲\n1\t2\n尾\n"
    (grid,) = parts.grids
    assert (grid.rows, grid.columns) == (2, 2)
    assert [(c.row, c.column, c.column_span, parts.text[c.start : c.end]) for c in grid.cells] == [
        (0, 0, 2, "甲"),
        (1, 0, 1, "1"),
        (1, 1, 1, "2"),
    ]
    assert parts.pages is not None
    assert parts.pages.place(0, 2) == (1, (0.0, 0.0, 20.0, 10.0))
    assert Flow(Limits()).finish().pages is None


def test_a_flow_keeps_the_limits() -> None:
    with pytest.raises(LimitError, match="max_cells"):
        Flow(Limits(max_cells=3)).table([[FlowCell([])] * 2] * 2)
    with pytest.raises(LimitError, match="max_characters"):
        Flow(Limits(max_characters=3)).paragraph([Word("一二三四")])
