"""Identities over years as chains: which there are on a form, and what two consecutive reports say to each.

A chain joins cells of one year's report to cells of the year before. The chains of one identity (a column or a row
each) are a family: what is wrong with it is judged as a whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from extractor.audit.model import Filed, Operand
from extractor.forms.memo import once_for_each
from extractor.forms.model import Edit, EditKind, Form, Term
from extractor.report import Number, Status

__all__ = ["Chain", "Family", "Outcome", "Shape", "Unchecked", "examine", "families"]


class Shape(StrEnum):
    """`carried`: a cell repeats one of last year's; `cumulative`: it is last year's own plus what came in this year,
    so it never falls; `other`: anything else."""

    CARRIED = "carried"
    CUMULATIVE = "cumulative"
    OTHER = "other"


class Unchecked(StrEnum):
    """Why a chain could not be checked, the weightiest first: the earlier report's form has no such cell, or one of
    its cells was not found, could be read in several ways, or says 不适用."""

    NO_SUCH_CELL = "no_such_cell"
    MISSING = "missing"
    DISPUTED = "disputed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Chain:
    """One identity over years. `whole` is the id of the chain that it is a part of, as a column is of the total."""

    edit: Edit
    whole: str | None = None


@dataclass(frozen=True)
class Family:
    """The chains of one identity; `id` is what their ids begin with."""

    id: str
    shape: Shape
    chains: tuple[Chain, ...]

    @cached_property
    def last_year(self) -> frozenset[str]:
        """The cells that it needs of the year before."""
        terms = (term for chain in self.chains for term in (*chain.edit.left, *chain.edit.right) if term.last_year)
        return frozenset(cell for term in terms for cell in term.cells)


@dataclass(frozen=True, eq=False)
class Outcome:
    """A chain between two reports: `targets` must come to what `others` come to, or `unchecked` says why not told."""

    chain: Chain
    targets: tuple[Operand, ...] = ()
    others: tuple[Operand, ...] = ()
    unchecked: Unchecked | None = None

    @cached_property
    def operands(self) -> tuple[Operand, ...]:
        return self.targets + self.others

    @cached_property
    def value(self) -> Number:
        return _sum(self.targets)

    @cached_property
    def expected(self) -> Number:
        return _sum(self.others)

    @property
    def difference(self) -> Number:
        return self.value - self.expected

    @property
    def holds(self) -> bool:
        return self.value == self.expected or (self.chain.edit.kind is EditKind.AT_MOST and self.value < self.expected)

    @property
    def size(self) -> float:
        """The difference in relation to the figures."""
        largest = max(abs(float(self.value)), abs(float(self.expected)), 1.0)
        return abs(float(self.difference)) / largest

    def last_year(self, year: int) -> Number:
        """What comes from reports before `year`."""
        return _sum(tuple(one for one in self.others if one.filed.year < year))


@once_for_each
def families(form: Form) -> tuple[Family, ...]:
    """The families of `form` in the order of its identities."""
    wholes = _wholes(form)
    gathered: dict[str, list[Edit]] = {}
    for edit in form.edits_over_years:
        gathered.setdefault(edit.id.rsplit(".", 1)[0], []).append(edit)
    return tuple(_family(name, edits, wholes) for name, edits in gathered.items())


def _family(name: str, edits: Sequence[Edit], wholes: Mapping[str, frozenset[str]]) -> Family:
    by_cell = {edit.left[0].cells[0]: edit.id for edit in edits}
    chains = []
    for edit in edits:
        above = sorted(by_cell.keys() & wholes.get(edit.left[0].cells[0], frozenset()))
        chains.append(Chain(edit, by_cell[above[0]] if above else None))
    return Family(name, _shape(edits[0]), tuple(chains))


def _wholes(form: Form) -> dict[str, frozenset[str]]:
    """For each cell those that it adds up to with others, as the identities within a report say."""
    wholes: dict[str, set[str]] = {}
    for edit in form.edits:
        if edit.kind is EditKind.EQUAL and len(edit.right) == 1 and all(term.sign > 0 for term in edit.left):
            for cell in (cell for term in edit.left for cell in term.cells):
                wholes.setdefault(cell, set()).update(edit.right[0].cells)
    return {cell: frozenset(above) for cell, above in wholes.items()}


def _shape(edit: Edit) -> Shape:
    if len(edit.left) > 1:
        return Shape.OTHER
    if all(term.last_year for term in edit.right):
        return Shape.CARRIED if len(edit.right) == 1 else Shape.OTHER
    carried_on = any(term.last_year and term.cells == edit.left[0].cells for term in edit.right)
    return Shape.CUMULATIVE if carried_on and all(term.sign > 0 for term in edit.right) else Shape.OTHER


def examine(chain: Chain, this: Filed, before: Filed, forms: Mapping[str, Form]) -> Outcome | None:
    """What the two reports say to `chain`; None where this year's does not print that row and need not."""
    edit = chain.edit
    own = [cell for term in (*edit.left, *edit.right) if not term.last_year for cell in term.cells]
    dispensable = forms[this.form].dispensable
    if all(cell in dispensable and this.figure(cell).status is Status.MISSING for cell in own):
        return None
    target, *taken_off = edit.left
    targets = tuple(_operands(target, 1, this, before, forms))
    sides = [(term, 1) for term in edit.right if term.last_year]
    sides += [(term, 1) for term in edit.right if not term.last_year] + [(term, -1) for term in taken_off]
    others = tuple(one for term, side in sides for one in _operands(term, side, this, before, forms))
    return Outcome(chain, targets, others, _why_unchecked((*targets, *others), forms))


def _operands(term: Term, side: int, this: Filed, before: Filed, forms: Mapping[str, Form]) -> Iterator[Operand]:
    """The cells that `term` stands for in the report it is about: its details, or their subtotal alone."""
    filed = before if term.last_year else this
    cells = term.cells
    if all(filed.figure(cell).status is Status.MISSING for cell in cells):
        if term.optional and set(cells) <= forms[filed.form].cells.keys():
            return
        if term.subtotal is not None:
            cells = (term.subtotal,)
    for cell in cells:
        yield Operand(cell, filed, side * term.sign)


def _why_unchecked(operands: Sequence[Operand], forms: Mapping[str, Form]) -> Unchecked | None:
    if any(one.cell not in forms[one.filed.form].cells for one in operands):
        return Unchecked.NO_SUCH_CELL
    statuses = {one.figure.status for one in operands}
    return next((reason for status, reason in _UNCHECKED.items() if status in statuses), None)


def _sum(operands: Sequence[Operand]) -> Number:
    return sum((one.sign * one.counted for one in operands), start=0)


_UNCHECKED = {
    Status.MISSING: Unchecked.MISSING,
    Status.DISPUTED: Unchecked.DISPUTED,
    Status.NOT_APPLICABLE: Unchecked.NOT_APPLICABLE,
}
