"""List numbers, which a word processor counts and no file holds: 一、 （一） 1. before the paragraphs of a list."""

import re
from typing import TYPE_CHECKING, NamedTuple

from extractor.read.office.package import local

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Numbering", "value"]

_CHINESE = "〇一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_MOST = 1_000_000


def value(element: "_Element | None", name: str = "val") -> str | None:
    """An attribute, in whatever namespace."""
    if element is None:
        return None
    for key, content in element.items():
        if str(key).rpartition("}")[2] == name:
            return str(content)
    return None


class _Level(NamedTuple):
    start: int
    kind: str
    text: str
    suffix: str


class Numbering:
    """The lists of a document, and how far each has been counted."""

    def __init__(self, root: "_Element | None") -> None:
        self._levels: dict[tuple[str, int], _Level] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        abstract: dict[str, list[_Element]] = {}
        for element in () if root is None else root:
            number = value(element, "abstractNumId") or ""
            if local(element) == "abstractNum":
                abstract[number] = [level for level in element if local(level) == "lvl"]
            elif local(element) == "num":
                self._add(element, abstract)

    def _add(self, num: "_Element", abstract: dict[str, list["_Element"]]) -> None:
        number = value(num, "numId") or ""
        based = next((value(child) for child in num if local(child) == "abstractNumId"), None) or ""
        self._abstract[number] = based
        for level in abstract.get(based, ()):
            self._set(number, level)
        for override in (child for child in num if local(child) == "lvlOverride"):
            depth = _int(value(override, "ilvl"), 0)
            for child in override:
                if local(child) == "lvl":
                    self._set(number, child)
                elif local(child) == "startOverride" and (number, depth) in self._levels:
                    start = _int(value(child), 1)
                    self._levels[number, depth] = self._levels[number, depth]._replace(start=start)
                    # A list that starts anew counts for itself.
                    self._abstract[number] = f"{based}/{number}"

    def _set(self, number: str, level: "_Element") -> None:
        parts = {local(child): child for child in level}
        self._levels[number, _int(value(level, "ilvl"), 0)] = _Level(
            _int(value(parts.get("start")), 1),
            value(parts.get("numFmt")) or "decimal",
            value(parts.get("lvlText")) or "",
            value(parts.get("suff")) or "tab",
        )

    def next(self, number: str, depth: int) -> str:
        """What stands before the next paragraph of this list and level; empty for bullets and unknown lists."""
        level = self._levels.get((number, depth))
        if level is None:
            return ""
        counts = self._counts.setdefault(self._abstract[number], {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in range(depth + 1, _LEVELS):
            counts.pop(deeper, None)
        if level.kind in ("bullet", "none") or not level.text:
            return ""

        def shown(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            its = self._levels.get((number, at), level)
            return _written(counts.get(at, its.start), its.kind)

        return _PLACE.sub(shown, level.text) + ("" if level.suffix == "nothing" else " ")


def _int(text: str | None, otherwise: int) -> int:
    try:
        return min(max(int(text or ""), 0), _MOST)
    except ValueError:
        return otherwise


def _written(number: int, kind: str) -> str:
    match kind:
        case (
            "chineseCounting"
            | "chineseCountingThousand"
            | "japaneseCounting"
            | "taiwaneseCounting"
            | ("taiwaneseCountingThousand" | "ideographDigital" | "japaneseDigitalTenThousand")
        ):
            return _chinese(number)
        case "ideographTraditional":
            return _STEMS[(number - 1) % 10]
        case "decimalFullWidth" | "decimalFullWidth2":
            return str(number).translate({ord("0") + n: ord("０") + n for n in range(10)})
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese":
            return chr(ord("①") + number - 1) if 1 <= number <= 20 else str(number)
        case "decimalEnclosedParen":
            return chr(ord("⑴") + number - 1) if 1 <= number <= 20 else f"({number})"
        case "decimalZero":
            return f"{number:02d}"
        case "lowerLetter" | "upperLetter":
            letter = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
            return letter.upper() if kind == "upperLetter" else letter
        case "lowerRoman" | "upperRoman":
            roman = _roman(number)
            return roman.lower() if kind == "lowerRoman" else roman
    return str(number)


def _chinese(number: int) -> str:
    """十一, 二十, 一百〇五; digit by digit above 999, where no list of a report goes."""
    if number < 10 or number > 999:
        return "".join(_CHINESE[int(digit)] for digit in str(number))
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_CHINESE[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _CHINESE[tens]) + "十"
    elif hundreds and ones:
        text += "〇"
    return text + (_CHINESE[ones] if ones else "")


def _roman(number: int) -> str:
    text = ""
    for sign, worth in (
        ("M", 1000), ("CM", 900), ("D", 500), ("CD", 400), ("C", 100), ("XC", 90), ("L", 50), ("XL", 40), ("X", 10),
        ("IX", 9), ("V", 5), ("IV", 4), ("I", 1),
    ):  # fmt: skip
        times, number = divmod(number, worth)
        text += sign * min(times, 20)
    return text
