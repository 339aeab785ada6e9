"""Edits as linear forms over the cells that a document really has.

Which operands an identity has depends on what was printed: a group's details or its subtotal alone; an optional row or
none. Resolved once per document, an edit is a sum of signed cells that must be zero (equal) or not above zero (at most).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from extractor.forms.model import Edit, EditKind, Form, Term

__all__ = ["Linear", "resolve"]


@dataclass(frozen=True, slots=True)
class Linear:
    """`plus` minus `minus` is zero, or at most zero. `edit` is the identity it came from.

    `complete` is false where an optional row was left out because it was not found: it may be lost, not absent, so
    the identity can be checked but proves nothing.
    """

    edit: Edit
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    complete: bool = True

    @property
    def cells(self) -> tuple[str, ...]:
        return self.plus + self.minus

    @property
    def exact(self) -> bool:
        return self.edit.kind is EditKind.EQUAL


def resolve(form: Form, present: Collection[str]) -> tuple[Linear, ...]:
    """The identities of `form` over a document in which the cells `present` were found, printed or blank."""
    out: list[Linear] = []
    for edit in form.edits:
        (plus, whole_left), (minus, whole_right) = _side(edit.left, present), _side(edit.right, present)
        plus_cells = [cell for sign, cell in plus if sign > 0] + [cell for sign, cell in minus if sign < 0]
        minus_cells = [cell for sign, cell in minus if sign > 0] + [cell for sign, cell in plus if sign < 0]
        if plus_cells and minus_cells:
            out.append(Linear(edit, tuple(plus_cells), tuple(minus_cells), whole_left and whole_right))
    return tuple(out)


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
