"""Why a cell holds what it holds: every reading of it, who read it where, what the identities say, what was decided."""

from dataclasses import dataclass

from extractor.check.wording import written
from extractor.errors import UsageError
from extractor.pipeline import Draft
from extractor.reconcile.linear import Linear
from extractor.reconcile.propagate import broken
from extractor.report import Asked, Cell, Evidence, Finding, Number, Report, nil_cells

__all__ = ["Explanation", "Identity", "Said", "explain", "readings"]


@dataclass(frozen=True, slots=True)
class Said:
    """One reading: `how` is the origin of a table reading, or the phrasing of a sentence. `share`: its part of the
    likelihood where a place can be read in several ways."""

    reader: str
    how: str
    value: Number | None
    kind: str
    evidence: Evidence
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity that the cell is in, with its numbers. `holds` is None where an operand is not known."""

    id: str
    holds: bool | None
    message: str
    message_en: str
    chinese: str
    english: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that bears on one cell of one report."""

    cell_id: str
    label: str
    cell: Cell
    said: tuple[Said, ...]
    asked: tuple[Asked, ...]
    identities: tuple[Identity, ...]
    findings: tuple[Finding, ...]


def explain(first: Draft, report: Report, cell_id: str) -> Explanation:
    """`report`: what became of `first`. Raises UsageError for a cell that the form does not have."""
    form = first.form
    if cell_id not in form.cells:
        raise UsageError(f"form {form.id} has no cell '{cell_id}'; `gouji forms show {form.id}` lists them")
    _, row, column = form.cells[cell_id]
    return Explanation(
        cell_id,
        f"{row.labels[0]} / {column.labels[0]}",
        report.cells[cell_id],
        readings(first).get(cell_id, ()),
        tuple(asked for asked in report.trace if asked.cell == cell_id),
        tuple(_identity(first, report, linear) for linear in first.settled.edits if cell_id in linear.cells),
        tuple(one for one in report.findings if cell_id in one.cells or cell_id in one.suspects),
    )


def readings(first: Draft) -> dict[str, tuple[Said, ...]]:
    """Every reading of every cell, the likeliest first; cells that nobody read are left out."""
    text = first.document.text
    found: dict[str, list[Said]] = {}
    for choice in first.tables.choices:
        whole = sum(way.weight for way in choice.alternatives)
        shares: dict[tuple[str, str, Number | None, int, int], float] = {}
        for way in choice.alternatives:
            for one in way.readings:
                key = (one.cell, one.kind.value, one.value, one.start, one.end)
                shares[key] = shares.get(key, 0.0) + way.weight / whole
        for (cell, kind, value, start, end), share in sorted(shares.items(), key=lambda one: -one[1]):
            evidence = Evidence(start, end, text[start:end])
            found.setdefault(cell, []).append(Said(choice.reader, choice.origin.value, value, kind, evidence, share))
    for fact in first.facts:
        evidence = Evidence(fact.quote_start, fact.quote_end, text[fact.quote_start : fact.quote_end])
        said = Said(fact.reader, f"sentence ({fact.phrasing})", fact.value, "number", evidence)
        found.setdefault(fact.cell, []).append(said)
    return {cell: tuple(said) for cell, said in found.items()}


def _identity(first: Draft, report: Report, linear: Linear) -> Identity:
    cells = {cell: report.cells[cell] for cell in linear.cells}
    values = {cell: state.value for cell, state in cells.items() if state.value is not None}
    nil = nil_cells(cells)
    known = all(cell in values or cell in nil for cell in linear.cells)
    holds = not broken(linear, values, nil) if known else None
    chinese, english = written(first.form, linear, values, holds=holds)
    return Identity(linear.edit.id, holds, linear.edit.message, linear.edit.message_en, chinese, english)
