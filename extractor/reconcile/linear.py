"""Edits as linear forms over the cells that a document really has.

Which operands an identity has depends on what was printed: a group's details or its subtotal alone; an optional row or
none. Resolved for a document, an edit is a sum of signed cells that must be zero (equal) or not above zero (at most).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TypeAlias

from extractor.forms.model import Edit, EditKind, Form, Term
from extractor.report import Number

__all__ = ["Linear", "resolve"]


@dataclass(frozen=True)
class Linear:
    """`plus` minus `minus` is zero (`exact`), or at most zero. `edit` is the identity it came from.

    `complete` is false where an optional row was left out because it was not found: it may be lost, not absent, so
    the identity can be checked but proves nothing.
    """

    edit: Edit
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    exact: bool
    complete: bool = True

    def __reduce__(self) -> "tuple[type[Linear], tuple[object, ...]]":
        # Without what is cached: it holds functions, which do not travel between processes.
        return Linear, (self.edit, self.plus, self.minus, self.exact, self.complete)

    @cached_property
    def cells(self) -> tuple[str, ...]:
        return self.plus + self.minus

    def balance(self, values: Mapping[str, Number]) -> Number | None:
        """`plus` less `minus`; None where a cell has no value."""
        try:
            return sum(self._plus_of(values)) - sum(self._minus_of(values))
        except KeyError:
            return None

    @cached_property
    def _plus_of(self) -> "_Getter":
        return _getter(self.plus)

    @cached_property
    def _minus_of(self) -> "_Getter":
        return _getter(self.minus)

    @cached_property
    def across_rows(self) -> bool:
        """Whether it is over several rows; one within a row says nothing about where the row belongs."""
        return len({cell.rsplit(".", 1)[0] for cell in self.cells}) > 1


_Getter: TypeAlias = Callable[[Mapping[str, Number]], tuple[Number, ...]]


def _getter(cells: tuple[str, ...]) -> _Getter:
    """The values of `cells`, all at once: most edits of most documents have all their operands."""
    if len(cells) > 1:
        return itemgetter(*cells)
    (only,) = cells
    return lambda values: (values[only],)


_MOST_KEPT = 512
_resolved: dict[tuple[int, frozenset[str]], tuple[Form, tuple[Linear, ...]]] = {}


def resolve(form: Form, present: Collection[str]) -> tuple[Linear, ...]:
    """The identities of `form` over a document in which the cells `present` were found, printed or blank.

    Memoised: most documents of a form have the same cells.
    """
    key = (id(form), frozenset(present))
    known = _resolved.get(key)
    if known is not None and known[0] is form:
        return known[1]
    if len(_resolved) >= _MOST_KEPT:
        _resolved.clear()
    edits = tuple(_resolve(form, present))
    _resolved[key] = (form, edits)
    return edits


def _resolve(form: Form, present: Collection[str]) -> Iterator[Linear]:
    for edit in form.edits:
        (plus, whole_left), (minus, whole_right) = _side(edit.left, present), _side(edit.right, present)
        plus_cells = [cell for sign, cell in plus if sign > 0] + [cell for sign, cell in minus if sign < 0]
        minus_cells = [cell for sign, cell in minus if sign > 0] + [cell for sign, cell in plus if sign < 0]
        if plus_cells and minus_cells:
            exact = edit.kind is EditKind.EQUAL
            yield Linear(edit, tuple(plus_cells), tuple(minus_cells), exact, whole_left and whole_right)


def _side(terms: Iterable[Term], present: Collection[str]) -> tuple[list[tuple[int, str]], bool]:
    out: list[tuple[int, str]] = []
    complete = True
    for term in terms:
        printed = any(cell in present for cell in term.cells)
        if not printed and term.subtotal is not None and term.subtotal in present:
            out.append((term.sign, term.subtotal))
        elif printed or not term.optional:
            out.extend((term.sign, cell) for cell in term.cells)
        else:
            complete = False
    return out, complete
