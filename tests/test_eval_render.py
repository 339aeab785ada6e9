"""Rendered documents hold every figure of their gold; each kind of mess changes gold the way it says."""

import re
from collections import Counter

import pytest

from eval.layouts import LAYOUTS
from eval.mess import MESS, fits
from eval.paper import make_paper
from eval.render import Case, make_case
from eval.sheets import Box, Line, Sheet, value_box
from eval.truth import FORMS, make_truth

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def visible(text: str) -> str:
    return re.sub(r"<[^>]+>", "", re.sub(r"</td>|</p></td>", " ", text))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_printed_figure_is_in_the_text(form: str, layout: str) -> None:
    for seed in range(4):
        made = make_case(Case(form, layout, seed))
        text = visible(made.text)
        figures = [str(value) for value in made.gold.cells.values() if value is not None]
        assert figures
        if layout == "glued":
            assert all(figure in text for figure in figures)
            continue
        missing = Counter(figures) - Counter(NUMBER.findall(text))
        if layout == "prose":
            del missing["0"]  # 未发生行政复议 states a 0 without printing one
        assert not missing, (seed, missing)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", MESS)
def test_every_kind_of_mess_renders(form: str, name: str) -> None:
    for layout in LAYOUTS:
        if fits(name, form, layout):
            made = make_case(Case(form, layout, 5, (name,), 0.6))
            assert made.gold.cells
            assert made.data


def test_a_case_can_be_made_again_from_its_id() -> None:
    case = Case("ogi-2019", "pipe", 17, ("misprint", "units"), 0.5)
    assert case.id == "ogi-2019/pipe/misprint+units/seed17"
    again = Case.parse(case.id, 0.5)
    assert again == case
    assert make_case(again).data == make_case(case).data


def test_a_misprint_is_gold_as_printed() -> None:
    made = make_case(Case("ogi-2021", "html", 3, ("misprint",), 0.6))
    changed = [cell for cell, value in made.gold.cells.items() if value != made.gold.truth[cell]]
    assert 1 <= len(changed) <= 3
    assert len(made.gold.notes) == len(changed)


def test_blanks_are_null_and_lost_positions_are_open() -> None:
    made = make_case(Case("ogi-2021", "html", 3, ("blank-zeros",), 1.0))
    blank = [cell for cell, value in made.gold.cells.items() if value is None]
    assert blank
    assert all(made.gold.truth[cell] == 0 for cell in blank)
    assert not any(made.gold.accept.get(cell) for cell in blank if cell.startswith("applications.new"))
    dropped = make_case(Case("ogi-2021", "pipe", 3, ("blank-zeros",), 1.0))
    row = [cell for cell in dropped.gold.cells if cell.startswith("applications.new.")]
    kept = [cell for cell in row if dropped.gold.cells[cell] is not None]
    assert len(kept) == len(row) or all(None in dropped.gold.accept[cell] for cell in row)


def test_a_dropped_row_is_absent() -> None:
    made = make_case(Case("ogi-2021", "html", 3, ("rows-dropped",), 1.0))
    rows = {cell.rsplit(".", 1)[0] for cell in made.gold.cells}
    assert "applications.new" in rows
    assert len(rows) < 32


def test_last_years_table_is_no_gold() -> None:
    plain, doubled = (make_case(Case("ogi-2021", "html", 3, mess)) for mess in ((), ("last-year",)))
    assert doubled.text.count("行政许可") > plain.text.count("行政许可")
    assert all(doubled.gold.truth[cell] == value for cell, value in doubled.gold.cells.items())


def test_prose_states_only_what_is_gold() -> None:
    truth = make_truth("ogi-2021", 8)
    from random import Random

    paper = make_paper(truth, Random(1), prose_only=True)
    assert paper.gold().cells == paper.stated
    assert all(truth.values[cell] == value for cell, value in paper.stated.items())


def test_spans_of_a_grid() -> None:
    sheet = Sheet(
        "applications",
        "",
        [
            Line([Box("head", colspan=4)]),
            Line([value_box("a.b.c", 1)], ["三", "（三）", "1."]),
            Line([value_box("a.c.c", 2)], ["三", "（三）", "2."]),
            Line([value_box("a.d.c", 3)], ["三", "（四）"]),
        ],
        stub=3,
        columns=4,
    )
    grid = sheet.grid()
    assert [(box.text, box.rowspan, box.colspan) for box in grid[1]] == [
        ("三", 3, 1),
        ("（三）", 2, 1),
        ("1.", 1, 1),
        ("1", 1, 1),
    ]
    assert [box.text for box in grid[2]] == ["2.", "2"]
    assert sheet.flat_grid() == [
        ["head", "", "", ""],
        ["三", "（三）", "1.", "1"],
        ["", "", "2.", "2"],
        ["", "（四）", "", "3"],
    ]


def test_encodings() -> None:
    made = make_case(Case("ogi-2021", "html", 3, ("gb18030",)))
    assert made.data.decode("gb18030") == made.text
    assert make_case(Case("ogi-2021", "tab", 3, ("utf16",))).data[:2] in (b"\xff\xfe", b"\xfe\xff")
    broken = make_case(Case("ogi-2021", "tab", 3, ("bad-byte",)))
    assert b"\xff" in broken.data
