"""A body's reports laid out by year: which one is used where there are several, and what the others say."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from extractor.audit.model import AuditFinding, Filed, Kind, Operand
from extractor.audit.wording import duplicate_message
from extractor.forms.model import Form
from extractor.report import Number, Severity, Status

__all__ = ["by_year", "duplicates"]

_GOOD = (Status.REPORTED, Status.DERIVED, Status.BLANK)


def by_year(reports: Iterable[Filed]) -> dict[int, list[Filed]]:
    """Years in order, each with its reports, the one with the best evidence first.

    That is the one with most of the figures needed read for certain, then the one with the fewest errors of its own;
    the name decides between equals, so that the order of the files does not.
    """
    years: dict[int, list[Filed]] = {}
    for one in reports:
        years.setdefault(one.year, []).append(one)
    return {year: sorted(years[year], key=_worse) for year in sorted(years)}


def _worse(one: Filed) -> tuple[int, int, int, tuple[str, str, str]]:
    certain = sum(figure.status in _GOOD for figure in one.figures.values())
    return -certain, one.errors, -len(one.figures), one.order


def duplicates(body: str, reports: Sequence[Filed], forms: Mapping[str, Form]) -> AuditFinding | None:
    """The finding on several reports of one year, best first: a note where they agree."""
    if len(reports) == 1:
        return None
    cells = dict.fromkeys(cell for form in forms.values() for cell in form.cells)
    differing = [cell for cell in cells if _differ(cell, reports)]
    used, *others = reports
    message = duplicate_message(used, others, differing, forms)
    return AuditFinding(
        "body.duplicate",
        Kind.DUPLICATE,
        Severity.WARNING if differing else Severity.INFO,
        body,
        (used.year,),
        message.zh,
        message.en,
        tuple(Operand(cell, one) for cell in differing for one in reports if cell in one.figures),
    )


def _differ(cell: str, reports: Sequence[Filed]) -> bool:
    values = [value for one in reports if (value := _counted(one, cell)) is not None]
    return any(one != other for one, other in combinations(values, 2))


def _counted(one: Filed, cell: str) -> Number | None:
    """The value as chains would count it; None where they would not."""
    figure = one.figure(cell)
    return 0 if figure.status is Status.BLANK else figure.value if figure.status is not Status.DISPUTED else None
