"""Checking: every identity on the values as printed, prose against table, and what the document itself has wrong.

Nothing is mended here. A finding names all operands, and where a single cell explains every broken identity around it,
that cell as the suspect (error localisation after Fellegi and Holt 1976, for one cell).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from extractor.forms.model import Form, Kind
from extractor.parse.readings import Choice, Fact, TableReadings, Unplaced
from extractor.read.document import Document
from extractor.reconcile.linear import Linear
from extractor.reconcile.propagate import broken
from extractor.report import Cell, Evidence, Finding, Number, Severity, Status, Verdict

__all__ = ["findings", "verdict"]

_AMBIGUOUS = "表中有的行不止一种读法，或位置存疑"
_NO_TABLES = TableReadings(())
_PRINTED = (Status.REPORTED, Status.CORRECTED, Status.DERIVED)
_NIL = (Status.BLANK, Status.NOT_APPLICABLE)


def findings(
    document: Document,
    form: Form,
    cells: Mapping[str, Cell],
    edits: Sequence[Linear],
    facts: Sequence[Fact] = (),
    tables: TableReadings = _NO_TABLES,
) -> tuple[Finding, ...]:
    """Everything about the report that somebody should look at, worst first."""
    found = [
        *_identities(cells, edits),
        *_domains(form, cells),
        *_prose(document, cells, facts),
        *_reading(tables.choices, cells),
        *_unplaced(document, tables.unplaced),
        *(Finding("document.reading", Severity.INFO, f"读取文件时：{note}", note) for note in document.notes),
    ]
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return tuple(sorted(found, key=lambda finding: order[finding.severity]))


def verdict(form: Form, cells: Mapping[str, Cell], found: Sequence[Finding]) -> Verdict:
    """`clean` only if every cell of the official form is reported, derived or blank and nothing was found."""
    if any(finding.severity is not Severity.INFO for finding in found):
        return Verdict.REVIEW
    good = (Status.REPORTED, Status.DERIVED, Status.BLANK)
    dispensable = form.dispensable
    for cell_id, cell in cells.items():
        if cell.status in good:
            continue
        if cell.status is not Status.MISSING or cell_id not in dispensable:
            return Verdict.REVIEW
        subtotal = dispensable[cell_id]
        if subtotal is not None and cells[subtotal].status is Status.MISSING:
            return Verdict.REVIEW
    return Verdict.CLEAN


def _identities(cells: Mapping[str, Cell], edits: Iterable[Linear]) -> Iterator[Finding]:
    values = {cell: state.value for cell, state in cells.items() if state.value is not None and _as_printed(state)}
    nil = {cell for cell, state in cells.items() if state.status in _NIL}
    failed = [linear for linear in edits if broken(linear, values, nil)]
    suspects = _suspects(failed, edits, values, nil)
    for linear in failed:
        operands: dict[str, Number | None] = {cell: values.get(cell) for cell in linear.cells}
        left = sum((values.get(cell, 0) for cell in linear.plus), start=0)
        right = sum((values.get(cell, 0) for cell in linear.minus), start=0)
        sign = "≠" if linear.exact else ">"
        blanks = any(operands[cell] is None for cell in linear.cells)
        yield Finding(
            linear.edit.id,
            Severity.ERROR if linear.edit.strict and not blanks else Severity.WARNING,
            f"{linear.edit.message}: {left} {sign} {right}" + ("（空白格按 0 计）" if blanks else ""),
            f"{linear.edit.message_en}: {left} {sign} {right}" + (" (blank cells count as 0)" if blanks else ""),
            linear.cells,
            operands,
            tuple(cell for cell in suspects.get(linear.edit.id, ()) if cell in linear.cells),
        )


def _as_printed(state: Cell) -> bool:
    """Whether the value is one that stands in the source: a disputed figure does unless it could be read otherwise."""
    if state.status is Status.DISPUTED:
        return state.evidence is not None and all(other is None for other in state.alternatives)
    return state.status in _PRINTED


def _suspects(
    failed: Sequence[Linear], edits: Iterable[Linear], values: Mapping[str, Number], nil: set[str]
) -> dict[str, tuple[str, ...]]:
    """For each component of broken identities the one cell that alone would mend it, if there is exactly one."""
    out: dict[str, tuple[str, ...]] = {}
    everything = tuple(edits)
    for component in _components(failed):
        candidates = []
        shared = set.intersection(*(set(linear.cells) for linear in component))
        for cell in shared:
            wanted = {_wanted(cell, linear, values) for linear in component if linear.exact}
            if len(wanted) != 1:
                continue
            value = wanted.pop()
            if value < 0:
                continue
            changed = {**values, cell: value}
            if not any(cell in linear.cells and broken(linear, changed, nil) for linear in everything):
                candidates.append(cell)
        if len(candidates) == 1:
            for linear in component:
                out[linear.edit.id] = (candidates[0],)
    return out


def _wanted(cell: str, linear: Linear, values: Mapping[str, Number]) -> Number:
    """What `cell` would have to be for the edit to hold."""
    plus = sum((values.get(one, 0) for one in linear.plus if one != cell), start=0)
    minus = sum((values.get(one, 0) for one in linear.minus if one != cell), start=0)
    return minus - plus if cell in linear.plus else plus - minus


def _components(failed: Sequence[Linear]) -> list[list[Linear]]:
    components: list[tuple[set[str], list[Linear]]] = []
    for linear in failed:
        cells, members = set(linear.cells), [linear]
        rest = []
        for known_cells, known in components:
            if cells & known_cells:
                cells |= known_cells
                members = known + members
            else:
                rest.append((known_cells, known))
        components = [*rest, (cells, members)]
    return [members for _, members in components]


def _domains(form: Form, cells: Mapping[str, Cell]) -> Iterator[Finding]:
    for cell_id, state in cells.items():
        value = state.value
        if value is None or state.status not in _PRINTED:
            continue
        kind = form.kinds[cell_id]
        if kind is not Kind.CHANGE and value < 0:
            wrong = "此格应不小于 0，印为负数", "a negative figure where only 0 or more is possible"
        elif kind is not Kind.AMOUNT and not isinstance(value, int):
            wrong = "此格应为整数，印为小数", "a decimal where only whole numbers are possible"
        else:
            continue
        rule = f"{cell_id.split('.', 1)[0]}.domain.{cell_id.split('.', 1)[1]}"
        yield Finding(rule, Severity.ERROR, *wrong, (cell_id,), {cell_id: value}, (cell_id,))


def _prose(document: Document, cells: Mapping[str, Cell], facts: Sequence[Fact]) -> Iterator[Finding]:
    """Sentences that disagree with a cell read from a table."""
    for fact in facts:
        state = cells.get(fact.cell)
        if state is None or state.status is Status.MISSING or state.value == fact.value:
            continue
        if state.value is None and not fact.value:
            continue
        if state.evidence is not None and fact.quote_start <= state.evidence.start < fact.quote_end:
            continue
        quotes = [Evidence(fact.quote_start, fact.quote_end, document.text[fact.quote_start : fact.quote_end])]
        if state.evidence is not None:
            quotes.append(state.evidence)
        shown = "空白" if state.value is None else state.value
        yield Finding(
            f"prose.{fact.phrasing}",
            Severity.WARNING,
            f"正文为 {fact.value}，表中为 {shown}：{quotes[0].text.strip()}",
            f"a sentence says {fact.value}, the table {'blank' if state.value is None else state.value}: "
            f"{quotes[0].text.strip()}",
            (fact.cell,),
            {fact.cell: state.value},
            (),
            tuple(quotes),
        )


def _reading(choices: Sequence[Choice], cells: Mapping[str, Cell]) -> Iterator[Finding]:
    """Rows that could be read in several ways, one finding for each reason."""
    by_reason: dict[str, list[str]] = {}
    for choice in choices:
        if choice.because is None:
            continue
        names = dict.fromkeys(reading.cell for way in choice.alternatives for reading in way.readings)
        doubtful = [cell for cell in names if cells[cell].status is Status.DISPUTED]
        if doubtful or choice.doubted or "dropped" in choice.because:
            by_reason.setdefault(choice.because, []).extend(doubtful or names)
    for reason, names_ in by_reason.items():
        doubted = tuple(dict.fromkeys(names_))
        yield Finding("document.ambiguous_row", Severity.WARNING, f"{_AMBIGUOUS}：{reason}", reason, doubted)


def _unplaced(document: Document, rows: Sequence[Unplaced]) -> Iterator[Finding]:
    """Rows of figures that no row of the form could be found for: nothing is lost without being said."""
    for row in rows:
        quote = Evidence(row.start, row.end, document.text[row.start : row.end])
        message = f"表 {row.table} 中有一行 {row.figures} 个数字无法归入表式的任何一行"
        message_en = f"a row of {row.figures} figures in the table '{row.table}' belongs to no row of the form"
        yield Finding("document.unplaced_row", Severity.WARNING, message, message_en, quotes=(quote,))
