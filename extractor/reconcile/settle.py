"""From readings to cells: what is agreed is reported, what was misread and can be told is corrected, what follows is
derived, what remains open is disputed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractor.forms.model import Form, Kind
from extractor.parse.readings import Alternative, Choice, Fact
from extractor.read.document import Document
from extractor.reconcile.choose import surviving
from extractor.reconcile.decide import MISSING, decide
from extractor.reconcile.linear import Linear, resolve
from extractor.reconcile.propagate import broken, implied
from extractor.reconcile.repair import repair
from extractor.reconcile.stated import decided_by_sentence, stated_cell
from extractor.report import Cell, Number, Reason, Status, nil_cells

__all__ = ["Settled", "settle"]

_NOT_PRINTED = Reason("not printed; the identities admit only this value", "原文未印，按勾稽关系只能是此值")
_LEFT_BLANK = Reason("left blank in the source; the identities admit only this value", "原文留空，按勾稽关系只能是此值")
_UNCONFIRMED = Reason(
    "the row has no label of its own, and no identity confirms its place",
    "该行无标签，且无勾稽关系可证实其位置",
)
_FAINT = Reason(
    "the picture is hardly legible, and no identity bears the figure out", "图像模糊难辨，且无勾稽关系可证实此数字"
)


@dataclass(frozen=True, slots=True)
class Settled:
    """Every cell of the form, and the identities over those that the document has."""

    cells: dict[str, Cell]
    edits: tuple[Linear, ...]


def settle(
    document: Document,
    form: Form,
    choices: Sequence[Choice],
    facts: Sequence[Fact] = (),
    *,
    misprinted: Collection[str] = (),
) -> Settled:
    """Decide every cell of `form` from all readings; never more than they and the identities prove.

    `misprinted`: cells that the source is known to print wrongly. The identities over them prove nothing.
    """
    present = {reading.cell for choice in choices for way in choice.alternatives for reading in way.readings}
    whole = resolve(form, present)
    edits = _trusted(whole, misprinted)
    kept = surviving(choices, edits)
    decided = decide(document.text, choices, kept)
    cells = {cell: decided.get(cell, MISSING) for cell in form.cells}
    _doubt_unlabelled(cells, edits, choices)
    cells.update(repair(document.text, form, cells, edits, choices))
    _doubt_faint(cells, edits, choices)
    _derive(form, cells, whole, misprinted)
    tabled = present
    if any(choice.untabled for choice in choices):
        tabled = {one.cell for way in _ways(choices) for one in way.readings}
    stated = _from_prose(document, form, cells, facts, tabled, edits)
    if stated:
        whole = resolve(form, present | stated)
        if any(cells[cell].status is Status.REPORTED for cell in stated):
            _derive(form, cells, whole, misprinted)
    return Settled(cells, whole)


def _ways(choices: Iterable[Choice]) -> Iterator[Alternative]:
    """All ways to read what stands in tables."""
    return (way for choice in choices if not choice.untabled for way in choice.alternatives)


def _trusted(edits: tuple[Linear, ...], misprinted: Collection[str]) -> tuple[Linear, ...]:
    if not misprinted:
        return edits
    return tuple(linear for linear in edits if not any(cell in misprinted for cell in linear.cells))


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
    nil = nil_cells(cells)
    failed: set[str] = set()
    confirmed: set[str] = set()
    for linear in edits:
        if not linear.exact or not linear.across_rows or nameless.keys().isdisjoint(linear.cells):
            continue
        if broken(linear, known, nil):
            failed.update(linear.cells)
        elif all(cell in known or cell in nil for cell in linear.cells):
            confirmed.update(linear.cells)
    for cell, bare in nameless.items():
        state = cells[cell]
        if state.status is Status.REPORTED and (cell in failed or (bare and cell not in confirmed)):
            disputed = state._replace(status=Status.DISPUTED, alternatives=(None,))
            cells[cell] = disputed.for_reason(_UNCONFIRMED)


def _doubt_faint(cells: dict[str, Cell], edits: Sequence[Linear], choices: Sequence[Choice]) -> None:
    """Dispute what was read from a picture hardly legible, unless an identity bears it out and none speaks against it.

    Two recognitions that agree say little there: both see the same blot. Nor does a repair, where so much is misread.
    """
    ways = (way for choice in choices if choice.faint for way in choice.alternatives)
    faint = {reading.cell for way in ways for reading in way.readings}
    if not faint:
        return
    repaired = {
        cell
        for cell in faint
        if cells[cell].value is not None and cells[cell].status in (Status.CORRECTED, Status.DERIVED)
    }
    known = {cell: value for cell, value in _known(cells).items() if cell not in repaired}
    nil = nil_cells(cells)
    borne_out: set[str] = set()
    failed: set[str] = set()
    for linear in edits:
        if not linear.exact or faint.isdisjoint(linear.cells):
            continue
        if broken(linear, known, nil):
            failed.update(linear.cells)
        elif all(cell in known or cell in nil for cell in linear.cells):
            figures = [cell for cell in linear.cells if known.get(cell)]
            # One figure and its total: the same digits twice, and a blot that hides what they are hides it twice.
            borne_out.update(set(linear.cells).difference(figures if len(figures) == 2 else ()))
    for cell in faint:
        state = cells[cell]
        read = state.status in (Status.REPORTED, Status.BLANK)
        if cell in repaired or (read and (cell in failed or cell not in borne_out)):
            cells[cell] = state._replace(status=Status.DISPUTED).for_reason(_FAINT)


def _from_prose(
    document: Document,
    form: Form,
    cells: dict[str, Cell],
    facts: Sequence[Fact],
    tabled: Iterable[str],
    edits: Sequence[Linear],
) -> set[str]:
    """Fill missing cells from sentences, and settle disputed ones that a sentence decides: those that changed."""
    tables = {cell.split(".", 1)[0] for cell in tabled}
    stated: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.cell in form.cells and cells[fact.cell].status in (Status.MISSING, Status.DISPUTED):
            stated[fact.cell].append(fact)
    changed: set[str] = set()
    for cell, told in stated.items():
        told.sort(key=lambda fact: not fact.bound)  # what is stated goes before what is only claimed
        if cells[cell].status is Status.DISPUTED:
            settled = decided_by_sentence(document.text, cells[cell], told)
        else:
            beside = cell.split(".", 1)[0] in tables
            pictured = _hardly_read(document, form, told[0])
            doubted = (beside or pictured) and not _confirmed(cell, told[0].value, cells, edits)
            settled = stated_cell(document.text, told, doubted=doubted, pictured=pictured)
        if settled is not None:
            cells[cell] = settled
            changed.add(cell)
    return changed


def _hardly_read(document: Document, form: Form, fact: Fact) -> bool:
    """Whether a sentence's figure comes from a picture that may have lost some of it: sentences are recognised once,
    and of a point nothing is left soonest."""
    pages = document.pages
    if pages is None or not pages.scanned(fact.start):
        return False
    return pages.faint(fact.start) or form.kinds[fact.cell] is Kind.AMOUNT


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
        if state.value is not None and state.status in (Status.REPORTED, Status.CORRECTED, Status.DERIVED)
    }


def _derive(form: Form, cells: dict[str, Cell], edits: Sequence[Linear], misprinted: Collection[str]) -> None:
    """Fill what the identities prove. A printed blank stays blank where the proof says zero: it said so already."""
    if all(state.status is Status.REPORTED for state in cells.values()):
        return
    for cell, value in implied(form, edits, _known(cells), misprinted).items():
        state = cells[cell]
        if state.status is Status.MISSING:
            cells[cell] = Cell(value, Status.DERIVED, ("identities",)).for_reason(_NOT_PRINTED)
        elif state.status is Status.BLANK and value:
            cells[cell] = Cell(value, Status.DERIVED, ("identities",), None, "").for_reason(_LEFT_BLANK)
        elif state.status is Status.DISPUTED and value == state.value:
            if state.alternatives and None not in state.alternatives:
                cells[cell] = state._replace(status=Status.REPORTED, alternatives=()).for_reason(_decided(state))
            else:
                # What was read may stand elsewhere: the value is proved, its evidence is not.
                cells[cell] = Cell(value, Status.DERIVED, ("identities",)).for_reason(_NOT_PRINTED)


def _decided(state: Cell) -> Reason:
    """Why one of several readings is taken: what made them several, and what ruled the others out."""
    return Reason(f"{state.because}; the identities admit only this one", f"{state.because_zh}；按勾稽关系只能是此值")
