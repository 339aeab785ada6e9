"""What a cell of a workbook shows for the number that it stores: number formats, as far as they change the figure."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

__all__ = ["BUILT_IN", "is_plain", "shown"]

# The formats that a workbook need not write out, by number. Dates and times are left out: they are no figures.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0 ;(#,##0)", 38: "#,##0 ;(#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', 43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
}  # fmt: skip
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>General)'
    r"|(?P<digits>[0#?](?:[0#?,]*[0#?,])?)?(?P<point>\.[0#?]*)?(?P<percent>%)?",
    re.IGNORECASE,
)
_STRANGE = re.compile(r"[ymdhs/]|e[+-]|am/pm|上午|下午", re.IGNORECASE)
_NO_TEXT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|General', re.IGNORECASE)
_CURRENCY = frozenset("¥￥$€£")
_CONDITION = re.compile(r"[<>=]")
_PLAIN = frozenset({"general", "@", ""})
_DIGITS_KEPT = 15


class _Section(NamedTuple):
    """`before`, `after`: what is printed around the digits. `scale`: powers of ten that the figure is multiplied by.

    `minus`: the section prints the sign of a negative figure itself. `digits`: None where it prints none.
    """

    before: str
    after: str
    digits: str | None
    places: int
    least: int
    scale: int
    minus: bool
    general: bool


def is_plain(code: str) -> bool:
    """Whether a format shows every number as it is."""
    return code.strip().lower() in _PLAIN


def shown(value: float, code: str) -> str | None:
    """The text that a cell with this format shows, without separators of thousands; None where that is not known:
    dates, fractions, exponents and conditions.

    A format that hides the number gives "".
    """
    sections = _sections(code)
    if sections is None:
        return None
    exact = _exact(value)
    number = 0
    if len(sections) > 1 and exact < 0:
        number = 1
    elif len(sections) > 2 and exact == 0:
        number = 2
    text = _printed(abs(exact), sections[number])
    if text is None:
        return None
    section = sections[number]
    own_sign = len(sections) > 1 and number == 1
    if exact < 0 and any(one in "123456789" for one in text[1]) and (section.minus or not own_sign):
        text = text[0], f"-{text[1]}", text[2]
    return "".join(text).strip()


def _exact(value: float) -> Decimal:
    return Decimal(f"{value:.{_DIGITS_KEPT}g}")


def _printed(size: Decimal, section: _Section) -> tuple[str, str, str] | None:
    """What stands before the digits, the digits, and what stands behind them."""
    if section.general:
        return section.before, f"{size.normalize():f}", section.after
    if section.digits is None:
        return section.before, "", section.after
    try:
        rounded = size.scaleb(section.scale).quantize(Decimal(1).scaleb(-section.places), ROUND_HALF_UP)
    except InvalidOperation:
        return None
    whole, _, part = f"{rounded:f}".partition(".")
    whole = whole.zfill(section.digits.count("0"))
    while len(part) > section.least and part.endswith("0"):
        part = part[:-1]
    if "0" not in section.digits:
        whole = whole.lstrip("0")
    digits = f"{whole}.{part}" if part else whole
    return section.before, digits, section.after


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...] | None:
    code = code.replace("G/通用格式", "General")
    if _STRANGE.search(_NO_TEXT.sub("", code)) or any(
        _CONDITION.search(inner) or inner.lower().rstrip("0") in ("h", "m", "s", "hh", "mm", "ss")
        for inner in re.findall(r"\[([^\]]*)\]", code)
    ):
        return None
    code = "General" if is_plain(code) else code
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)[:3]
    sections = tuple(map(_section, parts))
    return sections if len(parts) < 4 else None


def _section(part: str) -> _Section:
    texts = ["", ""]
    digits: str | None = None
    places = least = scale = 0
    minus = general = False
    behind = 0
    at = 0
    while at < len(part):
        match = _TOKEN.match(part, at)
        if match is None or match.end() == at:
            character = part[at]
            at += 1
            if character == "-" or character == "(":
                minus = minus or not behind
                # A bare "-" in place of a figure is printed; before one it is its sign.
                if character == "-" and not re.search(r"[0#?]", _NO_TEXT.sub("", part)):
                    texts[behind] += "-"
            elif character not in _CURRENCY and character not in " +)@,":
                texts[behind] += character
            continue
        at = match.end()
        if match["quoted"] is not None or match["escaped"] is not None:
            text = match["quoted"] if match["quoted"] is not None else match["escaped"]
            if text in ("(", ")"):
                minus = minus or text == "("
                continue
            texts[behind] += "".join(one for one in text if one not in _CURRENCY)
        elif match["general"]:
            general, behind = True, 1
        elif match["digits"] or match["point"]:
            if digits is None:
                digits = (match["digits"] or "").replace(",", "")
                scale -= 3 * (len(match["digits"] or "") - len((match["digits"] or "").rstrip(",")))
                places = len(match["point"] or ".") - 1
                least = (match["point"] or "").rstrip("#?").count("0") + (match["point"] or "").rstrip("#?").count("#")
                behind = 1
                if part[at : at + 1] == ",":
                    commas = len(part[at:]) - len(part[at:].lstrip(","))
                    scale -= 3 * commas
                    at += commas
            if match["percent"]:
                scale += 2
                texts[1] += "%"
        elif match["percent"]:
            scale += 2
            texts[1] += "%"
    return _Section(texts[0], texts[1], digits, places, least, scale, minus, general)
