"""How findings over years are said, in Chinese and in English, with every figure written out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from extractor.audit.chains import Outcome
from extractor.audit.model import Figure, Filed, Operand
from extractor.forms.model import EditKind, Form
from extractor.report import Number, Status

__all__ = [
    "Message",
    "cell_name",
    "duplicate_message",
    "figure_shown",
    "gap_message",
    "not_carried_message",
    "plain_message",
    "reshuffle_message",
    "restart_message",
]

_ORDINAL = re.compile(r"^(?:其中[：:])?(?:[（(]?[一二三四五六七八九十]+[）)、]、?|\d+[.．、])?")
_MOST_LISTED = 8

Forms = Mapping[str, Form]


class Message(NamedTuple):
    """The same in two languages."""

    zh: str
    en: str


def plain_message(one: Outcome, forms: Forms) -> Message:
    """`2023 上年结转 总计 12 ≠ 2022 结转下年度 总计 15`."""
    sign = "=" if one.holds else "≠"
    if one.chain.edit.kind is EditKind.AT_MOST:
        sign = "≤" if one.holds else ">"
    left, right = _target(one.targets, one.value, forms), _others(one.others, one.expected, forms)
    remarks = _remarks(one.operands)
    return Message(f"{left.zh} {sign} {right.zh}{remarks.zh}", f"{left.en} {sign} {right.en}{remarks.en}")


def not_carried_message(broken: Sequence[Outcome], forms: Forms) -> Message:
    """What last year left over, and that this year's report takes over nothing of it."""
    now, then = [one.targets[0] for one in broken], [one.others[0] for one in broken]
    here, there = _shared(now, forms), _shared(then, forms)
    left = sorted(then, key=lambda one: -one.counted)
    listed = _listed([(_own(one, then, forms), _shown(one.counted)) for one in left])
    remarks = _remarks((*now, *then))
    return Message(
        f"{now[0].filed.year} {here.zh} 各项均为 0，{then[0].filed.year} {there.zh} 则为 {listed.zh}："
        f"上年的数未承接{remarks.zh}",
        f"{here.en} {now[0].filed.year} is 0 throughout, {there.en} {then[0].filed.year} is not: {listed.en}: "
        f"nothing was carried over{remarks.en}",
    )


def reshuffle_message(whole: Outcome, parts: Sequence[Outcome], forms: Forms) -> Message:
    """The total agrees, its parts do not."""
    total = plain_message(whole, forms)
    targets = [one.targets[0] for one in parts]
    listed = _listed(
        [
            (_own(target, targets, forms), f"{_shown(one.value)} ≠ {_shown(one.expected)}")
            for target, one in zip(targets, parts, strict=True)
        ]
    )
    return Message(f"{total.zh}，但其各部分不同：{listed.zh}", f"{total.en}, but its parts differ: {listed.en}")


def restart_message(anew: Sequence[Outcome], years: tuple[int, int], forms: Forms) -> Message:
    """Cumulative figures that do not go on from last year's."""
    before, year = years
    targets = [one.targets[0] for one in anew]
    what = _shared(targets, forms)
    own = sum(one.value == one.expected - one.last_year(year) for one in anew)
    figures = [(f"{_shown(one.value)}（上年 {_shown(one.last_year(year))}）", one) for one in anew]
    listed = _listed([(_own(one.targets[0], targets, forms), text) for text, one in figures])
    listed_en = listed.en.replace("（上年 ", " (was ").replace("）", ")")
    rest = len(anew) - own
    return Message(
        f"{year} {what.zh} 重新起算：{own} 项等于本年数"
        + (f"，{rest} 项小于 {before} 年的数" if rest else "")
        + f"：{listed.zh}",
        f"{what.en} {year} begins anew: {own} just this year's"
        + (f", {rest} below {before}'s" if rest else "")
        + f": {listed_en}",
    )


def gap_message(before: int, after: int) -> Message:
    """Years for which no report is at hand."""
    years = [str(year) for year in range(before + 1, after)]
    few = len(years) <= _MOST_LISTED
    zh = "、".join(years) if few else f"{years[0]} 至 {years[-1]}"
    en = ", ".join(years) if few else f"{years[0]} to {years[-1]}"
    return Message(
        f"缺 {zh} 年的报告，{before} 年与 {after} 年之间不核对",
        f"no report for {en}: nothing is checked between {before} and {after}",
    )


def duplicate_message(used: Filed, others: Sequence[Filed], differing: Sequence[str], forms: Forms) -> Message:
    """Several reports of one year: whether they agree, and which of them is preferred, for what reason."""
    every = (used, *others)
    because = [_worth(one) for one in every]
    zh = "；".join(f"{one.where} {said.zh}" for one, said in zip(every, because, strict=True))
    en = "; ".join(f"{one.where} {said.en}" for one, said in zip(every, because, strict=True))
    agree = Message("跨年核对所用的数字一致", "the figures compared over years agree")
    if differing:
        holders = {cell: next(one for one in every if cell in one.figures) for cell in differing}
        values = {cell: " / ".join(figure_shown(one.figure(cell)).zh for one in every) for cell in differing}
        listed = _listed([(cell_name(Operand(cell, holders[cell]), forms), values[cell]) for cell in differing])
        agree = Message(f"数字不一致：{listed.zh}", f"they differ: {listed.en.replace('空白', 'blank')}")
    return Message(
        f"{used.year} 年有 {len(every)} 份报告，{agree.zh}。优先采用 {used.where}（{zh}）",
        f"{len(every)} reports for {used.year}, {agree.en}. {used.where} is preferred ({en})",
    )


def _worth(one: Filed) -> Message:
    return Message(
        f"有 {len(one.figures)} 个所需数字、{one.errors} 处自身矛盾",
        f"has {len(one.figures)} of the figures needed, {one.errors} errors of its own",
    )


def cell_name(operand: Operand, forms: Forms) -> Message:
    """Row and column as printed, without ordinals; the cell's id without its table."""
    row, column = _labels(operand, forms)
    return Message(f"{row} {column}", operand.cell.partition(".")[2])


def figure_shown(figure: Figure) -> Message:
    if figure.status is Status.BLANK:
        return Message("空白", "blank")
    text = _shown(figure.value)
    return Message(text, text)


def _labels(operand: Operand, forms: Forms) -> tuple[str, str]:
    _, row, column = forms[operand.filed.form].cells[operand.cell]
    return _ORDINAL.sub("", row.labels[0]), column.labels[0].replace("YYYY", str(operand.filed.year))


def _shared(operands: Sequence[Operand], forms: Forms) -> Message:
    """What the cells have in common: their row or their column, or all of it where there is one."""
    name = cell_name(operands[0], forms)
    row, column = _labels(operands[0], forms)
    row_id, column_id = name.en.split(".")
    if len({one.cell for one in operands}) == 1:
        return name
    if len({one.cell.split(".")[1] for one in operands}) == 1:
        return Message(row, row_id)
    return Message(column, column_id) if len({one.cell.split(".")[2] for one in operands}) == 1 else Message("", "")


def _own(operand: Operand, among: Sequence[Operand], forms: Forms) -> Message:
    """What tells a cell from the others."""
    name = cell_name(operand, forms)
    row, column = _labels(operand, forms)
    row_id, column_id = name.en.split(".")
    if len({one.cell for one in among}) == 1:
        return Message("", "")
    if len({one.cell.split(".")[1] for one in among}) == 1:
        return Message(column, column_id)
    return Message(row, row_id) if len({one.cell.split(".")[2] for one in among}) == 1 else name


def _target(operands: Sequence[Operand], total: Number, forms: Forms) -> Message:
    terms = _terms(operands, forms)
    if len(operands) == 1:
        return terms
    return Message(f"{terms.zh} = {_shown(total)}", f"{terms.en} = {_shown(total)}")


def _others(operands: Sequence[Operand], total: Number, forms: Forms) -> Message:
    terms = _terms(operands, forms)
    if len(operands) == 1:
        return terms
    return Message(f"{_shown(total)}（{terms.zh}）", f"{_shown(total)} ({terms.en})")


def _terms(operands: Sequence[Operand], forms: Forms) -> Message:
    zh, en = "", ""
    for at, one in enumerate(operands):
        sign = (" + " if one.sign > 0 else " − ") if at else ("" if one.sign > 0 else "−")
        name, value = cell_name(one, forms), figure_shown(one.figure)
        zh += f"{sign}{one.filed.year} {name.zh} {value.zh}"
        en += (
            f"{sign}{name.en} {one.filed.year} = {value.en}"
            if len(operands) == 1
            else (f"{sign}{name.en} {one.filed.year} {value.en}")
        )
    return Message(zh or "0", en or "0")


def _listed(named: Sequence[tuple[Message, str]]) -> Message:
    """The first few, and how many more there are."""
    first, more = named[:_MOST_LISTED], len(named) - _MOST_LISTED
    zh = "、".join(f"{name.zh} {text}".strip() for name, text in first)
    en = ", ".join(f"{name.en} {text}".strip() for name, text in first)
    return Message(f"{zh} 等 {len(named)} 项", f"{en} and {more} more") if more > 0 else Message(zh, en)


def _remarks(operands: Iterable[Operand]) -> Message:
    statuses = {one.figure.status for one in operands}
    zh, en = "", ""
    if Status.BLANK in statuses:
        zh, en = "（空白格按 0 计）", " (blank cells count as 0)"
    if Status.CORRECTED in statuses:
        zh, en = zh + "（含修正过的读数）", en + " (a repaired figure is compared)"
    return Message(zh, en)


def _shown(value: Number | None) -> str:
    """Every digit, never an exponent."""
    return "–" if value is None else format(value, "d" if isinstance(value, int) else "f")
