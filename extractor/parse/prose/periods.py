"""Which period a figure in a sentence is about: the report's year, all years together, or something else.

Words that name a period are read from the left; the last one before the figure decides, as a reader would have it.
"""

import re
from enum import StrEnum

__all__ = ["Period", "period_at"]


class Period(StrEnum):
    YEAR = "year"  # the year of the report
    AS_OF = "as_of"  # up to a date of that year: fits a stock, says nothing sure about a flow
    CUMULATIVE = "cumulative"
    OTHER = "other"  # another year, a part of the year, or unclear


_LAST = r"(?:上一?年度?|上个年度|去年度?|往年度?|前年|前一年度?|以前年度|以往(?:年度)?|此前|过去)"
_YEAR = r"(?:20[0-9]{2}|二[〇零○][〇零○一二][〇零○一二三四五六七八九])"
_WORDS = re.compile(
    # The first characters of all that follows, so that most places are passed over at once.
    rf"""
    (?=[0-9到上去往前以此过二结顺转递延下次明每年历较比与同和相对环高低多少等大小近两三四五六七八九十截今本报全当一实施开成颁启累期任])
    (?:
    (?P<carried>(?:{_LAST}|{_YEAR}年度?)(?:[^,;。0-9]{{0,6}})(?:结转|转入|转结|转接|遗留)
        |(?:结转|顺延|转|递延|延期?)(?:至|到|入|自)?(?:{_LAST}|下一?年度?|次年度?|明年|{_YEAR}年度?)
        |下一?年度?|次年度?|明年度?)
    |(?P<whole>(?P<from>{_YEAR})年1(?:月(?:1日)?)?(?:起|开始)?(?:至|到|-|~){{1,2}}(?:(?:(?P<to>{_YEAR})|同|当)年)?12月(?:31日|底)?止?)
    |(?P<span>(?:{_YEAR}年?(?:度|初|底|末|[0-9]{{1,2}}月(?:[0-9]{{1,2}}日|份|底)?)?(?:起|开始)?,?(?:至|到|-|~){{1,2}}
        (?:{_YEAR}年?|同年|当年|今年|目前|现在)))
    |(?P<several>{_YEAR}年?度?(?:(?:、|和|及|与|以及){_YEAR}年?度?)+|每年|年均|历次)
    |(?P<compared>(?:较|比|与|同|和|相较于?|相比|对比|环比|[高低多少等大小]于)(?:之前|以前)?(?:{_LAST}|同期|{_YEAR}年度?)(?:同期|相比|的)?(?:持平|相同)?)
    |(?P<rate>同比)
    |(?P<years>近[几两二三四五六七八九十0-9]{{1,2}}年|(?<![〇零○一二三0-9])[两二三四五六七八九十]年(?:来|间|内|以来)
        )
    |(?P<as_of>截[至止](?:到|至)?(?P<by>{_YEAR})?年?(?:度)?(?:底|末|年底|12月(?:31日|底|末)?)|截[至止]到?(?:目前|今|本年底|年底|本年末|当前))
    # 到12月底 says no more than the year does.
    |(?P<close>(?<![^,;:。])到(?:本年|当年)?(?:12月(?:31日|底|末)|年底|年末))
    |(?P<this>今年以来|{_YEAR}年以来|本年度?|今年度?|本报告期|报告期内?|本年内)
    |(?P<within>全年|当年|年内|全年度|一年来|一年以来)
    |(?P<all>历年(?:来)?(?:累计)?|(?:实施|施行|实行|开展|成立|开通|颁布|启动)?以来)
    |(?P<sum>累计)
    |(?P<part>上半年|下半年|[一二三四1-4]季度|(?:{_YEAR}年)?[0-9一二三四五六七八九十]{{1,3}}月(?:份|[0-9一二三十]{{1,3}}日)?以?来?)
    |(?P<while>(?<!报告)(?<!统计)期间|任期内?|十[一二三四五六]五(?!规划))
    |(?P<last>{_LAST}(?:同期)?|同期)
    |(?P<year>(?<![0-9]){_YEAR})年度?(?:底|末)?
    )
    """,
    re.VERBOSE,
)
_COMPARED = re.compile("相比|比较|对比|持平|相同|同期|一样|增|减|多|少|上升|下降|,|;")
# 收到18件(2022年为35件): what stands in brackets beside a figure says nothing of the next one.
_REMARK = re.compile(r"\([^()]*[0-9](?:件|条|份|宗|项|个|%)[^()]*\)")
_CLAUSE_END = re.compile("[,;:]|相比|对比")
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")


def period_at(text: str, end: int, year: int | None, before: Period = Period.YEAR) -> Period:
    """The period that holds at offset `end` of the sentence; `before`: what held where it begins."""
    text = _REMARK.sub(lambda match: " " * len(match[0]), text[:end]) if "(" in text[:end] else text
    period, told = before, before is not Period.YEAR
    passing = False
    for match in _WORDS.finditer(text, 0, end):
        kind = match.lastgroup
        if match["carried"] or match["rate"] or match["close"]:
            continue
        if match["compared"]:
            # 与2022年收到的35件相比: the figure is that of the year it is compared with.
            told_so = _COMPARED.match(text, match.end()) or match[0].endswith(("持平", "相同", "相比"))
            if match.end() < end and not told_so and _CLAUSE_END.search(text, match.end(), end) is None:
                return Period.OTHER
            continue
        if match["whole"]:
            period = _of(match["from"], year)
            if match["to"] is not None and match["to"] != match["from"]:
                period = Period.OTHER
        elif match["as_of"]:
            named = match["by"]
            period = Period.AS_OF if named is None or _of(named, year) is Period.YEAR else Period.OTHER
        elif match["this"]:
            named = match["this"][:-3] if match["this"].endswith("年以来") and len(match["this"]) == 7 else None
            period = Period.YEAR if named is None else _of(named, year)
        elif match["within"]:
            if period in (Period.AS_OF, Period.CUMULATIVE) or passing:
                period = Period.YEAR
        elif match["all"]:
            period = Period.CUMULATIVE
        elif match["sum"]:
            if period is Period.AS_OF:
                period = Period.CUMULATIVE
            elif not told:
                period = Period.OTHER
        elif kind in ("part", "last", "years", "span", "several", "while"):
            period = Period.OTHER
        elif kind is not None:
            period = _of(match["year"], year)
        told, passing = True, kind == "while"
    return period


def _of(printed: str, year: int | None) -> Period:
    return Period.YEAR if year is not None and int(printed.translate(_DIGITS)) == year else Period.OTHER
