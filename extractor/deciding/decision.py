"""One decision of a person about one cell of one document, and the line of JSON that it is kept as."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from extractor.check.wording import short_label
from extractor.errors import UsageError
from extractor.forms.model import Form, Kind
from extractor.report import Cell, JSONValue, Number, Report, Status

__all__ = ["MOST_CHARACTERS", "Decision", "DecisionKind", "Seen", "label_of", "made"]

VERSION = 1
MOST_CHARACTERS = 2_000
NO_FIGURE = (Status.BLANK, Status.NOT_APPLICABLE, Status.MISSING)
_BEYOND = 10**15
_FINEST = -9


class DecisionKind(StrEnum):
    """`confirm`: what is shown is right; `choose`: another of its readings is; `type`: something that nobody read is;
    `as_printed`: the source prints it so, and is wrong; `reviewed`: the whole document was gone through; `undo`."""

    CONFIRM = "confirm"
    CHOOSE = "choose"
    TYPE = "type"
    AS_PRINTED = "as_printed"
    REVIEWED = "reviewed"
    UNDO = "undo"


class Seen(NamedTuple):
    """What the program itself said of the cell when the person decided, without any decision."""

    value: Number | None
    status: Status


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision. `document`: sha256 of the source; `cell`: a cell id, empty where it is about the whole document.

    `value` with `status` None is a figure that is printed; `status` blank, not_applicable or missing says that there is
    none, derived that it is not printed and follows. `form`, `label`: the form that the document was read as, and what
    the cell was called, so that a decision is not taken for one about another cell when forms change.
    `undoes`: of an undo, the id of what it undoes, which may be an undo itself. `digest`: of a whole review, what was
    reviewed. `foreign`: why a line of a newer version is not understood; it is kept and does nothing.
    """

    document: str
    cell: str
    kind: str
    value: Number | None = None
    status: Status | None = None
    author: str = ""
    at: str = ""
    note: str = ""
    seen: Seen | None = None
    form: str | None = None
    label: str | None = None
    undoes: str | None = None
    digest: str | None = None
    id: str = ""
    foreign: str | None = None

    def to_line(self) -> str:
        """One line of JSON without a line end; what is None or empty is left out."""
        out: dict[str, JSONValue] = {"v": VERSION, "id": self.id, "at": self.at, "author": self.author}
        out |= {"document": self.document, "cell": self.cell, "kind": self.kind}
        if self.kind != DecisionKind.UNDO and self.kind != DecisionKind.REVIEWED:
            out["value"] = _written(self.value)
        if self.status is not None:
            out["status"] = self.status.value
        if self.seen is not None:
            out["seen"] = {"value": _written(self.seen.value), "status": self.seen.status.value}
        for key in ("note", "form", "label", "undoes", "digest"):
            said = getattr(self, key)
            if said:
                out[key] = said
        return json.dumps(out, ensure_ascii=False)

    @classmethod
    def of_line(cls, line: str) -> "Decision":
        """Raises ValueError, which says what is wrong, for a line that is none."""
        try:
            raw = json.loads(line, parse_float=Decimal, parse_constant=_no_number)
        except (json.JSONDecodeError, RecursionError) as error:
            raise ValueError(f"not JSON ({error})") from None
        if not isinstance(raw, dict):
            raise ValueError("no JSON object")
        one = cls(
            _text(raw, "document"),
            _text(raw, "cell"),
            _text(raw, "kind"),
            author=_text(raw, "author"),
            at=_text(raw, "at"),
            note=_text(raw, "note"),
            form=_text(raw, "form") or None,
            label=_text(raw, "label") or None,
            undoes=_text(raw, "undoes") or None,
            digest=_text(raw, "digest") or None,
            id=_text(raw, "id"),
        )
        for key in ("document", "kind", "id"):
            if not getattr(one, key):
                raise ValueError(f"it has no '{key}'")
        version, foreign = raw.get("v"), None
        if not isinstance(version, int) or version > VERSION:
            foreign = f"version {version}"
        elif one.kind not in frozenset(DecisionKind):
            foreign = f"kind '{one.kind}'"
        try:
            status = None if raw.get("status") is None else Status(_text(raw, "status"))
            seen = _seen(raw.get("seen"))
            value = _number(raw.get("value"), "value")
            if foreign is None:
                _check(DecisionKind(one.kind), one.cell, value, status)
        except ValueError as error:
            # The line is whole, so it was written on purpose: by a version that says more than this one knows.
            return replace(one, foreign=foreign or str(error))
        return replace(one, value=value, status=status, seen=seen, foreign=foreign)


def made(
    report: Report,
    form: Form,
    cell: str,
    kind: DecisionKind,
    *,
    author: str,
    value: Number | None = None,
    status: Status | None = None,
    note: str = "",
) -> Decision:
    """A decision about a cell of `report`, as the program alone made it. Raises UsageError for one that cannot be.

    `confirm` and `as_printed` without a value take what is shown; a figure that was repaired has to be given, for what
    is printed is another. `choose` and `type` need a value or a status (blank, not_applicable, missing).
    """
    if cell not in form.cells:
        raise UsageError(f"form {form.id} has no cell '{cell}'")
    if max(len(note), len(author)) > MOST_CHARACTERS:
        raise UsageError(f"author and note have at most {MOST_CHARACTERS} characters")
    shown = report.cells[cell]
    if kind in (DecisionKind.CONFIRM, DecisionKind.AS_PRINTED):
        if value is None and status is None:
            value, status = _as_shown(shown, kind)
        if kind is DecisionKind.AS_PRINTED and value is None:
            raise UsageError(f"{cell}: nothing is printed there that could be wrong")
    elif kind not in (DecisionKind.CHOOSE, DecisionKind.TYPE):
        raise UsageError(f"'{kind.value}' is no decision about what a cell holds")
    if value is not None:
        value = _admitted(cell, value, form, kind)
    try:
        _check(kind, cell, value, status)
    except ValueError:
        raise UsageError(f"{cell}: give the figure, or say that it is blank, not applicable or missing") from None
    return Decision(
        report.source.sha256,
        cell,
        kind,
        value,
        status,
        author,
        note=note,
        seen=Seen(shown.value, shown.status),
        form=form.id,
        label=label_of(form, cell),
    )


def label_of(form: Form, cell: str) -> str:
    """What a cell is called, in the words of the form: row and column."""
    _, row, column = form.cells[cell]
    return f"{short_label(row.labels[0])} / {column.labels[0]}"


def _as_shown(shown: Cell, kind: DecisionKind) -> tuple[Number | None, Status | None]:
    if kind is DecisionKind.AS_PRINTED and shown.status in (Status.CORRECTED, Status.DERIVED):
        raise UsageError(f"what is shown ({shown.value}) is not what is printed: give the figure that is")
    if shown.value is None:
        # Nobody can confirm a dispute without an answer.
        if shown.status is Status.DISPUTED:
            raise UsageError("there is no value to confirm: choose a reading, or type what is printed")
        return None, shown.status
    return shown.value, Status.DERIVED if shown.status is Status.DERIVED else None


def _admitted(cell: str, value: Number, form: Form, kind: DecisionKind) -> Number:
    """`value`, if the cell admits it. What is printed against the rules may still be decided: as printed, or chosen."""
    if not _possible(value):
        raise UsageError(f"{cell}: no report holds a figure like that")
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if kind is DecisionKind.TYPE:
        if value < 0 and form.kinds[cell] is not Kind.CHANGE:
            raise UsageError(f"{cell}: {value} is below 0; where it is printed so, decide 'as printed'")
        if not isinstance(value, int) and form.kinds[cell] is not Kind.AMOUNT:
            raise UsageError(f"{cell}: {value} is no whole number; where it is printed so, decide 'as printed'")
    return value


def _check(kind: DecisionKind, cell: str, value: Number | None, status: Status | None) -> None:
    """Raises ValueError for a line that says nothing, or what no person decides."""
    if kind in (DecisionKind.UNDO, DecisionKind.REVIEWED):
        return
    if not cell:
        raise ValueError("it names no cell")
    if status is Status.DERIVED:
        if value is None:
            raise ValueError("what is derived has a value")
    elif (value is None) == (status not in NO_FIGURE) or status not in (None, *NO_FIGURE):
        raise ValueError("neither a figure nor that there is none")


def _written(value: Number | None) -> JSONValue:
    """A float where it gives the same figure back, else the digits as a text."""
    if value is None or isinstance(value, int):
        return value
    whole = float(value)
    return whole if Decimal(repr(whole)) == value else str(value)


def _possible(value: Number) -> bool:
    """Whether it is a figure of a size and a fineness that reports have."""
    if isinstance(value, int):
        return abs(value) < _BEYOND
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _FINEST and abs(value) < _BEYOND


def _number(value: object, what: str) -> Number | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = Decimal(value)
        except InvalidOperation:
            value = None
    if not isinstance(value, int | Decimal) or isinstance(value, bool) or not _possible(value):
        raise ValueError(f"'{what}' is no figure that a report can hold")
    return value


def _seen(raw: object) -> Seen | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise ValueError("'seen' is no object")
    return Seen(_number(raw.get("value"), "seen.value"), Status(_text(raw, "status")))


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"'{key}' is no text")
    return value


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")
