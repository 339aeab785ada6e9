"""The number reader: what the text of one cell says, never more than it says.

A cell is a figure, blank, "not applicable" or words. Whatever could be read in two ways (two figures, an ordinal, a
leading zero that betrays glued cells) is words with a note, so that nobody mistakes it for a figure.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from extractor.read.fold import fold
from extractor.report import Number

__all__ = [
    "FIGURE",
    "FIGURE_PATTERN",
    "UNIT_PATTERN",
    "Figure",
    "FigureKind",
    "chinese_number",
    "joined_figure",
    "parse_number",
    "read_figure",
]


class FigureKind(StrEnum):
    NUMBER = "number"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Figure:
    """What one cell says.

    `value`: int, or Decimal where decimals other than zero are printed; None unless the kind is NUMBER. It is as
    printed: "1.5万" is 1.5 with the unit "万".
    `start`, `end`: offsets of the figure (sign and digits, no unit) or of the words in the text given.
    `note`: what stands beside the figure, or why no figure was read; for NOT_APPLICABLE what is printed.
    `approximate`: printed as 约, 近, 余, 多 or 左右: no count, whatever its digits say.
    """

    kind: FigureKind
    value: Number | None
    start: int
    end: int
    unit: str | None = None
    note: str | None = None
    approximate: bool = False


# A figure in running text, folded: 1234, 1,234.50, 12.5. It does not begin or end inside a longer one; a comma before
# it may be the sentence's.
FIGURE_PATTERN = r"(?<![0-9])(?<![0-9][.,])(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?![0-9]|[.,][0-9])"
UNIT_PATTERN = (
    r"(?:[十百千]?[万亿]|千)?(?:人次|件次|篇次|份次|次数|条次|场次|件|条|个|次|人|项|份|宗|起|篇|场|期|部|家|处|例|名|页|册|张|则"
    r"|批|类|百元|元)|[十百千]?[万亿]|千"
)

_MARK = r"[*※\#†①-⑳¹²³⁰-⁹₀-₉]+|\[注?[0-9]{1,2}\]"
# Quantifiers are possessive: cells come from strangers, and no cell may take more than linear time.
_CELL = re.compile(
    rf"""
    (?:\((?:单位)?:?\s*+(?P<unit_before>{UNIT_PATTERN})\)\s*+)?
    (?P<about>大?约|将?近|共计|合计|总计|共有|共|计|人民币|[¥$])?\s*+(?::\s*+)?
    (?P<sign>(?:[+\-↑↓▼]|减少?|下降|降低|增[加长]?|上升|负)\s*+)?
    (?P<digits>(?>(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+))(?![.,]?[0-9])
    (?P<mark>{_MARK})?\s*+
    (?P<more>[余多])?(?P<unit>{UNIT_PATTERN})?(?P<more_after>[余多]元?)?\s*+
    (?P<mark_after>{_MARK}|\(?注[0-9]{{0,2}}\)?|↑)?\s*+
    (?P<rest>$|[。;、,:.(].*|左右)
    """,
    re.VERBOSE | re.DOTALL,
)
_ABOUT = re.compile("大?约|将?近")
_DOWN = frozenset("-↓▼减下降负")
_NOT_APPLICABLE = re.compile(
    r"\(?(?:不适用|不涉及|未涉及|无|暂无|没有|无此项|无数据|无此类情况|[nN]/?[aA]|[-/\\](?:\s*+[-/\\])*+)\)?[。.]?"
)
_PLAIN = re.compile(r"[+\-]?[0-9][0-9,]*(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_REMARK_UNIT = re.compile(rf"\((?:单位)?:?\s*+({UNIT_PATTERN})\)")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9.,])\s++(?=[0-9.,])")
_WRAP = re.compile(r"(?<=[\u4e00-\u9fff])\n(?=[\u4e00-\u9fff])")
_LINE_END = re.compile(r"[\n\v\f\r]")
_THOUSANDS = re.compile(r"(?<![0-9.,])(?<![0-9] )[1-9][0-9]{0,2}(?: [0-9]{3})++(?! ?[0-9]|,)")
_DIGIT = re.compile(r"[0-9]")
_DIGITS_RUN = re.compile(r"[0-9]+")
FIGURE = re.compile(FIGURE_PATTERN)
_BRACKETED = re.compile(r"\([0-9.,]+\)")
_NOT_FIGURES = re.compile(r"[^0-9\s,.+\-/|;、]")
_NUMERALS = "[零〇○一二两三四五六七八九十廿百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]"
_NUMERAL = re.compile(rf"({_NUMERALS}++)\s*+({UNIT_PATTERN})?\s*+[。;]?")
_NUMERAL_ONLY = re.compile(f"{_NUMERALS}+")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟〇○", "一二三四五六七八九十百千零零")
_TWO_PARTS = re.compile(r"[0-9.,]+[十百千]?[万亿千][0-9.,]+[十百千]?千?[^0-9]*")
_TWO = re.compile("两(?=[百千万亿])")
_DIGITS = {numeral: str(value) for value, numeral in enumerate("零一二三四五六七八九")}
_AFTER_ORDINAL = (".", "、", ":")

# No report counts that far; such a run of digits is several cells.
_MOST_DIGITS = 18
_LONGEST_CELL = 2_000
_CACHED_LENGTH = 40


def read_figure(text: str, *, join: bool = False) -> Figure:
    """What the text of one cell says; folded or not, offsets are into `text`.

    "1 234" is two figures (kind TEXT), unless `join` says that the caller knows where the cell ends: then groups of
    three digits on one line are thousands. "2 0" is two figures in any case; `joined_figure` has what they would be
    together. Unclear or very long text is kind TEXT; no input raises.
    """
    if len(text) <= _CACHED_LENGTH:
        return _read_cached(text, join)
    return _read(text, join)


def joined_figure(text: str) -> Figure | None:
    """The one figure that a cell would be if the spaces in it did not count ("2 0" → 20), or None.

    A guess for something else to confirm. Never across the end of a line or paragraph, and None where there is nothing
    to guess: `read_figure` reads the cell as a figure, or closing the spaces gives none.
    """
    if len(text) > _CACHED_LENGTH or _read_cached(text, join=True).kind is not FigureKind.TEXT:
        return None
    folded = fold(text)
    stripped = folded.strip()
    if _LINE_END.search(stripped) or not _BETWEEN_DIGITS.search(stripped):
        return None
    figure = _joined(stripped, folded.index(stripped), _BETWEEN_DIGITS)
    return figure if figure.kind is FigureKind.NUMBER else None


def parse_number(text: str) -> Number | None:
    """The value of "12", "-1,234", "12.50" and nothing else, or None; a comma must stand before three digits."""
    text = text.strip()
    if text.isdigit() and text.isascii():
        return int(text) if len(text) <= _MOST_DIGITS else None
    if not _PLAIN.fullmatch(text):
        return None
    digits = text.lstrip("+-")
    whole, _, decimals = digits.partition(".")
    if "," in whole:
        if not _GROUPED.fullmatch(whole):
            return None
        whole = whole.replace(",", "")
    if len(whole) > _MOST_DIGITS or len(decimals) > _MOST_DIGITS:
        return None
    value: Number = int(whole) if not decimals.strip("0") else Decimal(f"{whole}.{decimals}")
    return -value if text[0] == "-" else value


@lru_cache(maxsize=1024)
def chinese_number(text: str) -> int | None:
    """The value of a well-formed Chinese numeral (十二, 两千零五, 二〇二三, 廿), or None."""
    if len(text) > 24 or text == "○" or _NUMERAL_ONLY.fullmatch(text) is None:
        return None
    text = text.translate(_FORMAL)
    if all(numeral in _DIGITS for numeral in text):
        # One digit a character: years are printed so. A single one means itself.
        return int("".join(_DIGITS[numeral] for numeral in text)) if len(text) <= _MOST_DIGITS else None
    from cn2an import cn2an  # type: ignore[import-untyped]

    text = _TWO.sub("二", text)
    try:
        return int(cn2an(text, "strict"))
    except ValueError:
        return None


@lru_cache(maxsize=16_384)
def _read_cached(text: str, join: bool) -> Figure:
    return _read(text, join)


def _read(text: str, join: bool) -> Figure:
    if text.isdigit() and text.isascii() and len(text) <= _MOST_DIGITS and (text[0] != "0" or text == "0"):
        return Figure(FigureKind.NUMBER, int(text), 0, len(text))
    stripped = text.strip()
    if not stripped:
        return Figure(FigureKind.BLANK, None, 0, 0)
    start = text.index(stripped)
    if len(stripped) > _LONGEST_CELL:
        return _words(stripped, start)
    folded = fold(stripped)
    # Zero-width characters at the ends have become spaces.
    stripped = folded.strip()
    start += folded.find(stripped)
    if not stripped.replace("&nbsp;", "").replace("_", "").strip():
        return Figure(FigureKind.BLANK, None, start, start, None, stripped or None)
    if _NOT_APPLICABLE.fullmatch(stripped) or _NOT_APPLICABLE.fullmatch(_WRAP.sub("", stripped)):
        return Figure(FigureKind.NOT_APPLICABLE, None, start, start + len(stripped), None, stripped)
    if _DIGIT.search(stripped) is None:
        return _numeral(stripped, start)
    if join and " " in stripped and _THOUSANDS.search(stripped):
        return _joined(stripped, start, _THOUSANDS)
    return _match(stripped, start)


def _words(text: str, start: int, note: str | None = None) -> Figure:
    return Figure(FigureKind.TEXT, None, start, start + len(text), None, note)


def _match(text: str, offset: int) -> Figure:
    found = _CELL.fullmatch(text)
    if found is None:
        return _words(text, offset, _why_not(text))
    rest = found["rest"].strip()
    bare = not (found["unit"] or found["sign"] or found["about"] or found["more"])
    if bare and rest[:1] in _AFTER_ORDINAL:
        return _words(text, offset, "an ordinal, not a figure")
    if bare and rest[:1] in (",", ";", "。") and len(rest) > 1:
        return _words(text, offset, "several figures" if _DIGIT.search(rest) else None)
    digits = found["digits"]
    start, end = found.start("sign" if found["sign"] else "digits"), found.end("digits")
    value = _value(digits)
    if isinstance(value, str):
        return _words(text, offset, value)
    sign = (found["sign"] or "")[:1]
    if sign in _DOWN:
        value = -value
    unit, notes = _beside(found, rest)
    if found["sign"] not in (None, "+", "-"):
        notes.insert(0, f"printed as {text[start:end]}")
    approximate = bool(found["more"] or found["more_after"] or rest == "左右" or _ABOUT.match(found["about"] or ""))
    return Figure(FigureKind.NUMBER, value, offset + start, offset + end, unit, "; ".join(notes) or None, approximate)


def _value(digits: str) -> Number | str:
    """The value of digits without a sign, or why no one count is printed like that."""
    if digits[0] == "0" and len(digits) > 1 and digits[1] != ".":
        return "a leading zero: figures may be glued"
    value = parse_number(f"0{digits}" if digits[0] == "." else digits)
    return "more digits than a count has: figures may be glued" if value is None else value


def _beside(found: re.Match[str], rest: str) -> tuple[str | None, list[str]]:
    """The unit, and notes on everything else that stands beside the digits."""
    unit: str | None = found["unit"] or found["unit_before"]
    words = (found["about"], found["more"], found["more_after"], rest if rest == "左右" else None)
    notes = [f"printed with {word}" for word in words if word not in (None, "人民币", "¥", "$")]
    if (found["more_after"] or "").endswith("元"):
        unit = f"{unit or ''}元"
    notes.extend(f"marked {mark}" for mark in (found["mark"], found["mark_after"]) if mark)
    if found["about"] == "$":
        unit = "$"
    remark = _REMARK_UNIT.match(rest)
    if remark is not None and unit is None:
        unit = remark[1]
    elif _DIGIT.search(rest):
        notes.append(f"other figures follow: {rest[:60]}")
    elif len(rest) > 1 and rest != "左右":
        notes.append(f"words follow: {rest[:60]}")
    return unit, notes


def _why_not(text: str) -> str | None:
    if _BRACKETED.fullmatch(text):
        return "an ordinal or a negative in brackets"
    if text[-1] in "%‰" and FIGURE.match(text):
        return "a percentage"
    if text[0] == "一" and _DIGIT.match(text[1:].lstrip()):
        return "a dash or a one before a figure"
    if text[0] in "=@":
        return "a formula"
    if _TWO_PARTS.fullmatch(text):
        return "a figure in several parts"
    if len(_DIGITS_RUN.findall(text)) > 1 and not _NOT_FIGURES.search(text):
        return "several figures"
    return None


def _joined(text: str, offset: int, gaps: re.Pattern[str]) -> Figure:
    """One figure in spite of the spaces in the `gaps` between its digits; offsets span them."""
    closed = gaps.sub(lambda gap: "".join(gap[0].split()), text)
    figure = _match(closed, 0)
    if figure.kind is not FigureKind.NUMBER:
        return _words(text, offset, figure.note)
    places = [at for at, character in enumerate(text) if not character.isspace()]
    kept = [at for at, character in enumerate(closed) if not character.isspace()]
    start = offset + places[kept.index(figure.start)]
    end = offset + places[kept.index(figure.end - 1)] + 1
    notes = "spaces inside" if figure.note is None else f"spaces inside; {figure.note}"
    return replace(figure, start=start, end=end, note=notes)


def _numeral(text: str, offset: int) -> Figure:
    """A cell that is a Chinese numeral as a whole."""
    found = _NUMERAL.fullmatch(text)
    if found is None:
        return _words(text, offset)
    numeral, unit = found.group(1), found.group(2)
    if unit is None and numeral in ("一", "○"):
        return _words(text, offset, "a dash or a one" if numeral == "一" else "a circle or a zero")
    value = chinese_number(numeral)
    if value is None:
        return _words(text, offset)
    return Figure(FigureKind.NUMBER, value, offset, offset + len(numeral), unit, "a Chinese numeral")
