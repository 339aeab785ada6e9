"""A batch at a glance: which identities fail how often, which bodies, what became of the cells of each table.

How often an identity fails is told of the reports in which it could be checked, not of all: an identity over a table
that was lost holds nowhere and fails nowhere. Reports are independent, cells of one report are not, so the rates are
over reports, with Wilson's interval.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from extractor.audit.audit import Audit, audit
from extractor.audit.model import Filed, Kind
from extractor.evaluate.intervals import Interval, proportion
from extractor.forms.model import Form
from extractor.report import Severity, Status, Verdict
from extractor.review.tally import Tally

__all__ = ["BodyRow", "IdentityRow", "Overview", "TableRow", "overview"]

_MOST_KEYS = 5


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """A family of identities of one form. `checked`, `failed`: reports; `acknowledged`: failing ones in which people
    have decided that all of it is printed so; `sums`: single sums that fail; `worst`: of them those that fail in most
    reports, with how many; `keys`: a few of the reports."""

    form: str
    family: str
    message: str
    message_en: str
    checked: int
    failed: int
    acknowledged: int
    sums: int
    rate: Interval
    worst: tuple[tuple[str, int], ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A body: its reports, those with an error, sums that fail in them, cells open, and what does not go on from one
    year to the next."""

    name: str
    reports: int
    years: tuple[int, ...]
    erring: int
    failed: int
    open_cells: int
    breaks: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of one table of one form by status, over `reports` reports."""

    form: str
    table: str
    reports: int
    counts: Mapping[Status, int]


@dataclass(frozen=True, slots=True)
class Overview:
    """`verdicts`: by year, None where it could not be told. `identities`: those that fail oftenest first; `audited`:
    the comparison of years. `decided`: cells that people decided, in `reviewed` reports."""

    reports: int
    verdicts: Mapping[int | None, Mapping[Verdict, int]]
    identities: tuple[IdentityRow, ...]
    bodies: tuple[BodyRow, ...]
    tables: tuple[TableRow, ...]
    audited: Audit
    decided: int
    reviewed: int

    @property
    def bodiless(self) -> int:
        """Reports that were read, and of which nobody can tell whose or of which year they are."""
        return sum(not one.failed for one in self.audited.not_audited)


@dataclass(slots=True)
class _Family:
    checked: int = 0
    failed: int = 0
    acknowledged: int = 0
    sums: Counter[str] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)


def overview(tallies: Iterable[Tally], forms: Mapping[str, Form]) -> Overview:
    """Everything about the reports of a batch. Raises RulesError for a mistake in rules/bodies.yaml."""
    every = list(tallies)
    verdicts: dict[int | None, Counter[Verdict]] = {}
    families: dict[tuple[str, str], _Family] = {}
    tables: dict[tuple[str, str], tuple[Counter[Status], set[int]]] = {}
    for number, one in enumerate(every):
        verdicts.setdefault(one.year, Counter())[one.verdict] += 1
        if one.form is None:
            continue
        for family in one.checked:
            _count(families.setdefault((one.form, family), _Family()), one, family)
        for table, counts in one.statuses.items():
            added, reports = tables.setdefault((one.form, table), (Counter(), set()))
            added.update(counts)
            reports.add(number)
    audited = audit((one.filed for one in every), forms)
    identities = [_identity(form, family, found, forms[form]) for (form, family), found in families.items()]
    return Overview(
        len(every),
        {year: verdicts[year] for year in sorted(verdicts, key=lambda year: (year is None, -(year or 0)))},
        tuple(sorted(identities, key=lambda row: (-(row.rate.rate or 0), -row.checked, row.form, row.family))),
        tuple(sorted(_bodies(every, audited), key=lambda row: (-row.failed, -row.open_cells, -row.breaks, row.name))),
        tuple(
            TableRow(form, table.id, len(tables[form, table.id][1]), tables[form, table.id][0])
            for form in forms
            for table in forms[form].tables
            if (form, table.id) in tables
        ),
        audited,
        sum(one.decided for one in every),
        sum(one.decided > 0 for one in every),
    )


def _count(found: _Family, one: Tally, family: str) -> None:
    found.checked += 1
    failing = one.failed.get(family, ())
    if not failing:
        return
    found.failed += 1
    found.acknowledged += one.acknowledged.issuperset(failing)
    found.sums.update(failing)
    if len(found.keys) < _MOST_KEYS:
        found.keys.append(one.key)


def _identity(form_id: str, family: str, found: _Family, form: Form) -> IdentityRow:
    edit = next(edit for edit in form.edits if edit.id.rsplit(".", 1)[0] == family)
    return IdentityRow(
        form_id,
        family,
        edit.message,
        edit.message_en,
        found.checked,
        found.failed,
        found.acknowledged,
        sum(found.sums.values()),
        proportion(found.failed, found.checked),
        tuple(found.sums.most_common(3)),
        tuple(found.keys),
    )


_ON = (Kind.BREAK, Kind.NOT_CARRIED, Kind.RESHUFFLE, Kind.RESTART)


def _bodies(every: Iterable[Tally], audited: Audit) -> list[BodyRow]:
    by_filed = {id(one.filed): one for one in every}
    breaks = Counter(
        finding.body for finding in audited.findings if finding.kind in _ON and finding.severity is not Severity.INFO
    )
    rows = []
    for body in audited.bodies:
        own = [by_filed[id(filed)] for filed in body.reports if isinstance(filed, Filed)]
        rows.append(
            BodyRow(
                body.name,
                len(own),
                tuple(sorted({one.year for one in own if one.year is not None})),
                sum(one.errors > 0 for one in own),
                sum(len(ids) for one in own for ids in one.failed.values()),
                sum(one.open_cells for one in own),
                breaks[body.name],
            )
        )
    return rows
