"""A run in memory for tests of the review pages: reports made of figures, behind a shelf."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from extractor.deciding.decisions import Decisions
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.read.locator import Locator
from extractor.report import Cell, Evidence, Finding, Number, Report, Severity, Source, Status, Verdict
from extractor.review.bench import Bench
from extractor.review.index import Index, entry_of

FORMS = load_forms()
APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_services", "other", "total")


def report(
    organ: str | None,
    year: int | None,
    totals: Mapping[str, Number | None],
    *,
    form: str = "ogi-2021",
    disputed: Iterable[str] = (),
    blank: Iterable[str] = (),
    findings: Sequence[Finding] = (),
    name: str = "",
) -> Report:
    """A report whose tables are all there and 0, but for `totals`: row (`new`) or cell to figure, None for missing.

    A row's figure stands in its total and in the column of natural persons, so that the row adds up.
    """
    cells = {}
    given: dict[str, Number | None] = {}
    for key, value in totals.items():
        for cell in (
            [key] if key in FORMS[form].cells else [f"applications.{key}.{one}" for one in ("natural_person", "total")]
        ):
            given[cell] = value
    for cell, (_, row, _) in FORMS[form].cells.items():
        value = given.get(cell, 0)
        if value is None or (row.optional and cell not in given):
            cells[cell] = Cell(None, Status.MISSING)
        elif cell in blank:
            cells[cell] = Cell(None, Status.BLANK, ("rules",), None, "")
        else:
            status = Status.DISPUTED if cell in disputed else Status.REPORTED
            cells[cell] = Cell(value, status, ("rules",), Evidence(0, 1, str(value)), str(value))
    name = name or f"{organ}-{year}.html"
    review = any(one.severity is not Severity.INFO for one in findings) or bool(set(disputed))
    verdict = Verdict.REVIEW if review else Verdict.CLEAN
    return Report(Source(name, f"{name:0>64}", "text/html"), form, organ, year, cells, tuple(findings), verdict)


def failing(rule: str, *cells: str) -> Finding:
    """A finding of an identity that does not hold."""
    return Finding(rule, Severity.ERROR, "不成立", "does not hold", cells)


class MemoryShelf:
    """`reports`, whose keys are their places: r0, r1, …"""

    def __init__(self, reports: Sequence[Report], folder: Path) -> None:
        self.title = "试验"
        self.index = Index()
        self.decisions = Decisions(folder)
        self.forms: Mapping[str, Form] = FORMS
        self.author = "李"
        self._reports = {f"r{number}": one for number, one in enumerate(reports)}
        for number, (key, one) in enumerate(self._reports.items()):
            self.index.put(entry_of(key, number, one, FORMS.get(one.form or "")))

    @property
    def bench(self) -> Bench:
        raise NotImplementedError("these pages read no document")

    def running(self) -> bool:
        return False

    def report(self, key: str) -> Report | None:
        return self._reports[key]

    def origin(self, key: str) -> Locator | None:
        raise KeyError(key)

    def hurry(self, key: str) -> None:
        raise KeyError(key)
