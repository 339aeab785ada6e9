"""Units: a figure printed in 元 or 亿元 under a form that counts in 万元, and "1.2万件" where items are counted."""

import re
from decimal import Context, Decimal

from extractor.forms.model import Kind, Table
from extractor.read.figures import UNIT_PATTERN
from extractor.read.fold import fold
from extractor.report import Number

__all__ = ["head_units", "scaled"]

_UNIT = re.compile(rf"(?:{UNIT_PATTERN})|[十百]")
_PARTS = re.compile(r"([十百千万亿]*)(.*)")
_POWERS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
# Wide enough for every digit that a figure may have, before and after the point.
_EXACT = Context(prec=80)
_MONEY = "元"
_HEAD_UNIT = re.compile(r"\s*\(\s*(?:单位)?\s*[:]?\s*((?:千|万|百万|亿)?元)\s*\)")


def scaled(value: Number, printed_unit: str | None, form_unit: str | None) -> Number | None:
    """`value`, printed with `printed_unit`, in the unit of the form; None where it cannot be told or is no whole count.

    `form_unit`: the unit of the form's column or row (万元, 元, 件), None for a count of whatever is counted. Nothing
    printed means the form's own unit. Decimals are exact; an int comes back where no decimals remain.
    """
    form_power, form_base = _parts(form_unit or "")
    if printed_unit is None:
        return value
    if _UNIT.fullmatch(printed_unit) is None:
        return None
    power, base = _parts(printed_unit)
    if form_base == _MONEY:
        # 3万 under 万元 is 30,000 元; 4千 there may be 4,000 元 or 4,000 times the unit.
        if base not in (_MONEY, "") or (not base and power < form_power):
            return None
    elif base == _MONEY:
        return None
    # Bodies count the same things as 件, 条, 项 or 个: only the multiplier tells of another figure.
    shifted = Decimal(value).scaleb(power - form_power, _EXACT)
    if shifted == shifted.to_integral_value(context=_EXACT):
        return int(shifted)
    return shifted if form_base == _MONEY else None


def head_units(folded: str, table: Table) -> dict[str, str]:
    """The money units that the printed column heads name (本年收费金额（单位：元）), by column, where they name one."""
    out: dict[str, str] = {}
    for column in table.columns:
        if column.kind is not Kind.AMOUNT:
            continue
        for label in column.labels:
            words = fold(label).split("(")[0]
            at = folded.find(words)
            match = _HEAD_UNIT.match(folded, at + len(words)) if at >= 0 else None
            if match is not None:
                out[column.id] = match[1]
                break
    return out


def _parts(unit: str) -> tuple[int, str]:
    """The power of ten that a unit multiplies with, and what is left: (4, 元) of 万元."""
    found = _PARTS.fullmatch(unit)
    if found is None:
        return 0, unit
    return sum(_POWERS[multiplier] for multiplier in found[1]), found[2]
