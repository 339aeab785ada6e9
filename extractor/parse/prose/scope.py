"""Whose figure it is: the words of a sentence that name a body, read from the left as a reader would.

A bureau that says 全市 counts others too; so do 下属, 各科室, 某区 and the name of another body. A government or an
administrative committee that says 全市 of its own city speaks of itself. What cannot be told is not the organ's.
"""

import re
from enum import StrEnum
from functools import lru_cache

from extractor.parse.recognise.rules import load_recognition

__all__ = ["Scope", "is_level", "is_own", "scope_at", "without_levels"]


class Scope(StrEnum):
    OWN = "own"
    OTHER = "other"
    UNSAID = "unsaid"


_MARKS = re.compile("[,;:。]")
_ORDINALS = tuple("一二三四五六七八九十(0123456789")
# A heading in one line with its text.
_HEADING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十0-9]{1,3}\)|[0-9]{1,2}[.、])[^,;:。0-9]{2,30}?"
    r"(?:情况|方面|工作|公开(?=20|我|本[年机单部局]|全年|今年))(?!的|中)"
)
_BRACKETS = re.compile(r"\([^()0-9]*\)")
_PLACES = "省市区县州盟旗镇乡"
_SUFFIX = (
    "委员会|办公室|办公厅|办事处|管理处|管委会|人民政府|街道办|事务所|研究所|派出所|管理所|分局|局|委|厅|院|中心|站|馆"
    "|校|队|镇|乡|街道|政府|公司|协会|科|股|处室|办"
)
_SAID = (
    "(?:收到|受理|接到|接收|新收|收悉|办结|答复|予以公开|部分公开|同意公开|不予|无法提供|主动公开|制发|作出|做出|发生"
    "|公开)"
)
# Between a subject and its verb.
_ADVERBS = (
    r"(?:共计?|一共|总共|总计|合计|累计|全年|今年|当年|本年度?|年内|20[0-9]{2}年度?|新|也|都|均|已|另|未|没有|依法|依规"
    r"|[,()])*"
)
_COUNTS = re.compile(rf"{_SAID}|[0-9](?:件|份|条|宗|项|例|起|个|部)")
_OWN = re.compile(
    "(?:我|本)(?:局|委|办|厅|院|单位|机关|部门|中心|馆|校|处|所|站|会|台|分局|支队|大队|总队|队|行|社|公司|科|部(?!分))"
    "|全局(?!性)|局机关"
)
_WIDE = re.compile("(?:全|我|本)(?P<level>国|省|市(?!场)|区|县|州|盟|旗|镇|乡|街道|域|系统|行业|辖区)")
_LEVELS = re.compile(rf"({_WIDE.pattern})各级(?:行政机关|政府(?:部门)?|机关)?")
# 在全市率先、居全市第一: no subject.
_NO_SUBJECT = "在对向为居于由是列面与和较比占及从到务盖动导升进强了给按据照"
_OPENING = re.compile(
    r"(?:[0-9]{4}年度?|[0-9]{1,2}月|全年|今年|以来|本年度?|年内|其中|同时|另外|此外|目前|据统计|一年来|截至底?|年底)*"
)
_NAME_ENDS = re.compile(rf"(?:{_SUFFIX})(?={_ADVERBS}{_SAID}|[0-9]+(?:件|份|条|宗))")
_NAME = re.compile(r"[一-鿿]{1,14}$")
_OFFICE = re.compile(
    "(?:办公室|综合[科股处室]|政务公开(?:办公室|[科股办处])|(?:政策)?法规[科股处]|信息公开(?:办公室|[科股办处]))$"
)
# What may stand before a name without being a part of it.
_BEFORE_NAME = re.compile("(?:^|[年度我本由经时中下后外此日月底末来的]|要求|部署|其次)$")
_GOVERNMENTS = ("人民政府", "政府", "管理委员会", "管委会", "街道办事处", "办事处")
_LONG_ENDS = {"委": "委员会", "办": "办公室", "街道办": "街道办事处"}


def scope_at(text: str, end: int, organ: str | None, elsewhere: re.Pattern[str]) -> Scope:
    """The body that holds at offset `end` of a sentence closed up; `elsewhere` finds words for other bodies."""
    before = text[:end]
    if before[:1] in _ORDINALS:
        before = _HEADING.sub("", before, count=1)
    before = without_levels(before, organ)
    if "(" in before:
        before = _BRACKETS.sub("", before)
    scope, first = Scope.UNSAID, None
    for clause in _MARKS.split(before):
        scope, first = _after(clause, organ, elsewhere, scope, first)
    return scope


@lru_cache(maxsize=256)
def _after(
    clause: str, organ: str | None, elsewhere: re.Pattern[str], scope: Scope, first: str | None
) -> tuple[Scope, str | None]:
    """What holds after one more clause, and the first name so far. Figures of one sentence share the clauses before."""
    said = _COUNTS.search(clause)
    head = clause[: said.end()] if said else clause
    if said and elsewhere.search(head):
        return Scope.OTHER, first
    own, wide = _OWN.search(head), _wide(head, said is not None)
    if wide is not None and not (own and own.start() > wide.start()):
        scope = Scope.OWN if is_level(wide["level"], organ) else Scope.OTHER
    elif own:
        scope = Scope.OWN
    if said is None or own:
        return scope, first
    for ends in _NAME_ENDS.finditer(clause):
        begins = _NAME.search(clause, max(0, ends.start() - 14), ends.start())
        if begins is None:
            continue
        name = begins[0] + ends[0]
        if any(one.end() == len(name) for one in _OWN.finditer(name)):
            scope = Scope.OWN
        elif organ is None:
            first = first or name
            scope = Scope.OTHER if name != first else scope
        elif (owned := is_own(name, organ)) is not None:
            scope = Scope.OWN if owned else Scope.OTHER
    return scope, first


def without_levels(text: str, organ: str | None) -> str:
    """全市各级行政机关 is 全市, where that is the organ's own."""
    if "各级" not in text:
        return text
    return _LEVELS.sub(lambda match: match[1] if is_level(match["level"], organ) else match[0], text)


def _wide(head: str, said: bool) -> re.Match[str] | None:
    """全市 as a subject: at the beginning of a clause, or anywhere before a verb of counting."""
    opening = _OPENING.match(head)
    found = _WIDE.match(head, opening.end() if opening else 0)
    if found is None and said:
        found = _WIDE.search(head)
        if found and found.start() and head[found.start() - 1] in _NO_SUBJECT:
            return None
    return found


@lru_cache(maxsize=512)
def is_level(level: str, organ: str | None) -> bool:
    """Whether 全 and `level` is all that `organ` reports on."""
    if organ is None:
        return level in ("镇", "乡", "街道")
    place = organ
    for end in _GOVERNMENTS:
        if organ.endswith(end):
            place = organ.removesuffix(end)
            break
    return place.endswith(level)


@lru_cache(maxsize=512)
def is_own(name: str, organ: str) -> bool | None:
    """Whether `name`, which may begin with words before the name, is `organ`; None where it is no name."""
    if _WIDE.fullmatch(name) or name.endswith("网站"):
        return None
    name = name.partition("代表")[0] or name
    body = _OFFICE.sub("", name)
    if body != name and (not body or body[-1] in "局委厅院关位室门年度由"):
        if len(body) < 3:
            return None
        name = body
    rules = load_recognition()
    organs = [organ]
    if organ.endswith(rules.place_ends):
        organs += [organ + government for government in _GOVERNMENTS]
    spellings = [name]
    spellings += [
        name.removesuffix(short) + long for short, long in rules.abbreviations.items() if name.endswith(short)
    ]
    spellings += [name.removesuffix(short) + long for short, long in _LONG_ENDS.items() if name.endswith(short)]
    return any(_same(spelling, one) for spelling in spellings for one in organs)


def _same(name: str, organ: str) -> bool:
    """市水利局 for 临江市水利局, 区人社局 for 某区人力资源和社会保障局: its characters in order, to the last."""
    if name[-1] != organ[-1] or ("分局" in organ) != ("分局" in name):
        return False
    at, start = len(organ), len(name)
    while start and (at := organ.rfind(name[start - 1], 0, at)) >= 0:
        start -= 1
    return len(name) - start >= 3 and _BEFORE_NAME.search(name[:start]) is not None
