"""Scoring tells right, loudly wrong, missed, silently wrong and made up apart."""

from dataclasses import replace
from typing import Any

import pytest

from extractor import Cell, Report, Status, Verdict
from extractor.evaluate.gold import Gold
from extractor.evaluate.scoring import Outcome, same_organ, score_report
from extractor.report import Source

A, B, T = "applications.new.natural_person", "applications.new.business", "applications.new.total"
ROW = [f"applications.new.{column}" for column in ("research", "public_welfare", "legal_services", "other")]


def report(cells: dict[str, tuple[Any, str]], **fields: Any) -> Report:
    made = {cell: Cell(value, Status(status)) for cell, (value, status) in cells.items()}
    source = Source("report.html", "", "text/html")
    return replace(Report(source, "ogi-2021", "青溪县水利局", 2023, made, (), Verdict.REVIEW), **fields)


def gold(cells: dict[str, Any], **fields: Any) -> Gold:
    return Gold("ogi-2021", "青溪县水利局", 2023, cells, **fields)


@pytest.mark.parametrize(
    ("value", "status", "outcome"),
    [
        (5, "reported", Outcome.RIGHT),
        (5.0, "derived", Outcome.RIGHT),
        (5, "corrected", Outcome.RIGHT),
        (5, "disputed", Outcome.RIGHT_DISPUTED),
        (6, "disputed", Outcome.DISPUTED),
        (None, "disputed", Outcome.DISPUTED),
        (None, "missing", Outcome.MISSED),
        (None, "blank", Outcome.MISSED),
        (None, "not_applicable", Outcome.MISSED),
        (6, "reported", Outcome.SILENTLY_WRONG),
        (6, "derived", Outcome.SILENTLY_WRONG),
        (6, "corrected", Outcome.SILENTLY_WRONG),
    ],
)
def test_printed_cells(value: Any, status: str, outcome: Outcome) -> None:
    assert score_report(report({A: (value, status)}), gold({A: 5})).counts == {outcome: 1}


@pytest.mark.parametrize(
    ("value", "status", "outcome"),
    [
        (None, "blank", Outcome.LEFT_BLANK),
        (None, "missing", Outcome.LEFT_BLANK),
        (0, "derived", Outcome.DERIVED_RIGHT),
        (1, "derived", Outcome.INVENTED),
        (0, "reported", Outcome.INVENTED),
        (3, "disputed", Outcome.BLANK_DISPUTED),
    ],
)
def test_blank_cells_with_known_truth(value: Any, status: str, outcome: Outcome) -> None:
    scored = score_report(report({A: (value, status)}), gold({A: None}, truth={A: 0}))
    assert scored.counts == {outcome: 1}


@pytest.mark.parametrize(("total", "outcome"), [(7, Outcome.DERIVED_RIGHT), (8, Outcome.INVENTED)])
def test_a_derived_blank_is_checked_by_the_identities(total: int, outcome: Outcome) -> None:
    cells: dict[str, Any] = {A: 5, B: 2, **dict.fromkeys(ROW, 0)}
    got = {cell: (value, "reported") for cell, value in cells.items()} | {T: (total, "derived")}
    assert score_report(report(got), gold({**cells, T: None})).counts == {Outcome.RIGHT: 6, outcome: 1}


def test_an_unproven_derived_blank_is_invented() -> None:
    assert score_report(report({A: (0, "derived")}), gold({A: None})).counts == {Outcome.INVENTED: 1}


def test_cells_that_are_not_on_the_page() -> None:
    scored = score_report(report({A: (5, "reported"), B: (3, "derived"), T: (None, "missing")}), gold({}))
    assert scored.counts == {Outcome.UNEXPECTED: 1, Outcome.EXTRA: 1}
    assert scored.harm == 1


def test_accepted_values_are_right() -> None:
    open_or_zero = gold({A: 5, B: None}, accept={A: [5, None], B: [0, None]})
    scored = score_report(report({A: (None, "missing"), B: (0, "reported")}), open_or_zero)
    assert scored.counts == {Outcome.RIGHT: 1, Outcome.LEFT_BLANK: 1}


def test_a_failed_document_misses_everything() -> None:
    for got in (None, report({A: (5, "reported")}, verdict=Verdict.FAILED)):
        scored = score_report(got, gold({A: 5, B: 2, T: None}), failure="why")
        assert scored.counts == {Outcome.MISSED: 2, Outcome.BLANK_UNREAD: 1}
        assert scored.failed == "why"
        assert not scored.form_right


def test_form_year_and_percent() -> None:
    scored = score_report(
        report({A: (5, "reported"), B: (2, "disputed")}, year=2022, organ="水利局"), gold({A: 5, B: 2, T: 7})
    )
    assert scored.form_right
    assert not scored.year_right
    assert scored.organ_right
    assert scored.percent() == pytest.approx(100 / 3)
    assert scored.percent(with_disputed=True) == pytest.approx(200 / 3)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("三元区人社局", "三明市三元区人力资源和社会保障局", True),
        ("青溪縣水利局", "青溪县水利局", True),
        ("青溪县水利局（本级）", "青溪县水利局", True),
        ("云岭市水利局", "青溪县水利局", False),
        (None, "青溪县水利局", False),
    ],
)
def test_organs(left: str | None, right: str, same: bool) -> None:
    assert same_organ(left, right) is same
