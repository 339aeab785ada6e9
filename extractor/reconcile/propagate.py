"""Propagation: what the identities alone say about cells that were not read.

Interval propagation over the exact edits: counts are at least zero, so a total bounds its parts from above and the
parts bound their total from below. Where both bounds meet, the value is proved. (Deductive imputation in the sense of
de Waal, Pannekoek and Scholtus 2011, chapter 9.)
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence

from extractor.forms.model import Form, Kind
from extractor.reconcile.linear import Linear
from extractor.report import Number

__all__ = ["broken", "implied"]

_ROUNDS = 60


def broken(linear: Linear, values: Mapping[str, Number], nil: Collection[str] = ()) -> bool:
    """Whether the edit fails on `values`; cells in `nil` count as zero. False where an operand is unknown."""
    whole = linear.balance(values)
    if whole is not None:
        return whole != 0 if linear.exact else whole > 0
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


def implied(
    form: Form, edits: Iterable[Linear], known: Mapping[str, Number], misprinted: Collection[str] = ()
) -> dict[str, int]:
    """Values of cells outside `known` that the exact edits leave only one possibility for.

    Edits that contradict `known`, and all that share a cell with such an edit, prove nothing and are left out. So are
    those over a cell of `misprinted`, known to be wrong in the source; their neighbours are not to blame.
    """
    kinds = form.kinds
    values = dict(known)
    exact = [linear for linear in edits if linear.exact and linear.complete]
    pending: list[Linear] = []
    tainted: set[str] = set()
    for linear in exact:
        if linear.balance(values) == 0 or (misprinted and not frozenset(linear.cells).isdisjoint(misprinted)):
            continue
        balance, over, under = _weigh(linear, values)
        if (over or under) and all(kinds[cell] is Kind.COUNT for cell in linear.cells):
            pending.append(linear)
        if (not under and balance > 0) or (not over and balance < 0):
            tainted.update(linear.cells)
    if not pending:
        return {}
    if tainted:
        pending = [linear for linear in pending if tainted.isdisjoint(linear.cells)]
    untainted = pending
    out: dict[str, int] = {}
    moved = True
    while moved:
        moved = False
        rest: list[Linear] = []
        for linear in pending:
            balance, over, under = _weigh(linear, values)
            if len(over) + len(under) == 1:
                value = -balance if over else balance
                if value < 0:
                    return {}
                cell = (over or under)[0]
                values[cell] = out[cell] = int(value)
                moved = True
            elif over or under:
                rest.append(linear)
            elif balance:
                return {}
        pending = rest
    bounded = _bounded(pending, values)
    if bounded is None:
        return {}
    out.update(bounded)
    return _consistent(out, known, exact, untainted)


def _consistent(
    found: dict[str, int], known: Mapping[str, Number], exact: Sequence[Linear], used: Sequence[Linear]
) -> dict[str, int]:
    """`found` without the values that some identity cannot live with, and without all that was proved through them."""
    while found:
        values = {**known, **found}
        wrong = {
            cell
            for linear in exact
            if not found.keys().isdisjoint(linear.cells) and not _may_hold(linear, values)
            for cell in linear.cells
            if cell in found
        }
        if not wrong:
            break
        spreading = True
        while spreading:
            before = len(wrong)
            for linear in used:
                if not wrong.isdisjoint(linear.cells):
                    wrong.update(cell for cell in linear.cells if cell in found)
            spreading = len(wrong) > before
        found = {cell: value for cell, value in found.items() if cell not in wrong}
    return found


def _may_hold(linear: Linear, values: Mapping[str, Number]) -> bool:
    """Whether nonnegative values of the unknown cells could make the edit hold."""
    balance, over, under = _weigh(linear, values)
    return not ((not under and balance > 0) or (not over and balance < 0))


def _weigh(linear: Linear, values: Mapping[str, Number]) -> tuple[Number, list[str], list[str]]:
    """The known plus cells less the known minus cells, and the unknown cells of either side."""
    whole = linear.balance(values)
    if whole is not None:
        return whole, [], []
    balance: Number = 0
    over: list[str] = []
    under: list[str] = []
    for cell in linear.plus:
        value = values.get(cell)
        if value is None:
            over.append(cell)
        else:
            balance += value
    for cell in linear.minus:
        value = values.get(cell)
        if value is None:
            under.append(cell)
        else:
            balance -= value
    return balance, over, under


def _bounded(usable: Sequence[Linear], known: Mapping[str, Number]) -> dict[str, int] | None:
    """What interval propagation adds where no edit has a single unknown left. None where the edits contradict."""
    low: dict[str, int] = {}
    high: dict[str, int | None] = {}
    touching: dict[str, list[int]] = {}
    for number, linear in enumerate(usable):
        for cell in linear.cells:
            value = known.get(cell)
            low[cell] = 0 if value is None else int(value)
            high[cell] = None if value is None else int(value)
            if value is None:
                touching.setdefault(cell, []).append(number)
    waiting = deque(range(len(usable)))
    queued = set(waiting)
    budget = _ROUNDS * len(usable)
    while waiting and budget:
        budget -= 1
        number = waiting.popleft()
        queued.discard(number)
        for cell in _tighten(usable[number], low, high):
            for other in touching[cell]:
                if other not in queued:
                    queued.add(other)
                    waiting.append(other)
    out: dict[str, int] = {}
    for cell, bottom in low.items():
        top = high[cell]
        if top is not None and top < bottom:
            return None
        if cell not in known and top == bottom:
            out[cell] = bottom
    return out


def _tighten(linear: Linear, low: dict[str, int], high: dict[str, int | None]) -> set[str]:
    """One edit's bounds on each of its open cells: the cells of which a bound moved."""
    moved: set[str] = set()
    for own, other in ((linear.plus, linear.minus), (linear.minus, linear.plus)):
        other_low = sum([low[cell] for cell in other])
        other_high = _top(other, high)
        for cell in own:
            if high[cell] == low[cell]:
                continue
            if other_high is not None:
                top = other_high - sum([low[one] for one in own if one != cell])
                current = high[cell]
                if current is None or top < current:
                    high[cell] = top
                    moved.add(cell)
            if other_low > low[cell]:
                rest = _top([one for one in own if one != cell], high)
                if rest is not None and other_low - rest > low[cell]:
                    low[cell] = other_low - rest
                    moved.add(cell)
    return moved


def _top(cells: Sequence[str], high: Mapping[str, int | None]) -> int | None:
    total = 0
    for cell in cells:
        top = high[cell]
        if top is None:
            return None
        total += top
    return total
