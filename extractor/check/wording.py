"""A broken identity written out, in Chinese and in English: 总计 0 ≠ 结果维持 10 + 结果纠正 1 + … = 11."""

import re
from collections.abc import Iterable, Mapping, Sequence

from extractor.forms.model import Form
from extractor.reconcile.linear import Linear
from extractor.reconcile.operations import Move, Operation
from extractor.report import Number, Verdict

__all__ = ["VERDICT_ZH", "explained", "short_label", "written"]

VERDICT_ZH = {Verdict.CLEAN: "相符", Verdict.REVIEW: "待核", Verdict.FAILED: "未读出"}

_ALL_SHOWN = 6
_REMARK = re.compile(r"(?<=.)[（(][^（()）]*[)）]$")
_MOVES = {
    Move.SWAP: ("相邻两格疑似互换", "two neighbouring cells may have changed places"),
    Move.SHIFT: ("该行数字疑似错了一栏", "the figures of a row may stand one column over"),
    Move.LEFT_OUT: (
        "差额恰为该行全部数字，该行疑似未计入合计或重复计列",
        "the differences are just the figures of a row, which the totals may leave out, or other rows already count",
    ),
}


_SIGNS = {(True, True): "=", (True, False): "≠", (False, True): "≤", (False, False): ">"}


def written(form: Form, linear: Linear, values: Mapping[str, Number], *, holds: bool | None = False) -> tuple[str, str]:
    """The two sides of an edit with all their figures, the total's side first; broken unless told otherwise. A cell
    without a value is blank. `holds` None: that cannot be told."""
    sides = sorted((linear.plus, linear.minus), key=len) if linear.exact else (linear.plus, linear.minus)
    sign = "?" if holds is None else _SIGNS[linear.exact, holds]
    subject = _shared(form, linear)
    names, ids = _chinese_names(form, linear), _english_names(linear)
    chinese = f" {sign} ".join(_side(side, values, names, "空白", "（其余 {} 项为 0）") for side in sides)
    english = f" {sign} ".join(_side(side, values, ids, "blank", " ({} more are 0)") for side in sides)
    return f"{subject[0]}：{chinese}", f"{subject[1]}: {english}"


def explained(form: Form, moves: Iterable[Operation]) -> tuple[str, str]:
    """What moves of several figures would explain, as a sentence to add; empty if there are none."""
    chinese, english = "", ""
    for move in moves:
        rows = dict.fromkeys(cell.rsplit(".", 1)[0] for cell, _ in move.becomes)
        labels = "、".join(
            short_label(form.cells[next(c for c, _ in move.becomes if c.startswith(f"{row}."))][1].labels[0])
            for row in rows
        )
        said = _MOVES[move.move]
        chinese += f"；{labels}：{said[0]}"
        english += f"; {', '.join(row.split('.')[1] for row in rows)}: {said[1]}"
    return chinese, english


def short_label(label: str) -> str:
    """A printed label without the remark in brackets at its end."""
    return _REMARK.sub("", label)


def _shared(form: Form, linear: Linear) -> tuple[str, str]:
    """What the identity is about: the row of a row sum, the column of a column sum."""
    _, row, column = form.cells[linear.cells[0]]
    if linear.across_rows:
        return column.labels[0], column.id
    return short_label(row.labels[0]), row.id


def _chinese_names(form: Form, linear: Linear) -> Mapping[str, str]:
    places = {cell: form.cells[cell] for cell in linear.cells}
    if linear.across_rows:
        return {cell: short_label(row.labels[0]) for cell, (_, row, _) in places.items()}
    return {cell: column.labels[0] for cell, (_, _, column) in places.items()}


def _english_names(linear: Linear) -> Mapping[str, str]:
    part = 1 if linear.across_rows else 2
    return {cell: cell.split(".")[part] for cell in linear.cells}


def _side(cells: Sequence[str], values: Mapping[str, Number], names: Mapping[str, str], blank: str, others: str) -> str:
    brief = len(cells) > _ALL_SHOWN
    shown = [cell for cell in cells if not brief or values.get(cell) != 0] or list(cells[:1])
    out = " + ".join(f"{names[cell]} {values.get(cell, blank)}" for cell in shown)
    if len(cells) > 1:
        out += f" = {sum((values.get(cell, 0) for cell in cells), start=0)}"
    rest = len(cells) - len(shown)
    return out + (others.format(rest) if rest else "")
