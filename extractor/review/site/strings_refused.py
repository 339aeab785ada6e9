"""Why a decision was not kept, in the words of the page.

The messages are those of extractor.deciding.decision and its neighbours, which name the cell by its id; on the page the
cell stands above, so the id is left out.
"""

import re

from extractor.review.site.strings import Language

__all__ = ["refused"]

_SAID = (
    (r"'(.*)' is no figure", "“{0}”不是数字"),
    (r"(-?[\d.]+) is below 0; where it is printed so, decide 'as printed'", "{0} 小于 0；原文确如此印，请按 w（照印）"),
    (
        r"(-?[\d.]+) is no whole number; where it is printed so, decide 'as printed'",
        "{0} 不是整数；原文确如此印，请按 w（照印）",
    ),
    (r"no report holds a figure like that", "年报中不会有这样的数字"),
    (r"nothing is printed there that could be wrong", "此处没有印出数字，谈不上印错"),
    (
        r"what is shown \((.+)\) is not what is printed: give the figure that is",
        "{0} 不是原文所印：请填所印的数",
    ),
    (r"there is no value to confirm: .+", "没有可确认的值：请选一种读法，或填入原文所印的数"),
    (r"give the figure, or say that it is blank, not applicable or missing", "请填数字，或注明空白、不适用、未印"),
    (r"nothing is decided for .+", "此格尚无决定可撤销"),
    (r"author and note have at most (\d+) characters", "姓名与备注最多 {0} 字"),
    (r"there is no report to decide on", "没有可供决定的报告"),
    (r"a decision that long is not kept", "内容过长"),
    (r"(.+) is too large for a log of decisions", "“{0}”过大，不是决定的记录"),
    (r"(.+) is a link, or no file: decisions are not written there", "“{0}”是链接或不是文件，决定不写入其中"),
)
_PATTERNS = tuple((re.compile(pattern), said) for pattern, said in _SAID)
_CELL = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+: ")


def refused(message: str, language: Language) -> str:
    """`message` for people who look at the cell. What is not known in Chinese stays in English."""
    message = _CELL.sub("", message, count=1) if _CELL.match(message) else message
    if language == "zh":
        for pattern, said in _PATTERNS:
            if match := pattern.fullmatch(message):
                return said.format(*match.groups())
    return message
