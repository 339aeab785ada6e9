"""Clauses: the parts of a sentence that a figure can be alone in, the figures in them, and what is left of them when
all known words are taken out."""

import re
from functools import lru_cache

from extractor.ask.subjects import load_asking
from extractor.parse.prose.guards import figure_value
from extractor.report import Number

__all__ = [
    "JOINS",
    "Span",
    "bare",
    "clause_after",
    "clause_at",
    "clause_before",
    "counted",
    "figures",
    "leftover",
    "value_of",
    "without_names",
    "without_plain_end",
]

Span = tuple[int, int]
JOINS = re.compile("[,:]")
_MARKS = ",;:。()?!"
# A list parts figures: 信函3件、网络2件.
_LISTED = re.compile(r"(?<=[0-9件份条宗项起例个次元])、")
# Years and dates are no figures; Chinese numerals are where they count something: 下一年 holds none. A figure is whole:
# not l2, 2O, -3, 3万, 二〇四 from its 四, 廿三 from its 三.
_THOUSANDS = re.compile("[0-9]{3}(?![0-9])")
_NUMERALS = "〇○零一二两三四五六七八九十百千"
_NEVER_BEFORE = r"(?<![0-9A-Za-z.\-~¦/])(?<![0-9],)"
_NUMERAL_BEFORE = rf"(?<![{_NUMERALS}0-9A-Za-z.\-/万亿廿卅几数多第每下上某])"
_FIGURE = re.compile(
    rf"{_NEVER_BEFORE}(?<!第)(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+(?:\.[0-9]+)?)(?![0-9A-Za-z¦/%‰]|[.,][0-9]|年|月|日|号)"
    rf"|{_NUMERAL_BEFORE}[{_NUMERALS}]+(?=件|份|条|宗|项|起|例|次|个|部|场|篇|万元)"
)
# 没有一起复议, 一件也没有: the numeral belongs to the denial.
_PLACE = re.compile("[省市区县州盟旗镇乡]")
_DENIED_ONE = re.compile(r"(?<=没有)一[起件宗例项份]|(?<=未收到)一[件份]|一[起件宗例项份](?=(?:也|都)?(?:没有|未|没))")


@lru_cache(maxsize=2048)
def _all(text: str) -> tuple[Span, ...]:
    denied = {match.start() for match in _DENIED_ONE.finditer(text)}
    return tuple(match.span() for match in _FIGURE.finditer(text) if match.start() not in denied)


def figures(text: str, start: int, end: int) -> list[Span]:
    """Where whole figures stand within [start, end)."""
    return [span for span in _all(text) if start <= span[0] and span[1] <= end]


def value_of(printed: str) -> Number | None:
    """The value of a figure as `figures` finds it; 12.0 is 12."""
    value = figure_value("二" if printed == "两" else printed)
    return int(value) if value is not None and value == int(value) else value


@lru_cache(maxsize=8192)
def clause_at(text: str, start: int, end: int) -> Span:
    """The clause around [start, end): between marks, and between the items of a list of figures."""
    left, right = _between_marks(text, start, end)
    for match in _LISTED.finditer(text, left, right):
        if match.end() <= start:
            left = match.end()
        elif match.start() >= end:
            right = match.start()
            break
    return left, right


def clause_before(text: str, left: int) -> Span | None:
    """The clause that ends before `left`, None where the sentence begins there."""
    end = left - 1
    if end <= 0:
        return None
    start, _ = _between_marks(text, end, end)
    listed = [match.end() for match in _LISTED.finditer(text, start, end)]
    return (listed[-1] if listed else start), end


def clause_after(text: str, right: int) -> Span | None:
    """The clause that begins after `right`, None where the sentence ends there."""
    start = right + 1
    return clause_at(text, start, start) if start < len(text) else None


@lru_cache(maxsize=16384)
def leftover(known: re.Pattern[str], text: str, span: Span, said: Span, organ: str | None) -> str:
    """What is left of a stretch of text when what is said in it and all known words are taken out."""
    left = text[span[0] : span[1]]
    if said[0] < span[1]:
        left = f"{text[span[0] : said[0]]},{text[said[1] : span[1]]}"
    return JOINS.sub("", known.sub(",", without_names(left, organ, ",")))


def bare(text: str, span: Span, organ: str | None) -> bool:
    """Whether a clause is a figure and nothing that tells what it counts."""
    said = counted(text, span)
    return said is not None and not leftover(load_asking().words.plain, text, span, said, organ)


def without_plain_end(text: str) -> str:
    """`text` up to its last word that tells anything: 申请 of 申请总计有."""
    end = len(text)
    for match in reversed(list(load_asking().words.plain.finditer(text))):
        while end and JOINS.match(text[end - 1]):
            end -= 1
        if match.end() != end:
            break
        end = match.start()
    return text[:end].rstrip(",:")


def counted(text: str, span: Span) -> Span | None:
    """The only figure of a clause, with its unit."""
    found = figures(text, *span)
    if len(found) != 1:
        return None
    unit = load_asking().words.units.match(text, found[0][1])
    return found[0][0], unit.end() if unit else found[0][1]


def without_names(text: str, organ: str | None, instead: str) -> str:
    """`text` with the names that a body calls itself by replaced."""
    for name in _names(organ):
        text = text.replace(name, instead)
    return text


@lru_cache(maxsize=256)
def _names(organ: str | None) -> tuple[str, ...]:
    """青溪市水利局, 市水利局; 临江市人民政府, 市人民政府, 市政府."""
    if organ is None:
        return ()
    names = {organ, *(organ[match.start() :] for match in _PLACE.finditer(organ) if len(organ) - match.start() > 2)}
    return tuple(sorted(names | {name.replace("人民政府", "政府") for name in names}, key=len, reverse=True))


def _between_marks(text: str, start: int, end: int) -> Span:
    left = start
    while left and not _parts(text, left - 1):
        left -= 1
    right = end
    while right < len(text) and not _parts(text, right):
        right += 1
    return left, right


def _parts(text: str, at: int) -> bool:
    """Whether a mark stands there; the comma of 1,204 is none."""
    return text[at] in _MARKS and not (
        text[at] == "," and text[at - 1 : at].isdigit() and _THOUSANDS.match(text, at + 1) is not None
    )
