"""A report with people's decisions applied: the cells they decided, what follows from them, and the checks made anew.

A decision is a reading of certainty. With the draft at hand all other cells are decided anew beside it, by the same
reconciliation; without it only the checks are. Nothing of that is silent: a cell that came out otherwise is listed, a
decision that does nothing says why, and what a person acknowledged as a fault of the source stays a finding.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from extractor.check import verdict
from extractor.check.identities import broken_identities, domains
from extractor.deciding.decision import Decision, DecisionKind, Seen, label_of
from extractor.deciding.notes import (
    NO_SUCH_CELL,
    OTHER_FORM,
    changed_finding,
    foreign_finding,
    outdated_finding,
    unapplied_finding,
)
from extractor.errors import UsageError
from extractor.forms.model import Form
from extractor.parse.readings import Reading, ReadingKind
from extractor.pipeline import Draft, finish, with_certain
from extractor.reconcile.linear import resolve
from extractor.report import (
    Cell,
    Changed,
    Decided,
    Finding,
    Report,
    Reviewed,
    Severity,
    Status,
    Unapplied,
    Verdict,
)

__all__ = ["READER", "checks_anew", "decided", "digest", "doubts", "is_check"]

READER = "person"
_KINDS = {Status.BLANK: ReadingKind.BLANK, Status.NOT_APPLICABLE: ReadingKind.NOT_APPLICABLE}


def decided(
    report: Report,
    decisions: Mapping[str, Decision],
    form: Form,
    first: Draft | None = None,
    *,
    foreign: Iterable[Decision] = (),
) -> Report:
    """`report`, as the program alone made it, with `decisions` (by cell: Decisions.of) applied.

    `first`: the draft that it was made of, with what a language model said to it. `foreign`: lines of the log that are
    not understood (Decisions.foreign). Raises UsageError where report, form and draft are not of one form.
    """
    if report.verdict is Verdict.FAILED or not (decisions or foreign):
        return report
    if report.form != form.id or (first is not None and first.form.id != form.id):
        raise UsageError(f"the report is of form '{report.form}', not '{form.id}'")
    applied, unapplied = _applicable(report, decisions, form)
    cells, found = _anew(report, applied, form) if first is None else _settled_anew(report, applied, first)
    changed = tuple(_changed(report.cells, cells, applied))
    outdated = [cell for cell in applied if (mark := cells[cell].decision) is not None and mark.outdated]
    said = (
        outdated_finding(form, outdated, report.cells, cells),
        changed_finding(form, changed),
        unapplied_finding(unapplied),
        foreign_finding(tuple(foreign)),
    )
    findings = _worst_first((*(_answered(one, cells) for one in found), *(one for one in said if one is not None)))
    out = replace(report, cells=cells, findings=findings, verdict=verdict(form, cells, findings))
    complete = decisions.get("")
    done = complete is not None and complete.digest == digest(out)
    return replace(
        out,
        review=Reviewed(
            len(applied), changed, tuple(unapplied), (complete.author, complete.at) if complete and done else None
        ),
    )


def doubts(report: Report, form: Form) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """What is still to be looked at: cells in the form's order, and findings that nobody has acknowledged."""
    dispensable = form.dispensable
    open_cells = []
    for cell in form.cells:
        state = report.cells.get(cell)
        if state is None or (state.decision is not None and not state.decision.outdated):
            continue
        # A detail may be absent if its group's subtotal is printed.
        subtotal = dispensable.get(cell)
        absent = subtotal is None or report.cells[subtotal].status is not Status.MISSING
        needless = state.status is Status.MISSING and cell in dispensable and absent
        outdated = state.decision is not None
        if outdated or (state.status in (Status.DISPUTED, Status.CORRECTED, Status.MISSING) and not needless):
            open_cells.append(cell)
    found = (one for one in report.findings if one.severity is not Severity.INFO and not one.acknowledged)
    return tuple(open_cells), tuple(found)


def digest(report: Report) -> str:
    """Of what a report says: form, and value and status of every cell. A whole review is of what it was then."""
    said = [f"{cell}={'' if one.value is None else one.value} {one.status.value}" for cell, one in report.cells.items()]
    return sha256("\n".join([report.form or "", *sorted(said)]).encode()).hexdigest()


def _applicable(
    report: Report, decisions: Mapping[str, Decision], form: Form
) -> tuple[dict[str, Decision], list[Unapplied]]:
    """The decisions that are about cells of this report, and those that are not any more."""
    applied, unapplied = {}, []
    for cell, one in decisions.items():
        if not cell or one.foreign is not None or one.kind == DecisionKind.UNDO:
            continue
        if cell not in form.cells or cell not in report.cells:
            unapplied.append(Unapplied(cell, one.id, NO_SUCH_CELL))
        elif one.form not in (None, form.id) and one.label != label_of(form, cell):
            unapplied.append(Unapplied(cell, one.id, OTHER_FORM))
        else:
            applied[cell] = one
    return applied, unapplied


def _settled_anew(
    report: Report, applied: Mapping[str, Decision], first: Draft
) -> tuple[dict[str, Cell], tuple[Finding, ...]]:
    """All cells by the reconciliation, given the decisions; and all findings on them."""
    places = _places(first)
    # What a person agrees is not printed is not read: it goes on following from the others, or does not.
    certain = {
        cell: _reading(one, report.cells[cell], places.get(cell, ()))
        for cell, one in applied.items()
        if one.status is not Status.DERIVED
    }
    wrong = frozenset(cell for cell, one in applied.items() if one.kind == DecisionKind.AS_PRINTED)
    anew = with_certain(first, certain, misprinted=wrong, reader=READER)
    cells = dict(report.cells)
    for cell, state in anew.settled.cells.items():
        own, alone = report.cells[cell], first.settled.cells[cell]
        # A report of another version, or that asked a model, may know more than this draft: only what moves here moves.
        if state != alone and (own.value, own.status) == (alone.value, alone.status):
            cells[cell] = state
    for cell, one in applied.items():
        cells[cell] = _cell(one, report.cells[cell], cells[cell], certain.get(cell))
    done = finish(replace(anew, settled=replace(anew.settled, cells=cells)))
    told = {(one.rule, one.cells) for one in done.findings}
    kept = (one for one in _kept(report, applied, first) if (one.rule, one.cells) not in told)
    return dict(done.cells), (*done.findings, *kept)


def _kept(report: Report, applied: Mapping[str, Decision], first: Draft) -> Iterator[Finding]:
    """Findings of `report` that no check on figures makes, and that this draft would not make by itself: what a model
    added, what another version found. And that two prints of a table differ stays so, whichever was chosen."""
    alone = {(one.rule, one.cells) for one in finish(first).findings}
    for one in report.findings:
        chosen = one.rule == "document.copies_differ" and set(one.cells) <= applied.keys()
        if chosen or ((one.rule, one.cells) not in alone and not is_check(one, first.form)):
            yield one


def is_check(finding: Finding, form: Form) -> bool:
    """Whether a finding is one that `checks_anew` makes."""
    return ".domain." in finding.rule or any(finding.rule == edit.id for edit in form.edits)


def _anew(report: Report, applied: Mapping[str, Decision], form: Form) -> tuple[dict[str, Cell], tuple[Finding, ...]]:
    """The decided cells alone, and the checks on what came out; other findings stay."""
    cells = dict(report.cells)
    for cell, one in applied.items():
        cells[cell] = _cell(one, report.cells[cell], report.cells[cell], None)
    others = (one for one in report.findings if not is_check(one, form))
    return cells, (*checks_anew(form, cells), *others)


def checks_anew(form: Form, cells: Mapping[str, Cell]) -> Iterator[Finding]:
    """What the form's identities and kinds say of the cells as they are, without the document."""
    edits = resolve(form, {cell for cell, state in cells.items() if _is_there(state)})
    yield from broken_identities(form, cells, edits)
    yield from domains(form, cells)


def _is_there(state: Cell) -> bool:
    if state.status in (Status.MISSING, Status.DERIVED):
        return state.evidence is not None or state.printed is not None
    return True


def _places(first: Draft) -> dict[str, list[Reading]]:
    """By cell, what was read where, the likeliest first; a reading of a table before a sentence."""
    weights: dict[str, dict[Reading, float]] = {}
    for choice in first.tables.choices:
        whole = sum(way.weight for way in choice.alternatives)
        for way in choice.alternatives:
            for one in way.readings:
                of_cell = weights.setdefault(one.cell, {})
                of_cell[one] = of_cell.get(one, 0.0) + way.weight / whole
    text = first.document.text
    for fact in first.facts:
        printed = text[fact.start : fact.end]
        said = Reading(fact.cell, ReadingKind.NUMBER, fact.value, fact.start, fact.end, printed)
        weights.setdefault(fact.cell, {}).setdefault(said, 0.0)
    return {cell: sorted(listed, key=lambda one: -listed[one]) for cell, listed in weights.items()}


def _reading(decision: Decision, own: Cell, places: Sequence[Reading]) -> Reading | None:
    """What the person read: where one of the readers read the same, or where all of them looked."""
    if decision.status is Status.MISSING:
        return None
    kind = ReadingKind.NUMBER if decision.status is None else _KINDS[decision.status]
    known = next((one for one in places if (one.kind, one.value) == (kind, decision.value)), None)
    if known is not None:
        return known
    where = {(one.start, one.end) for one in places if one.kind is not ReadingKind.BLANK}
    start, end = where.pop() if len(where) == 1 else (0, 0)
    printed = "" if decision.value is None else str(decision.value)
    return Reading(decision.cell, kind, decision.value, start, end, printed, own.unit)


def _cell(decision: Decision, own: Cell, state: Cell, reading: Reading | None) -> Cell:
    """The cell as decided. `own`: as the program has it; `state`: as it has it beside the other decisions."""
    mark = _mark(decision, own)
    if decision.status is Status.DERIVED:
        if state.status is Status.DERIVED and state.value == decision.value:
            mark = mark._replace(outdated=False)
        return state._replace(decision=mark)
    if decision.status is Status.MISSING:
        if state.status is not Status.DERIVED:
            state = Cell(None, Status.MISSING, (READER,))
        return state._replace(decision=mark)
    same = (own.value, own.status) == (decision.value, decision.status or Status.REPORTED)
    if same:
        return own._replace(read_by=tuple(dict.fromkeys((*own.read_by, READER))), decision=mark)
    if decision.status is Status.BLANK:
        return Cell(None, Status.BLANK, (READER,), None, "", decision=mark)
    evidence = own.evidence if reading is None else state.evidence
    if evidence is not None and reading is not None and reading.end <= reading.start:
        evidence = None
    printed = str(decision.value) if reading is None and decision.value is not None else state.printed
    return Cell(
        decision.value,
        decision.status or Status.REPORTED,
        (READER,),
        evidence,
        printed,
        unit=own.unit,
        decision=mark,
    )


def _mark(decision: Decision, own: Cell) -> Decided:
    now = Seen(own.value, own.status)
    agrees = own.value == decision.value and (
        own.status is decision.status or (decision.status is None and own.status is Status.REPORTED)
    )
    outdated = decision.seen is not None and now != decision.seen and not agrees
    return Decided(
        decision.kind, decision.author, decision.at, decision.note, own.value, own.status, decision.id, outdated
    )


def _changed(
    before: Mapping[str, Cell], after: Mapping[str, Cell], applied: Mapping[str, Decision]
) -> Iterator[Changed]:
    for cell, state in after.items():
        was = before[cell]
        if cell not in applied and (was.value, was.status) != (state.value, state.status):
            yield Changed(cell, was.value, was.status, state.value, state.status)


def _answered(finding: Finding, cells: Mapping[str, Cell]) -> Finding:
    """`finding`, acknowledged if a person said that the source prints one of its cells wrongly, or decided them all."""
    marks = [cells[cell].decision for cell in dict.fromkeys((*finding.cells, *finding.suspects)) if cell in cells]
    standing = [mark for mark in marks if mark is not None and not mark.outdated]
    misprinted = any(mark.kind == DecisionKind.AS_PRINTED for mark in standing)
    acknowledged = misprinted or (bool(marks) and len(standing) == len(marks))
    return replace(finding, acknowledged=acknowledged) if acknowledged != finding.acknowledged else finding


def _worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return tuple(sorted(findings, key=lambda one: order[one.severity]))
