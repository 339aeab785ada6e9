"""What the templates are filled with: every word, label and figure of a document's page made ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractor.check.wording import short_label, written
from extractor.deciding.decisions import DecisionKind, Decisions
from extractor.deciding.decisions import Entry as Line
from extractor.deliver.to_table import figure
from extractor.explain import Said
from extractor.forms.model import Form
from extractor.forms.printed import load_prints
from extractor.report import Cell, Evidence, Report, Severity, Status
from extractor.review.candidates import Candidate, candidates
from extractor.review.desk import Laid
from extractor.review.equations import Equation, equation, linears
from extractor.review.formgrid import FormTable, form_tables
from extractor.review.site.strings import Language, Say

__all__ = ["CellView", "DocumentView", "FindingView", "PanelView", "document_view", "panel_view"]

SIGNS = {
    Status.DERIVED: "~",
    Status.CORRECTED: "*",
    Status.DISPUTED: "?",
    Status.BLANK: "·",
    Status.NOT_APPLICABLE: "/",
    Status.MISSING: "–",
}
_MOST_CHIPS = 12
_MOST_QUOTES = 6


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell of the form. `classes`: how it is drawn; `sign`: the shape that says the same without colour; `spoken`:
    all of it in words."""

    id: str
    shown: str
    sign: str
    classes: str
    spoken: str


class Chip(NamedTuple):
    cell: str
    label: str


@dataclass(frozen=True, slots=True)
class FindingView:
    number: int
    rule: str
    severity: Severity
    message: str
    equation: Equation | None
    suspects: tuple[Chip, ...]
    chips: tuple[Chip, ...]
    more: int
    quotes: tuple[Evidence, ...]
    acknowledged: bool
    first: str
    cells: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    """`counts`: the cells drawn, by status, those that occur; `open_findings`: errors and warnings not acknowledged."""

    laid: Laid
    tables: tuple[FormTable, ...]
    cells: Mapping[str, CellView]
    findings: tuple[FindingView, ...]
    counts: tuple[tuple[Status, int], ...]
    decided: int
    open_findings: int
    doubts: tuple[str, ...]
    reviewed: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class PanelView:
    """Everything about one cell. `breaks`: findings that suspect it; `waiting`: for the document to be read again."""

    cell: CellView
    row: str
    column: str
    state: Cell
    own: Cell
    because: str
    candidates: tuple[Candidate, ...]
    equations: tuple[Equation, ...]
    findings: tuple[FindingView, ...]
    history: tuple[Line, ...]
    can_confirm: bool
    can_blame: bool
    can_undo: bool
    breaks: int
    waiting: bool


def document_view(laid: Laid, say: Say, language: Language) -> DocumentView:
    """A document that yielded a report, or one that did not (without a form)."""
    report, form = laid.report, laid.form
    cells = {} if form is None else _cells(laid, form, say)
    tables = () if form is None else tuple(form_tables(form, load_prints().get(form.id, {}), report.cells))
    drawn = [slot.cell for table in tables for line in table.lines for slot in line if slot.cell is not None]
    counted = [(status, sum(report.cells[cell].status is status for cell in drawn)) for status in Status]
    findings = _findings(report, form, language)
    return DocumentView(
        laid=laid,
        tables=tables,
        cells=cells,
        findings=findings,
        counts=tuple((status, count) for status, count in counted if count),
        decided=sum(cell.decision is not None for cell in report.cells.values()),
        open_findings=sum(one.severity is not Severity.INFO and not one.acknowledged for one in findings),
        doubts=laid.doubts,
        reviewed=report.review.complete if report.review is not None else None,
    )


def _cells(laid: Laid, form: Form, say: Say) -> dict[str, CellView]:
    suspects = {
        cell
        for one in laid.report.findings
        if not one.acknowledged and one.severity is not Severity.INFO
        for cell in one.suspects
    }
    doubts = set(laid.doubts)
    return {
        cell: _cell(cell, laid.report.cells[cell], form, say, suspect=cell in suspects, doubt=cell in doubts)
        for cell in form.cells
        if cell in laid.report.cells
    }


def _cell(name: str, state: Cell, form: Form, say: Say, *, suspect: bool, doubt: bool) -> CellView:
    _, row, column = form.cells[name]
    shown = figure(state.value) if state.value is not None else ""
    mark = state.decision
    classes = [f"s-{state.status.value}"]
    words = [
        f"{short_label(row.labels[0])}，{column.labels[0]}",
        shown or say("no_value"),
        say(f"status.{state.status}"),
    ]
    for is_so, name_, word in (
        (suspect, "suspect", "mark.suspect"),
        (doubt, "doubt", "mark.doubt"),
        (mark is not None, "decided", "mark.decided"),
        (mark is not None and mark.kind == DecisionKind.AS_PRINTED, "wrong", "mark.wrong"),
        (mark is not None and mark.outdated, "outdated", "mark.outdated"),
    ):
        if is_so:
            classes.append(name_)
            words.append(say(word))
    return CellView(name, shown, SIGNS.get(state.status, ""), " ".join(classes), "，".join(words))


def _findings(report: Report, form: Form | None, language: Language) -> tuple[FindingView, ...]:
    by_rule = {one.edit.id: one for one in linears(form, report)} if form is not None else {}
    views = []
    for number, finding in enumerate(report.findings):
        linear = by_rule.get(finding.rule)
        sums = None
        message = finding.message if language == "zh" else finding.message_en
        if linear is not None and form is not None and set(linear.cells) == set(finding.cells):
            sums = equation(form, linear, report.cells)
            values = {cell: value for cell, value in finding.operands.items() if value is not None}
            chinese, english = written(form, linear, values)
            # The sum is drawn below, with its figures leading to their cells.
            message = message.replace(f"。{chinese}", "").replace(f": {english}", "")
        chips = () if sums is not None else _chips(finding.cells[:_MOST_CHIPS], form)
        views.append(
            FindingView(
                number=number,
                rule=finding.rule,
                severity=finding.severity,
                message=message,
                equation=sums,
                suspects=_chips(finding.suspects[:_MOST_CHIPS], form),
                chips=chips,
                more=max(0, len(finding.cells) - _MOST_CHIPS) if sums is None else 0,
                quotes=finding.quotes[:_MOST_QUOTES],
                acknowledged=finding.acknowledged,
                first=next(iter((*finding.suspects, *finding.cells)), ""),
                cells=" ".join(finding.cells),
            )
        )
    return tuple(views)


def _chips(cells: Sequence[str], form: Form | None) -> tuple[Chip, ...]:
    out = []
    for cell in cells:
        if form is None or cell not in form.cells:
            out.append(Chip(cell, cell))
        else:
            _, row, column = form.cells[cell]
            out.append(Chip(cell, f"{short_label(row.labels[0])} / {column.labels[0]}"))
    return tuple(out)


def panel_view(
    laid: Laid,
    cell: str,
    said: Mapping[str, Sequence[Said]] | None,
    log: Decisions,
    say: Say,
    language: Language,
) -> PanelView:
    """`said`: every reading of every cell, None while the document is being read again. Raises KeyError."""
    form, report = laid.form, laid.report
    if form is None or cell not in report.cells or cell not in form.cells:
        raise KeyError(cell)
    _, row, column = form.cells[cell]
    state, own = report.cells[cell], laid.own.cells[cell]
    suspects = {one for finding in report.findings for one in finding.suspects if not finding.acknowledged}
    view = _cell(cell, state, form, say, suspect=cell in suspects, doubt=cell in laid.doubts)
    sums = [equation(form, one, report.cells) for one in linears(form, report) if cell in one.cells]
    # What is broken first, then what can be told, then what cannot.
    sums.sort(key=lambda one: (one.holds is not False, one.holds is None))
    shown = own.value is not None or own.status not in (Status.DISPUTED,)
    return PanelView(
        cell=view,
        row=row.labels[0],
        column=column.labels[0],
        state=state,
        own=own,
        because=_because(state, say, language),
        candidates=candidates(own, (said or {}).get(cell, ()), [one for one in report.trace if one.cell == cell]),
        equations=tuple(sums),
        findings=tuple(
            one
            for one in _findings(report, form, language)
            if one.equation is None and (cell in one.cells.split() or any(cell == chip.cell for chip in one.suspects))
        ),
        history=tuple(reversed(log.history(report.source.sha256, cell))),
        can_confirm=shown,
        can_blame=own.value is not None and own.status not in (Status.CORRECTED, Status.DERIVED),
        can_undo=state.decision is not None,
        breaks=sum(cell in one.suspects and not one.acknowledged for one in report.findings),
        waiting=said is None,
    )


def _because(state: Cell, say: Say, language: Language) -> str:
    given = state.because_zh if language == "zh" and state.because_zh else state.because
    if given:
        return given
    key = f"because.{state.status}"
    said = say(key)
    return "" if said == state.status.value else said
