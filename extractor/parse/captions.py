"""Captions: what stands right above a table and says whose table it is, or of which year."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache

from extractor.forms.memo import once_for_each
from extractor.forms.model import Table
from extractor.parse.prose.scope import is_level, is_own
from extractor.parse.readings import Choice
from extractor.read.fold import fold
from extractor.report import Reason

__all__ = ["captioned"]

_FARTHEST = 700
_LONGEST = 60
_LINKS = 3
_YEAR_DIGITS = 4
_PARTING = re.compile(r"[|\t\n。;]|\s{2,}")
_ORDINAL = re.compile(r"^[\s#*]*(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,)]|\(?\d{1,2}\)?[、.,)])?\s*")
_SECTION = re.compile(r"^[\s#*]*[一二三四五六七八九]、[^0-9]*$")
_TOLD = (
    "(?:收到和处理|(?:政府信息|政务|信息|依申请|主动)公开|政府信息|申请|办理|数据|情况|统计|汇总|报表|如下|[的表(:)])*"
)
_PREFIX = r"(?:附[件表]?\s*\d{0,2}\s*[:、.]?)?[(\[【]?\s*"
_YEAR_ALONE = re.compile(rf"{_PREFIX}((?:19|20)\d\d)\s*年度?\s*{_TOLD}\s*[)\]】]?\s*:?")
_LAST_YEAR_ALONE = re.compile(rf"{_PREFIX}(?:上|去|上一)年度?(?:同期)?{_TOLD}[)\]】]?:?")
_THIS_YEAR_ALONE = re.compile(rf"{_PREFIX}(?:本|今)年度?{_TOLD}[)\]】]?:?")
# 全市收到和处理……情况, 全县汇总: not 全国统一格式.
_WIDE = re.compile(
    "(?<!在)(?:全|我)(?P<level>省|市(?!场)|区|县|州|盟|旗|镇|乡|街道|系统|行业)"
    "(?=[^,;:]{0,24}?(?:收到|受理|申请|公开|汇总|合计|统计|数据|情况|行政机关))"
)
# 各乡镇汇总: what only a government sums up.
_BELOW = re.compile(
    "各(?:个)?(?:乡镇|镇街|镇乡|街道|镇|乡|区县|县区|市县|县市|县|区)[^,;:]{0,16}?(?:汇总|合计|总计|统计)"
)
_NAME = re.compile(
    "(?P<name>[一-鿿]{1,18}?(?:委员会|办公室|办公厅|办事处|管委会|人民政府|分局|总队|支队|大队|局|委|厅|院|镇|乡|街道))"
    r"(?=\s*(?:(?:19|20)\d\d|关于|收到|受理|新收|办理|处理|依申请|主动公开|政府信息公开|政务公开|信息公开|行政复议|[(:]|$))"
)
_SAID_FIRST = re.compile(
    r"^(?:附[件表]?\s*\d{0,2}|填报(?:单位|机关|部门)|单位(?:名称)?|(?:19|20)\d\d\s*年度?)\s*[:,]?\s*"
)
# 望川县2023年……汇总表 in a bureau's report.
_PLACE = re.compile("(?P<place>[一-鿿]{1,8}?(?P<level>[省市区县州盟旗]))(?=[^局委办院镇乡]*?(?:汇总|合计|总表))")
_NOBODY = re.compile(
    "^(?:本|我|收到|处理|申请|主动|依申请|因|对|向|关于|制发|发布|公开|各|全|未经|商业|科研|社会|法律|其他)"
)
_ANOTHER_YEAR = Reason("the caption of the table names another year", "表格上方写明的是其他年度")
_ANOTHER_BODY = Reason("the caption of the table names another body", "表格上方写明的是其他机关")


class _Says(StrEnum):
    OWN = "own"
    OTHER = "other"
    NOTHING = "nothing"


def captioned(
    copies: Sequence[Sequence[Choice]], folded: str, table: Table, year: int | None, organ: str | None
) -> list[Sequence[Choice]]:
    """The copies of a table, those doubted whose captions name another year or another body than the report's.

    Where the caption of one copy says that it is this year's, or this body's, those that say otherwise are left out;
    and so are those behind a copy of which nothing is said: annexes follow.
    """
    said = [_said(folded, _first(choices), table, year, organ) for choices in copies]
    told = any(_Says.OWN in one and _Says.OTHER not in one for one in said)
    out: list[Sequence[Choice]] = []
    for choices, one in zip(copies, said, strict=True):
        if _Says.OTHER not in one:
            out.append(choices)
        elif not told and not any(map(len, out)):
            because = _ANOTHER_YEAR if one[0] is _Says.OTHER else _ANOTHER_BODY
            out.append([replace(choice, doubted=True, because=because) for choice in choices])
    return out


def _first(choices: Sequence[Choice]) -> int:
    return min((one.start for choice in choices for way in choice.alternatives for one in way.readings), default=0)


def _said(folded: str, at: int, table: Table, year: int | None, organ: str | None) -> tuple[_Says, _Says]:
    """What the pieces of text above the first figure say of the year, and of the body; the nearest decides."""
    of_body = _Says.NOTHING
    years: set[int | None] = set()
    for piece in _pieces(folded, at, table):
        alone = _ORDINAL.sub("", piece)
        if (match := _YEAR_ALONE.fullmatch(alone)) is not None:
            years.add(int(match[1]))
        elif _LAST_YEAR_ALONE.fullmatch(alone):
            years.add(None)
        elif _THIS_YEAR_ALONE.fullmatch(alone):
            years.add(year)
        if of_body is _Says.NOTHING:
            of_body = _whose(piece, organ)
    if year in years:
        return _Says.OWN, of_body
    # Three years one below the other are links to other reports.
    return _Says.OTHER if 0 < len(years) < _LINKS and year is not None else _Says.NOTHING, of_body


def _pieces(folded: str, at: int, table: Table) -> Iterator[str]:
    """The short pieces of text above offset `at`, the nearest first, up to the title of the table, to the heading of
    another section, to running text or to another table."""
    titles, labels = _titles(table.titles), _labels(table)
    above = folded[max(0, at - _FARTHEST) : at]
    pieces = [piece.strip(" *#") for piece in _PARTING.split(above)]
    figures = 0
    for piece in reversed(pieces):
        if not piece or piece.startswith(labels):
            continue
        if piece.isdigit() and len(piece) != _YEAR_DIGITS:
            figures += 1
            if figures > 1:
                return  # the end of another table; one alone may number the row
            continue
        if any(title in piece for title in titles):
            yield piece[-_LONGEST:]
            return
        if len(piece) > _LONGEST or _SECTION.match(piece):
            return
        yield piece


@lru_cache(maxsize=64)
def _titles(titles: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ORDINAL.sub("", fold(title)) for title in titles))


@once_for_each
def _labels(table: Table) -> tuple[str, ...]:
    rows = [label for row in table.rows for label in row.labels]
    columns = [label for column in table.columns for label in column.labels]
    return tuple(fold(label) for label in (*table.headers, *rows, *columns))


@lru_cache(maxsize=1024)
def _whose(piece: str, organ: str | None) -> _Says:
    """Whose table a caption says it is."""
    if organ is None:
        return _Says.NOTHING
    piece = _ORDINAL.sub("", piece)
    wide = _WIDE.search(piece)
    if wide is not None:
        return _Says.OWN if is_level(wide["level"], organ) else _Says.OTHER
    if _BELOW.search(piece):
        return _Says.OWN if any(is_level(level, organ) for level in "省市区县州盟旗") else _Says.OTHER
    named = _SAID_FIRST.sub("", _SAID_FIRST.sub("", piece))
    place = _PLACE.match(named)
    if place is not None and organ.startswith(place["place"]):
        return _Says.OWN if is_level(place["level"], organ) else _Says.OTHER
    match = _NAME.match(named)
    if match is None or len(match["name"]) < 3 or _NOBODY.match(match["name"]):
        return _Says.NOTHING
    own = is_own(match["name"], organ)
    if own is None or match["name"] in organ:
        return _Says.NOTHING if own is None else _Says.OWN
    return _Says.OWN if own else _Says.OTHER
