"""Repair: of figures that were misread, by the identities that they break.

Deductive correction before imputation (de Waal, Pannekoek and Scholtus 2011): among what the readers may have done to
the figures, the cheapest set of slips under which the identities hold, against the other explanation, that the report
itself does not add up. What is printed in a cell of its own is never touched.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from extractor.forms.model import Form
from extractor.parse.readings import Choice, Origin
from extractor.reconcile.faults import Explained, explain
from extractor.reconcile.linear import Linear
from extractor.reconcile.misread import misplacements, misreadings
from extractor.reconcile.operations import Move, Operation
from extractor.reconcile.propagate import broken
from extractor.reconcile.solve import Solution
from extractor.reconcile.sources import Read, is_whole, read_of
from extractor.report import Cell, Evidence, Reason, Status, nil_cells

__all__ = ["repair"]

# Two readers that agree outweigh what any identity says of one figure.
_READER_COST = 21
# Another explanation that costs this much more is still one: less than a slip that the cheapest does without.
_SLACK = 4
# One identity alone tells that something is wrong, not what.
_LEAST_MENDED = 2
_CUT_SHORT = Reason(
    "an identity is broken, and the search for what was misread was cut short", "勾稽关系不符，对误读的查找未能完成"
)
_UNEXPLAINED = Reason(
    "an identity is broken, and no known misreading explains it for certain",
    "勾稽关系不符，已知的误读情形均不能确切解释",
)
_SEVERAL = Reason("an identity is broken, and several repairs would make it hold", "勾稽关系不符，有多种修正可使其相符")
_READ_AS_BLANK = Reason("read as blank; the identities admit only this value", "读成空白，按勾稽关系只能是此值")
_MISREAD = {
    Move.SWAP: "相邻两格互换",
    Move.SHIFT: "错了一栏",
    Move.LEFT_OUT: "该行未计入合计",
    Move.DIGIT: "误认一位数字",
    Move.LOST_DIGIT: "漏读一位数字",
    Move.ADDED_DIGIT: "多读一位数字",
    Move.TURNED: "相邻两位数字颠倒",
    Move.LOST_FIGURE: "漏读整个数字",
    Move.GLUED: "相邻两格的数字粘连",
    Move.OTHER_READING: "另有读法",
}


def repair(
    text: str, form: Form, cells: Mapping[str, Cell], edits: Sequence[Linear], choices: Sequence[Choice]
) -> dict[str, Cell]:
    """The cells that change, corrected or disputed. `cells`: what was read, before anything is derived from it."""
    nil = nil_cells(cells)
    values = {
        cell: state.value
        for cell, state in cells.items()
        if state.status is Status.REPORTED and state.value is not None
    }
    several = len({choice.reader for choice in choices}) > 1
    usable = [linear for linear in edits if linear.complete]
    if not several and not any(broken(linear, values, nil) for linear in usable):
        return {}
    read = read_of(choices)
    contested = {cell for cell, one in read.items() if one.disputed and cells[cell].status is Status.DISPUTED}
    known = {cell: int(cells[cell].value or 0) for cell in (*values, *contested) if is_whole(cells[cell].value)}
    known.update(dict.fromkeys(nil, 0))
    failed = [one for one in usable if all(cell in known for cell in one.cells) and broken(one, known)]
    origins = {cell: origin for cell, one in read.items() if cell in known and (origin := one.misreadable(known[cell]))}
    operations = [
        *misreadings(failed, known, nil, origins),
        *_touching(failed, misplacements(usable, known, nil, origins)),
        *_other_readings(contested, read, known),
    ]
    scanned = {cell for linear in failed for cell in linear.cells if origins.get(cell) is Origin.SCAN}
    if not operations and not scanned:
        return {}
    out: dict[str, Cell] = {}
    uncertain: list[Linear] = []
    for part in explain(form, usable, known, operations, contested, slack=_SLACK):
        for cell in sorted({*part.possible, *scanned.intersection(c for one in part.failed for c in one.cells)}):
            changed = _changed(text, cell, cells, part, read[cell])
            if changed is not None:
                out[cell] = changed
        uncertain += [one for one in part.failed if _unsure(one, part, out)]
    # Where a slip is not sure enough to be undone, what it would leave as it is in the same sum is not sure either.
    for cell in {cell for linear in uncertain for cell in linear.cells if cell in scanned and cell not in out}:
        out[cell] = _disputed(cells[cell], (), _UNEXPLAINED)
    return out


def _unsure(linear: Linear, part: Explained, out: Mapping[str, Cell]) -> bool:
    """Whether a known slip explains the broken edit, and not enough edits meet in it for it to be undone."""
    operations = () if part.solution is None else part.solution.operations
    return any(
        _mended(one, part.failed) < _LEAST_MENDED
        for one in operations
        for cell, _ in one.becomes
        if cell in linear.cells and cell in out and out[cell].status is Status.DISPUTED
    )


def _mended(operation: Operation, failed: Sequence[Linear]) -> int:
    """How many broken edits meet in what the operation moved."""
    cells = {cell for cell, _ in operation.becomes}
    return sum(1 for linear in failed if not cells.isdisjoint(linear.cells))


def _touching(failed: Sequence[Linear], operations: Iterable[Operation]) -> Iterator[Operation]:
    where = {cell for linear in failed for cell in linear.cells}
    return (one for one in operations if any(cell in where for cell, _ in one.becomes))


def _other_readings(
    contested: Iterable[str], read: Mapping[str, Read], known: Mapping[str, int]
) -> Iterator[Operation]:
    """What other readers read. A figure in a cell of its own gives way to no reader: it is printed so."""
    for cell in sorted(contested):
        readers = read[cell].readers
        if known[cell] in read[cell].printed:
            continue
        support = len(readers.get(known[cell], ()))
        for value, names in readers.items():
            if value != known[cell]:
                yield Operation(Move.OTHER_READING, ((cell, value),), _READER_COST * max(0, support - len(names)))


def _changed(text: str, cell: str, cells: Mapping[str, Cell], part: Explained, read: Read) -> Cell | None:
    """What the explanation makes of a cell that a reader may have misread; None: nothing."""
    state, solution = cells[cell], part.solution
    if solution is None or not solution.whole:
        return _disputed(state, (), _CUT_SHORT)
    seen = solution.seen.get(cell, ())
    if cell not in solution.agreed:
        others = tuple(other for other in seen if other != state.value)
        return _disputed(state, others, _SEVERAL) if others else None
    if state.status is Status.DISPUTED:
        value = solution.seen[cell][0]
        return _settled(text, value, read) if value in read.figures else _disputed(state, (), _UNEXPLAINED)
    if cell not in solution.becomes:
        return None
    return _repaired(cell, solution.becomes[cell], cells, part.failed, solution, read)


def _repaired(
    cell: str, value: int, cells: Mapping[str, Cell], failed: Sequence[Linear], solution: Solution, read: Read
) -> Cell | None:
    """A cell that the cheapest explanation gives another value, by a slip of the reader or by a fault of the source."""
    state = cells[cell]
    undone = next((one for one in solution.operations if any(name == cell for name, _ in one.becomes)), None)
    mended = 0 if undone is None else _mended(undone, failed)
    if undone is None and Origin.SCAN not in read.origins:
        return None
    if undone is None or mended < _LEAST_MENDED:
        return _disputed(state, (value,), _UNEXPLAINED)
    if undone.move is Move.LOST_FIGURE:
        return Cell(value, Status.DERIVED, ("identities",), None, state.printed).for_reason(_READ_AS_BLANK)
    because = _misread(undone.move, mended)
    if undone.move in (Move.SHIFT, Move.GLUED):
        return _moved(value, cells, undone, because)
    return state._replace(value=value, status=Status.CORRECTED).for_reason(because)


def _misread(move: Move, mended: int) -> Reason:
    return Reason(
        f"misread ({move.value.replace('_', ' ')}): the only smallest repair, it mends {mended} identities",
        f"误读（{_MISREAD[move]}）：此为唯一的最小修正，可使 {mended} 条勾稽关系相符",
    )


def _moved(value: int, cells: Mapping[str, Cell], undone: Operation, because: Reason) -> Cell:
    """A cell that gets its figure from a neighbour, or gives it up to one."""
    if not value:
        # What stood here before the figure was put here is not known: that is for the identities to say.
        return Cell(None, Status.MISSING).for_reason(because)
    others = [cells[name] for name, _ in undone.becomes if cells[name].evidence is not None]
    donor = next((one for one in others if one.value == value), others[0])
    return donor._replace(value=value, status=Status.CORRECTED).for_reason(because)


def _settled(text: str, value: int, read: Read) -> Cell:
    """A cell that the readers disagreed on, decided by the identities."""
    reading = read.figures[value]
    others = [str(other) for other in read.figures if other != value]
    cell = Cell(
        reading.value,
        Status.REPORTED,
        tuple(read.readers[value]),
        Evidence(reading.start, reading.end, text[reading.start : reading.end]),
        reading.printed,
        unit=reading.unit,
    )
    return cell.for_reason(
        Reason(
            f"another reader read {', '.join(others)}; the identities admit only this one",
            f"另有读数 {'、'.join(others)}，按勾稽关系只能是此值",
        )
    )


def _disputed(state: Cell, others: Sequence[int], because: Reason) -> Cell:
    alternatives = tuple(dict.fromkeys([*state.alternatives, *others]))
    return state._replace(status=Status.DISPUTED, alternatives=alternatives).for_reason(because)
