"""From readings to cells: what is agreed is reported, what follows is derived, what remains open is disputed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from extractor.forms.model import Form
from extractor.parse.readings import Choice, Fact, Reading, ReadingKind
from extractor.read.document import Document
from extractor.reconcile.choose import surviving
from extractor.reconcile.linear import Linear, resolve
from extractor.reconcile.propagate import broken, implied
from extractor.report import Cell, Evidence, Number, Status

__all__ = ["Settled", "settle"]

_MISSING = Cell(None, Status.MISSING)
_DERIVED_BECAUSE = "not printed; the identities admit only this value"


@dataclass(frozen=True, slots=True)
class Settled:
    """Every cell of the form, and the identities over those that the document has."""

    cells: dict[str, Cell]
    edits: tuple[Linear, ...]


@dataclass(slots=True)
class _Said:
    """One thing that is said of a cell, with all its weight; `reading` None: that it is not there."""

    reading: Reading | None
    weight: float


def settle(document: Document, form: Form, choices: Sequence[Choice], facts: Sequence[Fact] = ()) -> Settled:
    """Decide every cell of `form` from all readings; never more than they and the identities prove."""
    present = {reading.cell for choice in choices for way in choice.alternatives for reading in way.readings}
    edits = resolve(form, present)
    kept = surviving(choices, edits)
    said = _collect(choices, kept)
    cells = {cell: _decide(document, said[cell]) if cell in said else _MISSING for cell in form.cells}
    present |= _from_prose(document, form, cells, facts, present, edits)
    edits = resolve(form, present)
    _doubt_unlabelled(cells, edits, choices)
    _derive(form, cells, edits)
    return Settled(cells, edits)


def _doubt_unlabelled(cells: dict[str, Cell], edits: Sequence[Linear], choices: Sequence[Choice]) -> None:
    """Dispute figures of rows without a label of their own where an identity breaks on them: they may lie elsewhere.
    With no label even near, an identity has to confirm them."""
    nameless: dict[str, bool] = {}
    for choice in choices:
        if choice.unlabelled:
            nameless.update((reading.cell, choice.nameless) for way in choice.alternatives for reading in way.readings)
    if not nameless:
        return
    known = _known(cells)
    nil = {cell for cell, state in cells.items() if state.status in (Status.BLANK, Status.NOT_APPLICABLE)}
    failed: set[str] = set()
    confirmed: set[str] = set()
    for linear in edits:
        if not linear.exact or not _across_rows(linear) or nameless.keys().isdisjoint(linear.cells):
            continue
        if broken(linear, known, nil):
            failed.update(linear.cells)
        elif all(cell in known or cell in nil for cell in linear.cells):
            confirmed.update(linear.cells)
    for cell, bare in nameless.items():
        state = cells[cell]
        if state.status is Status.REPORTED and (cell in failed or (bare and cell not in confirmed)):
            because = "the row has no label of its own, and no identity confirms its place"
            cells[cell] = replace(state, status=Status.DISPUTED, alternatives=(None,), because=because)


def _across_rows(linear: Linear) -> bool:
    """Whether the identity is over several rows; one within a row says nothing about where the row belongs."""
    return len({cell.rsplit(".", 1)[0] for cell in linear.cells}) > 1


def _collect(
    choices: Sequence[Choice], kept: Sequence[tuple[int, ...]]
) -> dict[str, list[tuple[Choice, list[_Said]]]]:
    """For every cell, choice by choice, what the surviving alternatives say."""
    out: dict[str, list[tuple[Choice, list[_Said]]]] = defaultdict(list)
    for choice, indexes in zip(choices, kept, strict=True):
        ways = [choice.alternatives[index] for index in indexes]
        if len(ways) == 1:
            for reading in ways[0].readings:
                out[reading.cell].append((choice, [_Said(reading, 1.0)]))
            continue
        total = sum(way.weight for way in ways)
        likeliest = max(ways, key=lambda way: way.weight)
        by_cell: dict[str, dict[tuple[ReadingKind, Number | None], _Said]] = defaultdict(dict)
        mass: dict[str, float] = defaultdict(float)
        for way in ways:
            for reading in way.readings:
                share = way.weight / total
                mass[reading.cell] += share
                known = by_cell[reading.cell].get((reading.kind, reading.value))
                if known is None:
                    by_cell[reading.cell][reading.kind, reading.value] = _Said(reading, share)
                else:
                    known.weight += share
        for cell, things in by_cell.items():
            # The likeliest way as a whole comes first, so that a disputed row is shown as one that could stand.
            listed = sorted(things.values(), key=lambda one: (one.reading not in likeliest.readings, -one.weight))
            if mass[cell] < 1 - 1e-9:
                listed.append(_Said(None, 1 - mass[cell]))
            out[cell].append((choice, listed))
    return out


def _decide(document: Document, said: list[tuple[Choice, list[_Said]]]) -> Cell:
    choice, things = said[0]
    agreed = False
    if len(said) > 1:
        every = [one for _, listed in said for one in listed]
        numbers = {one.reading.value for one in every if one.reading is not None and one.reading.value is not None}
        if len(numbers) > 1:
            return _disputed(document, every, "printed more than once, with different figures")
        sure = [(source, listed) for source, listed in said if _number(listed) is not None]
        if sure:
            choice, things = sure[0]
            agreed = len(sure) == len(said)
    if len(things) == 1:
        reading = things[0].reading
        if reading is None:
            return _MISSING
        if choice.doubted and not agreed and reading.kind is ReadingKind.NUMBER:
            return _disputed(document, things, choice.because or "doubted")
        return _cell(document, reading, choice)
    first = things[0].reading
    values = {0 if one.reading is None else one.reading.value or 0 for one in things}
    if values == {0} and not choice.doubted and first is not None and all(one.reading is not None for one in things):
        return _cell(document, first, choice)
    return _disputed(document, things, choice.because or "several readings are possible")


def _number(listed: Sequence[_Said]) -> Number | None:
    """The figure that a choice is sure of."""
    reading = listed[0].reading
    return reading.value if len(listed) == 1 and reading is not None else None


def _cell(document: Document, reading: Reading, choice: Choice | None) -> Cell:
    if reading.kind is ReadingKind.BLANK:
        return Cell(None, Status.BLANK, ("rules",), None, "")
    evidence = Evidence(reading.start, reading.end, document.text[reading.start : reading.end])
    if reading.kind is ReadingKind.NOT_APPLICABLE:
        return Cell(None, Status.NOT_APPLICABLE, ("rules",), evidence, reading.printed)
    because = choice.because if choice is not None and len(choice.alternatives) > 1 else None
    return Cell(reading.value, Status.REPORTED, ("rules",), evidence, reading.printed, because=because, unit=reading.unit)


def _disputed(document: Document, things: Iterable[_Said], because: str) -> Cell:
    listed = list(things)
    likeliest = listed[0].reading
    value = None if likeliest is None else likeliest.value
    others: list[Number | None] = []
    for one in listed:
        other = None if one.reading is None else one.reading.value
        if other != value and other not in others:
            others.append(other)
    evidence = None
    printed = None
    unit = None
    shown = likeliest if likeliest is not None else next((one.reading for one in listed if one.reading), None)
    if shown is not None:
        evidence = Evidence(shown.start, shown.end, document.text[shown.start : shown.end])
        printed, unit = shown.printed, shown.unit
    return Cell(value, Status.DISPUTED, ("rules",), evidence, printed, tuple(others), because, unit)


def _from_prose(
    document: Document,
    form: Form,
    cells: dict[str, Cell],
    facts: Sequence[Fact],
    present: set[str],
    edits: Sequence[Linear],
) -> set[str]:
    """Fill missing cells from sentences; beside a table that lost the cell, only what an identity confirms is sure."""
    tables = {cell.split(".", 1)[0] for cell in present}
    stated: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if cells.get(fact.cell, _MISSING).status is Status.MISSING and fact.cell in form.cells:
            stated[fact.cell].append(fact)
    for cell, told in stated.items():
        values = {fact.value for fact in told}
        fact = told[0]
        evidence = Evidence(fact.start, fact.end, document.text[fact.start : fact.end])
        quote = document.text[fact.quote_start : fact.quote_end]
        if len(values) > 1:
            others = tuple(sorted(values - {fact.value}))
            because = "sentences state different figures"
            cells[cell] = Cell(fact.value, Status.DISPUTED, ("rules",), evidence, evidence.text, others, because)
        elif cell.split(".", 1)[0] in tables and not _confirmed(cell, fact.value, cells, edits):
            because = f"read from a sentence only, though the table was found: {quote}"
            cells[cell] = Cell(fact.value, Status.DISPUTED, ("rules",), evidence, evidence.text, (None,), because)
        else:
            because = f"read from a sentence: {quote}"
            cells[cell] = Cell(fact.value, Status.REPORTED, ("rules",), evidence, evidence.text, because=because)
    return set(stated)


def _confirmed(cell: str, value: Number, cells: Mapping[str, Cell], edits: Sequence[Linear]) -> bool:
    known = _known(cells)
    known[cell] = value
    touching = [linear for linear in edits if linear.exact and cell in linear.cells]
    complete = [linear for linear in touching if all(one in known for one in linear.cells)]
    return bool(complete) and not any(broken(linear, known) for linear in complete)


def _known(cells: Mapping[str, Cell]) -> dict[str, Number]:
    return {
        cell: state.value
        for cell, state in cells.items()
        if state.value is not None and state.status in (Status.REPORTED, Status.DERIVED)
    }


def _derive(form: Form, cells: dict[str, Cell], edits: Sequence[Linear]) -> None:
    """Fill what the identities prove. A printed blank stays blank where the proof says zero: it said so already."""
    if all(state.status is Status.REPORTED for state in cells.values()):
        return
    for cell, value in implied(form, edits, _known(cells)).items():
        state = cells[cell]
        if state.status is Status.MISSING:
            cells[cell] = Cell(value, Status.DERIVED, ("identities",), because=_DERIVED_BECAUSE)
        elif state.status is Status.BLANK and value:
            because = "left blank in the source; the identities admit only this value"
            cells[cell] = Cell(value, Status.DERIVED, ("identities",), None, "", because=because)
        elif state.status is Status.DISPUTED and value == state.value and None in state.alternatives:
            cells[cell] = Cell(value, Status.DERIVED, ("identities",), because=_DERIVED_BECAUSE)
        elif state.status is Status.DISPUTED and value == state.value:
            because = f"{state.because}; the identities admit only this one"
            cells[cell] = replace(state, status=Status.REPORTED, alternatives=(), because=because)
