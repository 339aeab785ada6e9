"""Findings are judged against what the labels say: told or not, false alarms, located or not; and trust."""

from dataclasses import replace

import pytest

from eval.gold import ROOT, find_samples
from extractor import Cell, Finding, Report, Severity, Status, Verdict, extract
from extractor.evaluate.gold import Gold
from extractor.evaluate.located import FindingScore, score_findings
from extractor.evaluate.scoring import score_report
from extractor.evaluate.trust import Trust, trust_of
from extractor.forms.load import load_forms
from extractor.report import Evidence, Source

COLUMNS = ("natural_person", "business", "research", "public_welfare", "legal_services", "other")
ROW = [f"applications.new.{column}" for column in COLUMNS]
TOTAL = "applications.new.total"
RULE = "applications.row_sum.new"
LICENCES = "proactive.licences.decisions"


def gold(total: int, **fields: object) -> Gold:
    made = Gold("ogi-2021", "青溪县水利局", 2023, {**dict.fromkeys(ROW, 1), TOTAL: total})
    return replace(made, **fields)  # type: ignore[arg-type]


def finding(*suspects: str, rule: str = RULE) -> Finding:
    return Finding(rule, Severity.ERROR, "不等", "not equal", (*ROW, TOTAL), {}, suspects)


@pytest.mark.parametrize(
    ("found", "labels", "score"),
    [
        ([finding(TOTAL)], gold(7, misprinted=[TOTAL]), FindingScore(1, 1, 0, 1, 1, 1, 0, 1, 1)),
        ([finding(ROW[0])], gold(7, misprinted=[TOTAL]), FindingScore(1, 1, 0, 1, 0, 1, 0, 1, 0)),
        ([finding()], gold(7, misprinted=[TOTAL]), FindingScore(1, 1, 0, 1, 0, 1, 0, 0, 0)),
        ([], gold(7, misprinted=[TOTAL]), FindingScore(1, 0, 0, 1, 0, 0, 0, 0, 0)),
        ([finding(TOTAL)], gold(7), FindingScore(1, 1, 0, 0, 0, 0, 0, 0, 0)),
        ([finding(TOTAL)], gold(6), FindingScore(0, 0, 1, 0, 0, 0, 0, 0, 0)),
        ([], gold(6), FindingScore()),
        # A misprint in a cell that nothing is added up with: no identity shows it.
        (
            [],
            Gold(
                "ogi-2021", None, 2023, {"proactive.licences.decisions": 5}, truth={"proactive.licences.decisions": 6}
            ),
            FindingScore(hidden=1),
        ),
        # Blank, and ambiguous: judged neither way.
        ([finding()], gold(7, cells={**dict.fromkeys(ROW, 1), TOTAL: None}), FindingScore()),
        ([finding()], gold(7, accept={TOTAL: [7, 6]}), FindingScore()),
        ([finding(rule="document.reading")], gold(6), FindingScore()),
    ],
)
def test_findings_against_labels(found: list[Finding], labels: Gold, score: FindingScore) -> None:
    assert score_findings(found, labels) == score


def test_the_misprinted_sample() -> None:
    (sample,) = find_samples(ROOT / "eval" / "samples" / "misprint-2023")
    score = score_report(extract(sample.report), sample.gold).findings
    assert (score.broken, score.told, score.false_alarms) == (3, 3, 0)
    assert (score.misprints, score.located, score.touched, score.suspects) == (2, 1, 2, 1)


def report(cells: dict[str, Cell], *findings: Finding) -> Report:
    return Report(Source("r", "", "text/plain"), "ogi-2021", None, 2023, cells, findings, Verdict.REVIEW)


def test_trust_in_a_value() -> None:
    read = {cell: Cell(1, Status.REPORTED, ("rules",), Evidence(0, 1, "1")) for cell in ROW}
    form = load_forms()["ogi-2021"]
    whole = report({**read, TOTAL: Cell(6, Status.REPORTED)})
    assert set(trust_of(whole, form).values()) == {Trust.CONFIRMED}
    derived = report({**read, TOTAL: Cell(6, Status.DERIVED)})
    assert trust_of(derived, form)[TOTAL] is Trust.DERIVED
    assert trust_of(derived, form)[ROW[0]] is Trust.REPORTED, "what was worked out confirms nothing"
    broken = report({**read, TOTAL: Cell(7, Status.REPORTED)}, finding(TOTAL))
    assert set(trust_of(broken, form).values()) == {Trust.DOUBTED}
    others = report(
        {TOTAL: Cell(7, Status.DISPUTED), ROW[0]: Cell(None, Status.MISSING), ROW[1]: Cell(2, Status.CORRECTED)}
    )
    assert trust_of(others, form) == {TOTAL: Trust.DISPUTED, ROW[0]: Trust.NONE, ROW[1]: Trust.CORRECTED}


def test_trust_says_nothing_of_labels() -> None:
    """Half the row blank: blank cells count as nothing, so the identity still confirms."""
    cells = {cell: Cell(1, Status.REPORTED) for cell in ROW[:3]} | {cell: Cell(None, Status.BLANK) for cell in ROW[3:]}
    found = trust_of(report({**cells, TOTAL: Cell(3, Status.REPORTED)}), load_forms()["ogi-2021"])
    assert [found[cell] for cell in ROW] == [Trust.CONFIRMED] * 3 + [Trust.NONE] * 3
