"""What the pages across reports show: the overview of a batch, and a body over the years, as rows with their bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from extractor.audit.model import AuditFinding
from extractor.check.wording import short_label
from extractor.forms.model import Form
from extractor.report import Number, Severity, Status, Verdict
from extractor.review.overview import BodyRow, IdentityRow, Overview, TableRow
from extractor.review.plots import Column, Panel, axis, bar, panel, scale_of, stack
from extractor.review.site.strings_across import Say
from extractor.review.years import BodyYears, Line, LineGroup, Point

__all__ = ["BodyPage", "OverviewPage", "body_page", "overview_page"]

Language = Literal["zh", "en"]
_MOST_BODIES = 40
_VERDICTS = (Verdict.CLEAN, Verdict.REVIEW, Verdict.FAILED)
_STATUSES = (
    Status.REPORTED,
    Status.DERIVED,
    Status.BLANK,
    Status.NOT_APPLICABLE,
    Status.CORRECTED,
    Status.DISPUTED,
    Status.MISSING,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table with a bar. `cells`: what stands in its columns; `href`: where its name leads."""

    name: str
    cells: tuple[str, ...]
    drawn: Markup
    href: str = ""
    about: str = ""
    more: tuple[tuple[str, str], ...] = ()
    harm: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A table with bars: the heads of its columns, the ticks over the bars, a legend of (class, name)."""

    heads: tuple[str, ...]
    axis: Markup
    rows: tuple[Row, ...]
    legend: tuple[tuple[str, str], ...] = ()
    rest: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class OverviewPage:
    reports: int
    verdicts: Chart
    identities: Chart
    bodies: Chart
    more_bodies: int
    bodiless: int
    tables: Chart
    decided: int
    reviewed: int


def overview_page(
    found: Overview, forms: Mapping[str, Form], say: Say, language: Language, keys: Mapping[str, str], base: str
) -> OverviewPage:
    """`keys`: the page of each report by the key of its tally; `base`: what all addresses begin with."""
    return OverviewPage(
        found.reports,
        _verdicts(found, say, base),
        _identities(found.identities, forms, say, language, keys, base),
        _bodies(found.bodies, say, base),
        max(0, len(found.bodies) - _MOST_BODIES),
        found.bodiless,
        _tables(found.tables, forms, say),
        found.decided,
        found.reviewed,
    )


def _verdicts(found: Overview, say: Say, base: str) -> Chart:
    end = scale_of([sum(counts.values()) for counts in found.verdicts.values()])
    rows = []
    for year, counts in found.verdicts.items():
        parts = [(say(f"verdict.{one.value}"), counts.get(one, 0), f"p-{one.value}") for one in _VERDICTS]
        href = f"{base}/?year={year}" if year is not None else ""
        numbers = (sum(counts.values()), *(counts.get(one, 0) for one in _VERDICTS))
        rows.append(
            Row(str(year or say("unknown")), tuple(f"{one:,}" for one in numbers), Markup(stack(parts, end)), href)
        )
    names = tuple(say(f"verdict.{one.value}") for one in _VERDICTS)
    legend = tuple((f"p-{one.value}", name) for one, name in zip(_VERDICTS, names, strict=True))
    return Chart(
        (say("col.year"), say("across.reports"), *names), Markup(axis(end, percent=False)), tuple(rows), legend
    )


def _identities(
    found: Sequence[IdentityRow],
    forms: Mapping[str, Form],
    say: Say,
    language: Language,
    keys: Mapping[str, str],
    base: str,
) -> Chart:
    highs = [one.rate.high or one.rate.rate or 0.0 for one in found if one.failed]
    end = scale_of(highs, most=1.0)
    rows = [_identity(one, end, forms, say, language, keys, base) for one in found]
    failing = tuple(row for row, one in zip(rows, found, strict=True) if one.failed)
    holding = tuple(row for row, one in zip(rows, found, strict=True) if not one.failed)
    heads = (
        say("across.identity"),
        say("col.form"),
        say("across.failing"),
        say("across.checkable"),
        say("across.share"),
        say("across.interval"),
    )
    return Chart(heads, Markup(axis(end, percent=True)), failing, rest=holding)


def _identity(
    one: IdentityRow,
    end: float,
    forms: Mapping[str, Form],
    say: Say,
    language: Language,
    keys: Mapping[str, str],
    base: str,
) -> Row:
    rate, low, high = one.rate.rate or 0.0, one.rate.low or 0.0, one.rate.high or 0.0
    message = one.message if language == "zh" else one.message_en
    worst = "；".join if language == "zh" else "; ".join
    told = worst([say("across.worst", name=_subject(name, forms[one.form]), n=count) for name, count in one.worst])
    notes = [told] if told else []
    if one.acknowledged:
        notes.append(say("across.acknowledged", n=one.acknowledged))
    return Row(
        message,
        (
            one.form,
            f"{one.failed:,}",
            f"{one.checked:,}",
            f"{100 * rate:.1f} %",
            f"{100 * low:.1f}–{100 * high:.1f} %",
        ),
        Markup(bar(rate, end, one.rate, kind="bad" if one.failed else "main")),
        about=" · ".join(notes),
        more=tuple((keys.get(key, key), f"{base}/d/{key}") for key in one.keys),
    )


def _subject(edit_id: str, form: Form) -> str:
    """The row or column that a single sum is about, by its label."""
    table_id, _, name = edit_id.split(".", 2)
    table = form.table_by_id[table_id]
    row = next((row for row in table.rows if row.id == name), None)
    if row is not None:
        return short_label(row.labels[0])
    column = table.column_by_id.get(name)
    return name if column is None else column.labels[0]


def _bodies(found: Sequence[BodyRow], say: Say, base: str) -> Chart:
    shown = found[:_MOST_BODIES]
    end = scale_of([one.failed for one in shown])
    rows = tuple(
        Row(
            one.name,
            (
                f"{one.reports:,}",
                _years(one.years),
                f"{one.erring:,}",
                f"{one.failed:,}",
                f"{one.open_cells:,}",
                f"{one.breaks:,}",
            ),
            Markup(bar(one.failed, end, kind="bad")),
            f"{base}/body?name={_quoted(one.name)}",
        )
        for one in shown
    )
    heads = (
        say("col.organ"),
        say("across.reports"),
        say("across.years"),
        say("across.erring"),
        say("across.failing_sums"),
        say("across.open_cells"),
        say("across.breaks"),
    )
    return Chart(heads, Markup(axis(end, percent=False)), rows)


def _tables(found: Sequence[TableRow], forms: Mapping[str, Form], say: Say) -> Chart:
    rows = []
    names = {one: say(f"status.{one.value}") for one in _STATUSES}
    for one in found:
        whole = sum(one.counts.values()) or 1
        parts = [(names[status], one.counts.get(status, 0), f"p-{status.value}") for status in _STATUSES]
        shares = tuple(f"{100 * count / whole:.1f} %" if count else "" for _, count, _ in parts)
        title = forms[one.form].table_by_id[one.table].titles[0]
        rows.append(Row(title, (one.form, f"{one.reports:,}", *shares), Markup(stack(parts))))
    heads = (say("across.table"), say("col.form"), say("across.reports"), *names.values())
    legend = tuple((f"p-{status.value}", name) for status, name in names.items())
    return Chart(heads, Markup(axis(1.0, percent=True)), tuple(rows), legend)


def _years(years: Sequence[int]) -> str:
    """2019–2023, or those there are where some lack."""
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}–{years[-1]}"
    return ", ".join(map(str, years)) if len(years) < 5 else f"{years[0]}–{years[-1]} ({len(years)})"


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A group of panels on one scale, and their table: the years, then a row for each figure."""

    id: str
    title: str
    panels: tuple[Markup, ...]
    years: tuple[int, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding over years: its message, and the documents it rests on."""

    severity: Severity
    years: str
    message: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BodyPage:
    """`reports`: year, file, address, how many reports there are of the year, its form."""

    name: str
    reports: tuple[tuple[int, str, str, int, str], ...]
    names: tuple[tuple[str, str], ...]
    gaps: tuple[int, ...]
    groups: tuple[Drawn, ...]
    findings: tuple[Noted, ...]


def body_page(found: BodyYears, say: Say, language: Language, keys: Mapping[int, str], base: str) -> BodyPage:
    """`keys`: of a Filed by its id, the key of its page."""
    reports = tuple(
        (year, one.name, f"{base}/d/{keys[id(one)]}" if id(one) in keys else "", found.others.get(year, 1), one.form)
        for year, one in found.used.items()
    )
    return BodyPage(
        found.name,
        reports,
        tuple((name, _years(years)) for name, years in found.names.items()),
        found.gaps,
        tuple(_drawn(group, found, say, language) for group in found.groups),
        tuple(_noted(one, say, language, keys, base) for one in found.findings),
    )


def _drawn(group: LineGroup, found: BodyYears, say: Say, language: Language) -> Drawn:
    end = scale_of([float(group.most)])
    years = tuple(range(found.years[0], found.years[-1] + 1))
    panels = tuple(Markup(_panel(line, years, end, found, say, language)) for line in group.lines)
    rows = []
    for line in group.lines:
        by_year = {point.year: point for point in line.points}
        rows.append((_title(line, language), tuple(_worded(by_year.get(year), say) for year in years)))
    return Drawn(group.id, group.title if language == "zh" else group.title_en, panels, years, tuple(rows))


def _panel(line: Line, years: Sequence[int], end: float, found: BodyYears, say: Say, language: Language) -> str:
    by_year = {point.year: point for point in line.points}
    columns = []
    for year in years:
        point = by_year.get(year)
        value = None if point is None else point.value
        word = "" if year in found.used else say("across.no_report_short")
        told = f"{year}: {_worded(point, say)}"
        columns.append(Column(year, value, point is None or point.sure, word, told))
    at = {year: number for number, year in enumerate(years)}
    described = "; ".join(f"{year} {_worded(by_year.get(year), say)}" for year in years)
    if line.breaks:
        described += "; " + ", ".join(say("across.break", before=one, year=two) for one, two in line.breaks)
    return panel(
        Panel(
            _title(line, language),
            columns,
            end,
            frozenset(at[year] for _, year in line.breaks),
            frozenset(at[year] for year, _ in found.editions[1:]),
            described,
        )
    )


def _title(line: Line, language: Language) -> str:
    return line.figure.title if language == "zh" else line.figure.title_en


def _worded(point: Point | None, say: Say) -> str:
    if point is None:
        return "–"
    if point.value is None:
        return say(f"status.{point.why.value}") if point.why is not None else "–"
    return _number(point.value) if point.sure else f"{_number(point.value)} ({say('status.disputed')})"


def _number(value: Number) -> str:
    return f"{value:,}"


def _noted(one: AuditFinding, say: Say, language: Language, keys: Mapping[int, str], base: str) -> Noted:
    filed = {id(operand.filed): operand.filed for operand in one.operands}
    links = tuple((str(report.year), f"{base}/d/{keys[number]}") for number, report in filed.items() if number in keys)
    return Noted(
        one.severity,
        "–".join(map(str, one.years)) or say("across.all_years"),
        one.message if language == "zh" else one.message_en,
        links,
    )
