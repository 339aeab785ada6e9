"""Markdown: pipe tables, and what a PDF converter makes of a ruled table (labels torn from their figures)."""

import re
from random import Random

from eval.layouts.blocks import Kind, blocks
from eval.sheets import Line, Paper, Sheet

__all__ = ["pipes", "torn"]


def _rows(rows: list[list[str]]) -> str:
    width = max(map(len, rows))
    out = []
    for index, row in enumerate(rows):
        out.append("| " + " | ".join([*row, *[""] * (width - len(row))]) + " |")
        if index == 0:
            out.append("|" + "---|" * width)
    return "\n".join(out)


def pipes(paper: Paper, rng: Random) -> str:
    repeat = rng.random() < 0.4
    out = []
    for kind, part in blocks(paper):
        if isinstance(part, Sheet):
            out.append(_rows(part.flat_grid(repeat=repeat)))
        elif kind is Kind.TITLE:
            out.append(f"# {part}")
        elif kind is Kind.HEADING:
            out.append(f"## {part}")
        else:
            out.append(part)
    return "\n\n".join(out) + "\n"


def _lines(text: str, width: int) -> list[str]:
    """A paragraph as its page broke it: nowhere inside a number."""
    out = [""]
    for token in re.findall(r"[0-9.%-]+|.", text):
        if len(out[-1]) + len(token) > width and out[-1]:
            out.append("")
        out[-1] += token
    return out


def _wrapped(text: str, rng: Random) -> list[str]:
    """A label as its narrow cell broke it."""
    width = rng.randint(9, 12)
    return [text[start : start + width] for start in range(0, len(text), width)]


def _torn_lines(sheet: Sheet, rng: Random) -> str:
    """Every line of figures stays in order; the labels of some stand in a heap before or after them."""
    share = rng.uniform(0.15, 0.5)
    out: list[str] = []
    waiting: list[str] = []
    group = ""

    def flush() -> None:
        if waiting:
            out.extend(["", *waiting, ""])
            waiting.clear()

    for line in sheet.lines:
        figures = [box.text for box in line.boxes if box.text]
        if not line.path:
            flush()
            if line.figures:
                out.append(_rows([figures]))
            else:
                out.extend(["", "".join(box.text for box in line.boxes)])
            continue
        if line.path[:-1] and line.path[-2] != group:
            flush()
            group = line.path[-2]
            waiting.extend(_wrapped(group, rng)[:2])
        if rng.random() < share:
            waiting.extend(_wrapped(line.path[-1], rng))
            if rng.random() < 0.5:
                flush()
            out.append(_rows([figures]))
        else:
            out.append(_rows([[line.path[-1], *figures]]))
    flush()
    return "\n".join(out)


def _plain_then_table(sheet: Sheet) -> str:
    """Lines of one figure turned to text, the wider ones to a table after them."""
    text, table = [], []
    for line in sheet.lines:
        if len(line.figures) == 1 or not line.figures:
            heads = "".join(box.text for box in line.boxes) if not line.figures else ""
            if heads and len(line.boxes) > 2:
                table.append([box.text for box in line.boxes])
            else:
                text.append(heads or " ".join([*line.path, *(box.text for box in line.boxes)]))
        else:
            table.append([line.path[-1] if line.path else "", *(box.text for box in line.boxes)])
    return "\n".join(text) + ("\n## 表\n" + _rows(table) if table else "")


def torn(paper: Paper, rng: Random) -> str:
    out = []
    for _kind, part in blocks(paper):
        if not isinstance(part, Sheet):
            width = rng.randint(26, 30)
            out.append("\n".join(_lines(part, width)))
        elif part.id == "proactive" and all(len(line.path) < 2 for line in part.lines):
            simple = paper.truth.form == "ogi-2021" and rng.random() < 0.6
            out.append(_plain_then_table(part) if simple else _rows(_boxes(part.lines)))
        elif part.id == "applications":
            out.append(_torn_lines(part, rng))
        else:
            out.append(_rows(part.flat_grid()))
    return "\n\n".join(out) + "\n"


def _boxes(lines: list[Line]) -> list[list[str]]:
    return [[*line.path, *(box.text for box in line.boxes)] for line in lines]
