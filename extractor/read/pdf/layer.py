"""Whether a page's text layer says what the page shows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import Enum

from extractor.read.fold import fold
from extractor.read.pages import Box
from extractor.read.pdf.shapes import Char, Drawn, Sheet

__all__ = ["Layer", "judge"]


class Layer(Enum):
    """`EMPTY`: nothing is on the page. `PICTURE`: what is on it is a picture. `RECOGNISED`: a picture, and over it the
    text that somebody's recognition made of it. `BROKEN`: characters without meaning, or with a wrong one."""

    GOOD = "text"
    EMPTY = "empty"
    PICTURE = "picture"
    RECOGNISED = "recognised"
    BROKEN = "broken"


# Shares of characters: without meaning, and with one that no report has.
_BAD = 0.05
_STRANGE = 0.4
_ENOUGH = 20
# A picture that covers so much of a page is the page.
_COVERS = 0.5
_STAMP = 40

# What makes up half of any Chinese text of this kind. A layer whose characters are all shifted has hardly any.
_COMMON = frozenset(
    "的政府信息公开申请年度报告行一二三四五六七八九十本机关不其他予第项区市县人民法工作情况处理和主动收到"
    "数量总计有规章发布条例单位件复议诉讼结果维持纠正尚未审自然商业企科研构社会益组织律服务上转新国家秘密"
    "提供制据要求重理内部事事务过程性查询对许可罚强收费制废止现效在存问题改进及为以大等部门是中公示网站平台"
    "时建设加强推全通过与方面各了用日月个进实管息容电子文体分下出能成将员会表面主指导开展落实完善按照"
)


def judge(sheet: Sheet) -> Layer:
    """What the text layer of the page is worth."""
    chars, drawn = sheet.chars, sheet.drawn
    covered = _largest(drawn.images) / max(1.0, sheet.width * sheet.height)
    if not chars:
        # A page of outlines instead of letters draws a lot; a ruled page or a frame does not.
        return Layer.PICTURE if covered > 0.02 or drawn.marks > _STAMP or drawn.seen else Layer.EMPTY
    if covered > _COVERS:
        if drawn.unseen > drawn.seen:
            return Layer.RECOGNISED
        if len(chars) < _STAMP and drawn.marks < _STAMP:
            return Layer.PICTURE
    return Layer.BROKEN if is_broken(chars, drawn) else Layer.GOOD


def is_broken(chars: Sequence[Char], drawn: Drawn) -> bool:
    """Whether the layer lies about what is printed."""
    if _many(one.bad for one in chars) or _many(one.bad for one in _ruled(chars, drawn)):
        return True
    text = fold("".join(one.text for one in chars if not one.bad))
    counts = Counter(map(_kind, text))
    if counts["strange"] + counts["rare"] >= _ENOUGH and counts["strange"] + counts["rare"] > _STRANGE * len(text):
        return True
    ideographs = counts["common"] + counts["usual"] + counts["rare"]
    return ideographs >= 3 * _ENOUGH and counts["common"] < 0.1 * ideographs


def _kind(character: str) -> str:
    if "\u4e00" <= character <= "\u9fff":
        if character in _COMMON:
            return "common"
        try:
            character.encode("gb2312")
        except UnicodeEncodeError:
            return "rare"
        return "usual"
    if character.isascii() or character in "·—…“”‘’、。〈〉《》「」『』【】（）！，：；？％○●□■℃√×÷±Ⅰ":
        return "plain"
    return (
        "strange" if character.isalpha() or character.isnumeric() or character in "¡¢£¤¥¦§¨©ª«¬®¯°´µ¶¸»¿" else "plain"
    )


def _many(bad: Iterable[bool]) -> bool:
    """Whether more than a stray symbol is without meaning."""
    told = list(bad)
    return sum(told) > max(1, _BAD * len(told))


def _ruled(chars: Sequence[Char], drawn: Drawn) -> list[Char]:
    """The characters at the height of rulings down the page: those in tables, where the figures are."""
    if not drawn.across or not drawn.down:
        return []
    top, bottom = min(one.start for one in drawn.down), max(one.end for one in drawn.down)
    return [one for one in chars if top <= one.middle <= bottom]


def _largest(images: Sequence[Box]) -> float:
    """The area that the pictures cover: those cut into strips or tiles count together."""
    return sum((box[2] - box[0]) * (box[3] - box[1]) for box in images)
