"""A body over the years: its main figures report by report, and where one year does not go on from the other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractor.audit.audit import Audit, AuditedBody
from extractor.audit.model import AuditFinding, Figure, Filed, Kind
from extractor.audit.years import by_year
from extractor.errors import UsageError
from extractor.forms.model import Form
from extractor.report import Number, Severity, Status
from extractor.review.figures import FigureRules, MainFigure, operands

__all__ = ["BodyYears", "Line", "LineGroup", "Point", "body_years"]

_MARKED = (Kind.BREAK, Kind.NOT_CARRIED, Kind.RESHUFFLE, Kind.RESTART)


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one year. `value` is None where it is not printed or not known; `sure`: nothing it is made of is
    disputed. `why`: the status that keeps it from having a value. `cells`: where it was read."""

    year: int
    value: Number | None
    sure: bool
    why: Status | None
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A main figure over the years; `breaks`: pairs of years between which an identity over its cells fails."""

    figure: MainFigure
    points: tuple[Point, ...]
    breaks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class LineGroup:
    id: str
    title: str
    title_en: str
    lines: tuple[Line, ...]

    @property
    def most(self) -> Number:
        """The largest value of the group: all its lines are drawn on one scale."""
        return max((one.value for line in self.lines for one in line.points if one.value is not None), default=0)


@dataclass(frozen=True, slots=True)
class BodyYears:
    """`used`: the report that is drawn for each year; `others`: years with more than one. `names`: the spellings in
    use, each with its years; `gaps`: years without a report between others; `editions`: each form with its first
    year."""

    name: str
    years: tuple[int, ...]
    used: Mapping[int, Filed]
    others: Mapping[int, int]
    names: Mapping[str, tuple[int, ...]]
    gaps: tuple[int, ...]
    editions: tuple[tuple[int, str], ...]
    groups: tuple[LineGroup, ...]
    findings: tuple[AuditFinding, ...]


def body_years(name: str, audited: Audit, rules: FigureRules, forms: Mapping[str, Form]) -> BodyYears:
    """Raises UsageError for a body that is not in the audit under that name."""
    body = next((one for one in audited.bodies if one.name == name), None)
    if body is None:
        raise UsageError(f"no body is called '{name}' here")
    years = by_year(body.reports)
    used = {year: reports[0] for year, reports in years.items()}
    findings = tuple(one for one in audited.findings if one.body == name)
    lines = [
        LineGroup(
            group.id,
            group.title,
            group.title_en,
            tuple(line for figure in group.figures if (line := _line(figure, used, findings, forms)) is not None),
        )
        for group in rules.groups
    ]
    every = list(used)
    return BodyYears(
        name,
        tuple(every),
        used,
        {year: len(reports) for year, reports in years.items() if len(reports) > 1},
        _names(body),
        tuple(year for year in range(every[0], every[-1]) if year not in used),
        _editions(used),
        tuple(group for group in lines if group.lines),
        findings,
    )


def _names(body: AuditedBody) -> dict[str, tuple[int, ...]]:
    names: dict[str, set[int]] = {}
    for one in body.reports:
        names.setdefault(one.organ, set()).add(one.year)
    return {name: tuple(sorted(years)) for name, years in sorted(names.items(), key=lambda one: min(one[1]))}


def _editions(used: Mapping[int, Filed]) -> tuple[tuple[int, str], ...]:
    out: list[tuple[int, str]] = []
    for year, one in used.items():
        if not out or out[-1][1] != one.form:
            out.append((year, one.form))
    return tuple(out)


def _line(
    figure: MainFigure, used: Mapping[int, Filed], findings: Iterable[AuditFinding], forms: Mapping[str, Form]
) -> Line | None:
    """None where no report's form has the figure."""
    points = []
    cells: set[str] = set()
    for year, filed in used.items():
        place = figure.cells.get(filed.form)
        if place is None:
            continue
        subtotal, details = operands(forms[filed.form], place)
        cells.update(details if subtotal is None else (subtotal, *details))
        points.append(_point(year, filed, subtotal, details))
    breaks = {
        (one.years[0], one.years[1])
        for one in findings
        if one.kind in _MARKED
        and one.severity is not Severity.INFO
        and len(one.years) == 2
        and any(operand.cell in cells for operand in one.operands)
    }
    return Line(figure, tuple(points), tuple(sorted(breaks))) if points else None


_SURE = (Status.REPORTED, Status.CORRECTED, Status.DERIVED, Status.BLANK)


def _point(year: int, filed: Filed, subtotal: str | None, details: Sequence[str]) -> Point:
    """The subtotal as printed, or what its rows add up to; a blank row counts as nothing, a lost one as not known."""
    whole = None if subtotal is None else filed.figure(subtotal)
    if whole is not None and subtotal is not None and whole.value is not None:
        return Point(year, whole.value, whole.status in _SURE, None, (subtotal,))
    figures = [filed.figure(cell) for cell in details]
    lacking = next((one.status for one in figures if one.value is None and not _nothing(one)), None)
    if lacking is not None or all(one.value is None for one in figures):
        return Point(year, None, False, lacking or Status.BLANK, tuple(details))
    total = sum((one.value for one in figures if one.value is not None), start=0)
    return Point(
        year, total, all(one.status in (*_SURE, Status.NOT_APPLICABLE) for one in figures), None, tuple(details)
    )


def _nothing(figure: Figure) -> bool:
    return figure.status in (Status.BLANK, Status.NOT_APPLICABLE)
