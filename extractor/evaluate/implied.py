"""What the printed figures imply, worked out apart from the program under test: bounds narrowed till nothing moves."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from extractor.forms.load import load_forms
from extractor.forms.model import Edit, EditKind, Kind, Term
from extractor.report import Number

__all__ = ["bounds", "edits_of", "holds"]

INFINITE = Decimal("Infinity")
Bound = tuple[Decimal, Decimal]


def edits_of(form_id: str) -> tuple[Edit, ...]:
    """The identities of a form; none for a form that is not known."""
    form = load_forms().get(form_id)
    return form.edits if form else ()


def _cells(term: Term, known: Mapping[str, object]) -> tuple[str, ...]:
    """The cells that a term stands for: its details, or its subtotal where only that is printed, or nothing."""
    if term.optional and not any(cell in known for cell in term.cells):
        return ()
    if term.subtotal and term.subtotal in known and not any(cell in known for cell in term.cells):
        return (term.subtotal,)
    return term.cells


def _sum(terms: Iterable[Term], values: Mapping[str, Number | None]) -> Decimal | None:
    total = Decimal(0)
    for term in terms:
        for cell in _cells(term, values):
            value = values.get(cell)
            if value is None:
                return None
            total += term.sign * Decimal(str(value))
    return total


def holds(edit: Edit, values: Mapping[str, Number | None]) -> bool | None:
    """Whether `edit` holds on `values`; None where an operand is unknown."""
    left, right = _sum(edit.left, values), _sum(edit.right, values)
    if left is None or right is None:
        return None
    return left == right if edit.kind is EditKind.EQUAL else left <= right


def _narrowed(
    edit: Edit, known: Mapping[str, object], at: Mapping[str, Bound], start: Bound
) -> dict[str, Bound] | None:
    """Tighter bounds that `edit` gives; None if it cannot hold within `at`."""
    weights = [(cell, term.sign) for term in edit.left for cell in _cells(term, known)]
    weights += [(cell, -term.sign) for term in edit.right for cell in _cells(term, known)]
    spans = []
    for cell, sign in weights:
        low, high = at.get(cell, start)
        spans.append((low, high) if sign > 0 else (-high, -low))
    equal = edit.kind is EditKind.EQUAL
    if sum(low for low, _ in spans) > 0 or (equal and sum(high for _, high in spans) < 0):
        return None
    out: dict[str, Bound] = {}
    for index, (cell, sign) in enumerate(weights):
        rest = [span for other, span in enumerate(spans) if other != index]
        top = -sum((low for low, _ in rest), Decimal(0))
        bottom = -sum((high for _, high in rest), Decimal(0)) if equal else -INFINITE
        low, high = (bottom, top) if sign > 0 else (-top, -bottom)
        was = at.get(cell, start)
        now = (max(was[0], low), min(was[1], high))
        if now[0] > now[1]:
            return None
        if now != was:
            out[cell] = now
    return out


def bounds(form_id: str, gold: Mapping[str, Number | None], extra: Iterable[str] = ()) -> dict[str, Bound]:
    """Least and greatest value of every cell that the figures in `gold` and the form's identities admit.

    `extra`: cells that are not on the page but asked about. Identities that the source itself breaks are left out.
    """
    form = load_forms().get(form_id)
    known: dict[str, object] = dict.fromkeys((*gold, *extra))
    at: dict[str, Bound] = {}
    for cell in known:
        value = gold.get(cell)
        least = -INFINITE if form and form.kinds.get(cell) is Kind.CHANGE else Decimal(0)
        at[cell] = (least, INFINITE) if value is None else (Decimal(str(value)),) * 2
    edits = [edit for edit in edits_of(form_id) if edit.strict]
    for _ in range(30):
        moved = False
        for edit in list(edits):
            tighter = _narrowed(edit, known, at, (Decimal(0), INFINITE))
            if tighter is None:
                edits.remove(edit)
            elif tighter:
                at.update(tighter)
                moved = True
        if not moved:
            break
    return at
