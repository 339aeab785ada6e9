"""The order of a report: title, preface, sections with their headings, sheets."""

from collections.abc import Iterator
from enum import StrEnum

from eval.sheets import Paper, Sheet

__all__ = ["Kind", "blocks", "halfwidth"]

HALF = str.maketrans("（），：；“”", '(),:;""')


class Kind(StrEnum):
    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"
    SHEET = "sheet"


def blocks(paper: Paper) -> Iterator[tuple[Kind, str | Sheet]]:
    """Every part in printed order. Without headings the sheets follow each other bare."""
    ogi = paper.truth.form in ("ogi-2021", "ogi-2019")
    if paper.title:
        yield Kind.TITLE, paper.title
    for text in paper.preface:
        yield Kind.TEXT, text
    yield Kind.HEADING, "一、总体情况" if ogi else "一、概述"
    for text in paper.overview:
        yield Kind.TEXT, text
    if ogi:
        if paper.prose_only:
            for heading in (
                "二、主动公开政府信息情况",
                "三、收到和处理政府信息公开申请情况",
                "四、政府信息公开行政复议、行政诉讼情况",
            ):
                yield Kind.HEADING, heading
        yield from _sheets(paper)
    yield Kind.HEADING, "五、存在的主要问题及改进情况" if ogi else "二、存在的主要问题和改进措施"
    for text in paper.problems:
        yield Kind.TEXT, text
    yield Kind.HEADING, "六、其他需要报告的事项" if ogi else "三、需要说明的其他事项与附表"
    for text in paper.closing:
        yield Kind.TEXT, text
    if not ogi:
        yield from _sheets(paper)


def _sheets(paper: Paper) -> Iterator[tuple[Kind, str | Sheet]]:
    for sheet in paper.sheets:
        if sheet.heading and paper.headings:
            yield Kind.HEADING, sheet.heading
        yield Kind.SHEET, sheet


def halfwidth(text: str) -> str:
    """Punctuation as some converters leave it."""
    return text.translate(HALF)
