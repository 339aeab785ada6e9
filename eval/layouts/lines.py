"""Flattened text: a cell a line, tabs, spaces, everything glued, or prose with the tables gone."""

from random import Random

from eval.layouts.blocks import Kind, blocks, halfwidth
from eval.sheets import Box, Paper, Sheet

__all__ = ["cell_lines", "glued", "pipe", "plain", "prose", "spaces", "tab", "tab_shift"]


def _texts(row: list[Box]) -> list[str]:
    return [box.text for box in row if box.text.strip()]


def pipe(paper: Paper, rng: Random) -> str:
    """A cell a line with a trailing pipe; a line of the pipes that its row still lacks ends the row."""
    out = []
    half = rng.random() < 0.7
    for _kind, part in blocks(paper):
        if not isinstance(part, Sheet):
            out.append(halfwidth(part) if half else part)
            continue
        grid = part.grid()
        for index, row in enumerate(grid):
            texts = _texts(row)
            out += [f"{halfwidth(text) if half else text} |" for text in texts]
            if index < len(grid) - 1 and part.columns > len(texts):
                out.append("|" * (part.columns - len(texts)))
    return "\n".join(out) + "\n"


def _tabbed(part: Sheet, rng: Random, *, shift: bool) -> list[str]:
    rows = part.flat_grid()
    if not shift or part.stub < 2 or len(rows) < 9:
        broken = rng.randint(2, max(2, len(rows) - 2)) if rng.random() < 0.5 else -1
        out = []
        for index, row in enumerate(rows):
            if index == broken:
                out.append("")
            out.append("\t".join(row))
        return out
    start = rng.randint(len(rows) // 2, len(rows) - 3)
    out = []
    lost = rng.choice((1, 2))
    for index, row in enumerate(rows):
        if index == start:
            out.append("")
        if index < start:
            out.append("\t".join(row))
            continue
        labels = [cell for cell in row[: part.stub] if cell]
        values = row[part.stub :]
        position = max((i for i, cell in enumerate(row[: part.stub]) if cell), default=0)
        if position >= lost and not any(row[:lost]):
            cells = [*row[lost : part.stub], *values, *[""] * lost]
        else:
            stray = ["0"] if len(labels) == 1 and rng.random() < 0.5 else []
            cells = [*labels, *stray, *values, ""]
        out.append("\t".join(cells))
    return out


def _tabs(paper: Paper, rng: Random, *, shift: bool) -> str:
    out = []
    for _kind, part in blocks(paper):
        if isinstance(part, Sheet):
            out += ["", *_tabbed(part, rng, shift=shift), ""]
        else:
            out += [part, ""]
    return "\n".join(out) + "\n"


def tab(paper: Paper, rng: Random) -> str:
    return _tabs(paper, rng, shift=False)


def tab_shift(paper: Paper, rng: Random) -> str:
    """After a page break the rows move left by the columns whose labels stayed on the page before."""
    return _tabs(paper, rng, shift=True)


def cell_lines(paper: Paper, rng: Random) -> str:
    indent = rng.choice(("", "  "))
    gap = rng.choice(("\n", "\n\n", "\n\n"))
    out = []
    for _kind, part in blocks(paper):
        if isinstance(part, Sheet):
            out += [indent + (box.text or "  ") for row in part.grid() for box in row]
        else:
            out.append(indent + part)
    return gap.join(out) + "\n"


def spaces(paper: Paper, rng: Random) -> str:
    """The whole page on one line, boxes parted by a space."""
    day = f"{paper.truth.year + 1}-01-{rng.randint(10, 30)}"
    out = [f"当前位置： 首页 政务公开 年报 来源：{paper.truth.organ} 时间：{day} 微信 微博"]
    for _kind, part in blocks(paper):
        if isinstance(part, Sheet):
            out += [text for row in part.grid() for text in _texts(row)]
        else:
            out.append(part)
    return " ".join(out) + " 附件下载\n"


def plain(paper: Paper, rng: Random) -> str:
    """A row a line, boxes parted by spaces."""
    gap = " " * rng.choice((1, 2, 4))
    out = []
    for kind, part in blocks(paper):
        if isinstance(part, Sheet):
            out += [gap.join(_texts(row)) for row in part.grid()]
        else:
            out.append(part if kind is not Kind.TEXT else "  " + part)
    return "\n".join(out) + "\n"


def glued(paper: Paper, rng: Random) -> str:
    """Everything on one line, nothing between the boxes; a space here and there."""
    day = f"{paper.truth.year + 1}-01-{rng.randint(10, 30)}"
    out = [f"当前位置： 首页政务公开年报 来源：{paper.truth.organ} 时间：{day} --> "]
    for kind, part in blocks(paper):
        if isinstance(part, Sheet):
            out += ["".join(_texts(row)) + (" " if rng.random() < 0.05 else "") for row in part.grid()]
        else:
            out.append(part + (" " if kind is Kind.TITLE else ""))
    return "".join(out) + " 附件下载\n"


def prose(paper: Paper, rng: Random) -> str:
    """Headings with nothing under them, and noise where the tables were."""
    out = []
    noise = "|" * rng.randint(200, 2000) if rng.random() < 0.5 else ""
    one_line = rng.random() < 0.4
    for kind, part in blocks(paper):
        text = str(part)
        out.append(f"{text} |{noise}" if noise and kind is Kind.HEADING else text)
    return (" " if one_line else "\n").join(out) + "\n"
