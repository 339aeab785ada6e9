"""Results added up: accuracy, harm, calibration, risk against coverage, findings, cost; with intervals by report.

docs/eval.md defines every rate in words. Risk and coverage: El-Yaniv and Wiener, Journal of Machine Learning Research
11 (2010); coverage is over printed cells, risk over all values that are given.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from extractor.evaluate.intervals import Interval, proportion, ratio
from extractor.evaluate.located import FindingScore
from extractor.evaluate.results import CellRow, Result
from extractor.evaluate.scoring import HARMFUL, PRINTED, Outcome
from extractor.evaluate.trust import Trust
from extractor.report import JSONValue, Usage

__all__ = ["DIMENSIONS", "Calibrated", "Coverage", "Rates", "Summary", "summarised"]

_CORRECT = (Outcome.RIGHT, Outcome.RIGHT_DISPUTED, Outcome.LEFT_BLANK, Outcome.DERIVED_RIGHT, Outcome.EXTRA)
CLEAN = "(clean)"

DIMENSIONS: dict[str, Callable[[Result], Iterable[str]]] = {
    "form": lambda one: (one.form,),
    "kind of file": lambda one: (one.suffix or "(none)",),
    "layout": lambda one: (one.layout,) if one.layout else (),
    "mess": lambda one: one.mess or ((CLEAN,) if one.layout else ()),
    "severity": lambda one: () if one.severity is None else (f"{one.severity:g}",),
}


@dataclass(frozen=True, slots=True)
class Rates:
    """Some reports together. `right`: of the printed cells, with the right value and no doubt; `shown`: with the right
    value, disputed or not; `wrong`: silently wrong; `made_up`: invented and unexpected values, per printed cell;
    `harmed`: of the reports, those with anything silently wrong or made up."""

    name: str
    reports: int
    failed: int
    whole: int
    counts: Counter[Outcome]
    right: Interval
    shown: Interval
    wrong: Interval
    made_up: Interval
    harmed: Interval

    @property
    def printed(self) -> int:
        return sum(self.counts[one] for one in PRINTED)

    @property
    def harm(self) -> int:
        return sum(self.counts[one] for one in HARMFUL)

    @property
    def open(self) -> int:
        """Printed cells without the right value that say so: loudly wrong, or missed."""
        return self.counts[Outcome.DISPUTED] + self.counts[Outcome.MISSED]

    def to_dict(self) -> dict[str, JSONValue]:
        return {
            "reports": self.reports,
            "failed": self.failed,
            "whole": self.whole,
            "printed": self.printed,
            "counts": {one.value: self.counts[one] for one in Outcome},
            "right": [*self.right.to_list()],
            "shown": [*self.shown.to_list()],
            "wrong": [*self.wrong.to_list()],
            "made_up": [*self.made_up.to_list()],
            "harmed": [*self.harmed.to_list()],
        }


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Cells of which the program says the same: how many, how many of them rightly, and the share.

    `among`: how many have a right value among the one shown and its alternatives.
    """

    name: str
    cells: int
    correct: int
    among: int
    rate: Interval

    def to_dict(self) -> dict[str, JSONValue]:
        return {"cells": self.cells, "correct": self.correct, "among": self.among, "rate": [*self.rate.to_list()]}


@dataclass(frozen=True, slots=True)
class Coverage:
    """What taking all values of at least so much trust gives. `covered`: the share of printed cells with a value."""

    trust: Trust
    given: int
    wrong: int
    covered: float
    risk: Interval

    def to_dict(self) -> dict[str, JSONValue]:
        risk: list[JSONValue] = [*self.risk.to_list()]
        return {
            "trust": self.trust.value,
            "given": self.given,
            "wrong": self.wrong,
            "covered": round(self.covered, 6),
            "risk": risk,
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything about one reader. `by`: dimension to its groups; `calibration`: by status, trust and `read by`."""

    reader: str
    total: Rates
    by: dict[str, list[Rates]]
    calibration: dict[str, list[Calibrated]]
    coverage: list[Coverage]
    findings: FindingScore
    usage: Usage
    known: tuple[int, int, int]  # reports whose form, year and body are right
    ms: list[float] = field(default_factory=list)
    unasked: int = 0

    def to_dict(self) -> dict[str, JSONValue]:
        form, year, organ = self.known
        return {
            "total": self.total.to_dict(),
            "known": {"form": form, "year": year, "organ": organ},
            "by": {name: {one.name: one.to_dict() for one in groups} for name, groups in self.by.items()},
            "calibration": {
                name: {one.name: one.to_dict() for one in groups} for name, groups in self.calibration.items()
            },
            "risk_coverage": [one.to_dict() for one in self.coverage],
            "findings": dict(self.findings.to_dict()),
            "usage": {**self.usage.to_dict(), "unasked": self.unasked},
            "ms": {"median": round(_median(self.ms), 2), "most": round(max(self.ms, default=0.0), 2)},
        }


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 0.0


def correct(row: CellRow) -> bool:
    """Whether what is said of the cell, value or none, is right."""
    return row.outcome in _CORRECT


@dataclass
class _Group:
    """Counts of outcomes, report by report."""

    counts: list[Counter[Outcome]] = field(default_factory=list)
    failed: int = 0
    whole: int = 0

    def add(self, counts: Counter[Outcome], result: Result) -> None:
        self.counts.append(counts)
        self.failed += result.failed is not None
        self.whole += result.whole

    def rates(self, name: str) -> Rates:
        total: Counter[Outcome] = Counter()
        for counts in self.counts:
            total.update(counts)
        printed = [sum(counts[one] for one in PRINTED) for counts in self.counts]

        def rate(*outcomes: Outcome) -> Interval:
            return ratio([sum(counts[one] for one in outcomes) for counts in self.counts], printed)

        return Rates(
            name,
            len(self.counts),
            self.failed,
            self.whole,
            total,
            rate(Outcome.RIGHT),
            rate(Outcome.RIGHT, Outcome.RIGHT_DISPUTED),
            rate(Outcome.SILENTLY_WRONG),
            rate(Outcome.INVENTED, Outcome.UNEXPECTED),
            proportion(sum(any(counts[one] for one in HARMFUL) for counts in self.counts), len(self.counts)),
        )


def summarised(results: Sequence[Result]) -> Summary:
    """`results`: of one reader."""
    total = _Group()
    groups: dict[str, dict[str, _Group]] = {name: {} for name in (*DIMENSIONS, "table")}
    findings, usage = FindingScore(), Usage()
    for result in results:
        counts = Counter(row.outcome for row in result.cells)
        total.add(counts, result)
        for dimension, names in DIMENSIONS.items():
            for name in names(result):
                groups[dimension].setdefault(name, _Group()).add(counts, result)
        tables: dict[str, Counter[Outcome]] = {}
        for row in result.cells:
            tables.setdefault(row.table, Counter())[row.outcome] += 1
        for table, counts in tables.items():
            groups["table"].setdefault(table, _Group()).add(counts, result)
        findings += result.findings
        usage += result.usage
    by = {
        dimension: [found.rates(name) for name, found in sorted(named.items())]
        for dimension, named in groups.items()
        if named
    }
    return Summary(
        results[0].reader if results else "",
        total.rates("all"),
        by,
        {
            "status": _calibrated(results, lambda row: row.status.value),
            "trust": _calibrated(results, lambda row: None if row.got is None else row.trust.value),
            "read by": _calibrated(results, lambda row: None if row.got is None else row.read_by or "(the identities)"),
        },
        _coverage(results, total.rates("all").printed),
        findings,
        usage,
        (
            sum(one.form_right for one in results),
            sum(one.year_right for one in results),
            sum(one.organ_right for one in results),
        ),
        [one.ms for one in results],
        sum(one.unasked for one in results),
    )


def _calibrated(results: Iterable[Result], says: Callable[[CellRow], str | None]) -> list[Calibrated]:
    """What is said of cells against what is so, over the reports that were read."""
    seen: dict[str, list[tuple[int, int, int]]] = {}
    for result in results:
        if result.failed is not None:
            continue
        here: dict[str, list[int]] = {}
        for row in result.cells:
            name = says(row)
            if name is not None:
                counts = here.setdefault(name, [0, 0, 0])
                counts[0] += 1
                counts[1] += correct(row)
                counts[2] += correct(row) or row.among
        for name, (cells, right, among) in here.items():
            seen.setdefault(name, []).append((cells, right, among))
    return [
        Calibrated(
            name,
            sum(cells for cells, _, _ in counted),
            sum(right for _, right, _ in counted),
            sum(among for _, _, among in counted),
            ratio([right for _, right, _ in counted], [cells for cells, _, _ in counted]),
        )
        for name, counted in sorted(seen.items())
    ]


def _coverage(results: Sequence[Result], printed: int) -> list[Coverage]:
    given = [0] * len(results)
    wrong = [0] * len(results)
    covered = 0
    by_trust: dict[Trust, list[tuple[int, CellRow]]] = {}
    for number, result in enumerate(results):
        for row in result.cells:
            if row.got is not None:
                by_trust.setdefault(row.trust, []).append((number, row))
    out = []
    for trust in Trust:
        if trust not in by_trust:
            continue
        for number, row in by_trust[trust]:
            given[number] += 1
            wrong[number] += not correct(row)
            covered += row.outcome in PRINTED
        out.append(Coverage(trust, sum(given), sum(wrong), covered / max(1, printed), ratio(wrong, given)))
    return out
