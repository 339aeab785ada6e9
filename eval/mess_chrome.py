"""Mess around the tables: covers, notes, annexes, other bodies, page numbers, copies, tables lost as pictures."""

from copy import deepcopy
from random import Random

from eval.sheets import Box, Line, Paper

__all__ = ["cover", "crlf", "mojibake", "notes_below", "other_bodies", "page_numbers", "pictures", "radicals", "twice"]

# Kangxi and CJK radicals in place of the characters they look like, as some PDF converters leave them.
RADICALS = dict(
    zip(
        "一人入八力十口土大女子小工己文方日月木止比毛氏水火牛生用田白目石示立竹米老而耳自至色行见言谷走足车里金长门非面页风飞食首马高鱼鸟黑鼻齐民",
        "⼀⼈⼊⼋⼒⼗⼝⼟⼤⼥⼦⼩⼯⼰⽂⽅⽇⽉⽊⽌⽐⽑⽒⽔⽕⽜⽣⽤⽥⽩⽬⽯⽰⽴⽵⽶⽼⽽⽿⾃⾄⾊⾏⻅⾔⾕⾛⾜⻋⾥⾦⻓⻔⾮⾯⻚⻛⻜⾷⾸⻢⾼⻥⻦⿊⿐⻬⺠",
        strict=True,
    )
)


def _times(severity: float, most: int) -> int:
    return max(1, round(severity * most))


def cover(paper: Paper, severity: float, rng: Random) -> None:
    """A cover, contents with page numbers, and a list of annexes that count things."""
    year, page = paper.truth.year, rng.randint(1, 3)
    contents = ["目　录"]
    for name in (
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "五、存在的主要问题及改进情况",
    ):
        contents.append(name + rng.choice(("…………", "........", " ")) + str(page))
        page += rng.randint(1, 4)
    annexes = [
        f"附件：1.{year}年度重点领域公开事项清单（共{rng.randint(9, 60)}项）",
        f"2.{year - 1}年度整改台账（已销号{rng.randint(3, 20)}件）",
        f"3.{year}年依申请公开典型案例{rng.randint(2, 6)}件",
        f"4.{year + 1}年度培训计划（{rng.randint(2, 9)}期{rng.randint(20, 300)}人次）",
    ]
    paper.preface = [f"{paper.truth.organ}", f"{year + 1}年{rng.randint(1, 3)}月", *contents, *paper.preface]
    paper.closing += annexes[: _times(severity, len(annexes))]


def notes_below(paper: Paper, severity: float, rng: Random) -> None:
    """Notes under a table, with parts of a figure, last year's figures and what is not counted."""
    truth = paper.truth
    for sheet in paper.sheets:
        notes = [
            f"上表数据由各科室报送，含补报{rng.randint(1, 9)}件",
            f"{truth.year - 1}年同期为{rng.randint(1, 900)}件",
            f"不含所属单位的{rng.randint(1, 60)}件",
            f"有{rng.randint(1, 5)}件系同一申请人以不同方式提交",
        ]
        chosen = rng.sample(notes, _times(severity, len(notes)))
        text = "注：" + "；".join(f"{number}.{note}" for number, note in enumerate(chosen, 1)) + "。"
        sheet.lines.append(Line([Box(text, colspan=sheet.columns)]))


def other_bodies(paper: Paper, severity: float, rng: Random) -> None:
    """Figures of a subordinate body, of the system, of last year, in sentences after the end."""
    year, number = paper.truth.year, lambda: rng.randint(2, 80)
    said = [
        f"附：所属服务中心{year}年收到政府信息公开申请{number()}件，予以公开{number()}件，结转下年度继续办理{number()}件。",
        f"下辖各乡镇{year}年共新收政府信息公开申请{number()}件，行政复议{number()}件。",
        f"{year - 1}年，本机关收到政府信息公开申请{number()}件，办结{number()}件。",
        f"所属各单位作出行政许可{number()}件、行政处罚{number()}件。",
    ]
    paper.closing += rng.sample(said, _times(severity, len(said)))


def page_numbers(paper: Paper, severity: float, rng: Random) -> None:
    """Page numbers between the lines, wherever a page ended: between rows, or inside one that has a line a cell."""
    style = rng.choice(("— {} —", "- {} -", "第 {} 页", "—{}—"))
    pages = _times(severity, 8)

    def numbered(text: str, chance: Random) -> str:
        lines = text.split("\n")
        for page, at in enumerate(sorted(chance.sample(range(3, len(lines)), min(pages, max(0, len(lines) - 3)))), 1):
            lines[at] = f"{style.format(page)}\n{lines[at]}"
        return "\n".join(lines)

    paper.text_ops.append(numbered)


def pictures(paper: Paper, severity: float, rng: Random) -> None:
    """Tables that were pictures: a name of a file is left. The longest one stays."""
    longest = max(paper.sheets, key=lambda sheet: len(sheet.lines))
    for sheet in paper.sheets:
        if sheet is not longest and rng.random() < 0.3 + severity:
            name = rng.choice(("[图片]", f"W0{rng.randint(10**9, 10**10)}.png", f"微信图片_{paper.truth.year + 1}0119"))
            sheet.lines = [Line([Box(name)])]


def twice(paper: Paper, severity: float, rng: Random) -> None:
    """Tables that stand in the document twice, for the screen and for print; the figures are the same."""
    for sheet in list(paper.sheets):
        if rng.random() < 0.3 + severity:
            paper.sheets.append(deepcopy(sheet))


def radicals(paper: Paper, severity: float, rng: Random) -> None:
    """Labels with radicals for characters, more or fewer of them."""

    def changed(text: str, chance: Random) -> str:
        return "".join(RADICALS[char] if char in RADICALS and chance.random() < severity else char for char in text)

    for sheet in paper.sheets:
        for line in sheet.lines:
            line.path = [changed(text, rng) for text in line.path]
            for box in line.boxes:
                if not box.cell:
                    box.text = changed(box.text, rng)


def mojibake(paper: Paper, severity: float, rng: Random) -> None:
    """Paragraphs of the running text that were decoded wrongly before they were published."""
    for number, text in enumerate(paper.problems):
        size = max(20, int(len(text) * min(1.0, severity)))
        at = rng.randint(0, max(0, len(text) - size))
        broken = text[at : at + size].encode().decode("gb18030", errors="replace")
        paper.problems[number] = text[:at] + broken + text[at + size :]


def crlf(paper: Paper, severity: float, rng: Random) -> None:  # noqa: ARG001
    """Windows line ends, and form feeds where pages ended."""
    every = rng.randint(15, 40)

    def ended(text: str, _rng: Random) -> str:
        lines = text.split("\n")
        return "\r\n".join(("\f" if at and at % every == 0 else "") + line for at, line in enumerate(lines))

    paper.text_ops.append(ended)
