"""Propagation: what the identities alone say about cells that were not read.

Interval propagation over the exact edits: counts are at least zero, so a total bounds its parts from above and the
parts bound their total from below. Where both bounds meet, the value is proved. (Deductive imputation in the sense of
de Waal, Pannekoek and Scholtus 2011, chapter 9.)
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from extractor.forms.model import Form, Kind
from extractor.reconcile.linear import Linear
from extractor.report import Number

__all__ = ["broken", "implied"]

_ROUNDS = 60


def broken(linear: Linear, values: Mapping[str, Number], nil: Collection[str] = ()) -> bool:
    """Whether the edit fails on `values`; cells in `nil` count as zero. False where an operand is unknown."""
    total: Number = 0
    for sign, cells in ((1, linear.plus), (-1, linear.minus)):
        for cell in cells:
            value = values.get(cell)
            if value is None:
                if cell not in nil:
                    return False
                continue
            total += sign * value
    return total != 0 if linear.exact else total > 0


def implied(form: Form, edits: Iterable[Linear], known: Mapping[str, Number]) -> dict[str, int]:
    """Values of cells outside `known` that the exact edits leave only one possibility for.

    Edits that contradict `known`, and all that share a cell with such an edit, prove nothing and are left out.
    """
    exact = [linear for linear in edits if linear.exact and linear.complete]
    tainted = {cell for linear in exact if _contradicted(linear, known) for cell in linear.cells}
    kinds = form.kinds
    usable = [
        linear
        for linear in exact
        if not tainted.intersection(linear.cells)
        and all(kinds.get(cell) is Kind.COUNT for cell in linear.cells)
        and any(cell not in known for cell in linear.cells)
    ]
    low: dict[str, int] = {}
    high: dict[str, int | None] = {}
    for linear in usable:
        for cell in linear.cells:
            value = known.get(cell)
            low[cell] = 0 if value is None else int(value)
            high[cell] = None if value is None else int(value)
    for _ in range(_ROUNDS):
        if not any([_tighten(linear.plus, linear.minus, low, high) for linear in usable]):
            break
    out: dict[str, int] = {}
    spoiled: set[str] = set()
    for linear in usable:
        if any((top := high[cell]) is not None and top < low[cell] for cell in linear.cells):
            spoiled.update(linear.cells)
    for cell, bottom in low.items():
        if cell not in known and high[cell] == bottom and cell not in spoiled:
            out[cell] = bottom
    return {} if spoiled else out


def _contradicted(linear: Linear, known: Mapping[str, Number]) -> bool:
    """No nonnegative values of the unknown cells can make the edit hold."""
    plus = sum(known[cell] for cell in linear.plus if cell in known)
    minus = sum(known[cell] for cell in linear.minus if cell in known)
    open_plus = any(cell not in known for cell in linear.plus)
    open_minus = any(cell not in known for cell in linear.minus)
    if open_plus and open_minus:
        return False
    if open_plus:
        return plus > minus
    if open_minus:
        return minus > plus
    return plus != minus


def _tighten(
    plus: Sequence[str], minus: Sequence[str], low: dict[str, int], high: dict[str, int | None]
) -> bool:
    """One edit's bounds on each of its cells. True if any bound moved."""
    changed = False
    for own, other in ((plus, minus), (minus, plus)):
        own_low = sum(low[cell] for cell in own)
        other_low = sum(low[cell] for cell in other)
        other_high = _top(other, high)
        own_high = _top(own, high)
        for cell in own:
            if high[cell] == low[cell]:
                continue
            if other_high is not None:
                top = other_high - (own_low - low[cell])
                current = high[cell]
                if current is None or top < current:
                    high[cell] = top
                    changed = True
            rest_high = None
            current = high[cell]
            if own_high is not None and current is not None:
                rest_high = own_high - current
            elif all(high[one] is not None for one in own if one != cell):
                rest_high = sum(top for one in own if one != cell and (top := high[one]) is not None)
            if rest_high is not None and other_low - rest_high > low[cell]:
                low[cell] = other_low - rest_high
                changed = True
            if changed:
                own_low = sum(low[one] for one in own)
                own_high = _top(own, high)
    return changed


def _top(cells: Sequence[str], high: Mapping[str, int | None]) -> int | None:
    total = 0
    for cell in cells:
        top = high[cell]
        if top is None:
            return None
        total += top
    return total
