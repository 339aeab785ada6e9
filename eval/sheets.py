"""A report on paper: sheets of lines of boxes, before any layout. Mess changes it, gold is read off it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from eval.gold import Gold
from eval.gold import Number as AnyNumber
from eval.truth import Number, Truth

__all__ = ["Box", "Line", "Paper", "Sheet", "shown"]


def shown(value: Number | None) -> str:
    return "" if value is None else str(value)


@dataclass
class Box:
    """A printed box. `cell`: the cell it prints, None for labels; `value`: what a careful reader takes from it."""

    text: str = ""
    cell: str | None = None
    value: Number | None = None
    colspan: int = 1
    rowspan: int = 1
    gone: bool = False  # dropped from the row by a converter that skips blanks


def value_box(cell: str, value: Number | None, colspan: int = 1) -> Box:
    return Box(shown(value), cell, value, colspan)


@dataclass
class Line:
    """A line of a sheet. `path`: labels from the outermost to its own, merged with the line above where equal.

    A line without path is a band or a head: its boxes are all labels (or the one line of figures of a wide table).
    """

    boxes: list[Box]
    path: list[str] = field(default_factory=list)
    row: str = ""
    stray: str = ""  # a stray text printed in a box between label and figures

    @property
    def figures(self) -> list[Box]:
        return [box for box in self.boxes if box.cell]


@dataclass
class Sheet:
    id: str
    heading: str
    lines: list[Line]
    stub: int = 1
    columns: int = 4

    def data(self) -> list[Line]:
        return [line for line in self.lines if line.figures]

    def boxes(self) -> Iterator[Box]:
        for line in self.lines:
            yield from line.figures

    def grid(self) -> list[list[Box]]:
        """The boxes as an HTML table would hold them, with spans."""
        out: list[list[Box]] = []
        above: list[str] = []
        open_boxes: list[Box] = []
        for line in self.lines:
            if not line.path:
                out.append([replace(box) for box in line.boxes if not box.gone])
                above, open_boxes = [], []
                continue
            row: list[Box] = []
            groups, own = line.path[:-1], line.path[-1]
            same = 0
            while same < len(groups) and same < len(above) and groups[same] == above[same]:
                open_boxes[same].rowspan += 1
                same += 1
            open_boxes = open_boxes[:same]
            for label in groups[same:]:
                box = Box(label)
                open_boxes.append(box)
                row.append(box)
            rest = max(1, self.stub - len(groups))
            if line.stray and rest > 1:
                row += [Box(own, colspan=rest - 1), Box(line.stray)]
            else:
                row.append(Box(own, colspan=rest))
                if line.stray:
                    row.append(Box(line.stray))
            row += [replace(box) for box in line.boxes if not box.gone]
            above = groups
            out.append(row)
        return out

    def flat_grid(self, *, repeat: bool = False) -> list[list[str]]:
        """Texts with a column for each grid column; merged boxes leave blanks, or repeat their text."""
        out: list[list[str]] = []
        hanging: dict[int, tuple[int, str]] = {}
        for row in self.grid():
            line: list[str] = []

            def take_hanging(line: list[str] = line) -> None:
                while len(line) in hanging:
                    left, text = hanging.pop(len(line))
                    if left > 1:
                        hanging[len(line)] = (left - 1, text)
                    line.append(text)

            for box in row:
                take_hanging()
                merged = box.text if repeat else ""
                for extra in range(box.colspan):
                    if box.rowspan > 1:
                        hanging[len(line)] = (box.rowspan - 1, merged)
                    line.append(merged if extra else box.text)
            take_hanging()
            out.append(line)
        return out


@dataclass
class Paper:
    """A report before rendering.

    `stated`: cells that the prose states, for `overview`; `accept`: values also right, for ambiguous cells.
    `text_ops` run on the rendered text, `encode` on the way to bytes. `drop_blanks`: blank boxes vanish.
    """

    truth: Truth
    title: str
    preface: list[str]
    overview: list[str]
    sheets: list[Sheet]
    problems: list[str]
    closing: list[str]
    stated: dict[str, Number] = field(default_factory=dict)
    accept: dict[str, list[AnyNumber | None]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    drop_blanks: bool = False
    headings: bool = True
    prose_only: bool = False
    halfwidth: bool = False
    declared: str = "utf-8"
    text_ops: list[Callable[[str, Random], str]] = field(default_factory=list)
    encode: Callable[[str, Random], bytes] | None = None

    def boxes(self) -> Iterator[Box]:
        for sheet in self.sheets:
            yield from sheet.boxes()

    def gold(self, *, positions_lost: bool = False) -> Gold:
        """What a careful reader takes from it. `positions_lost`: the layout drops blank boxes."""
        truth = self.truth
        cells: dict[str, AnyNumber | None] = {}
        accept = {cell: list(values) for cell, values in self.accept.items()}
        if not self.prose_only:
            for box in self.boxes():
                if box.cell:
                    cells[box.cell] = box.value
            if positions_lost or self.drop_blanks:
                self._positions_lost(accept)
            for cell, value in self.stated.items():
                if cells.get(cell) is None:
                    if cell in cells:
                        accept.setdefault(cell, [None]).append(value)
                    else:
                        cells[cell] = value
                        accept.setdefault(cell, [value, None])
        else:
            cells.update(self.stated)
        return Gold(truth.form, truth.organ, truth.year, cells, accept, dict(truth.values), list(self.notes))

    def _positions_lost(self, accept: dict[str, list[AnyNumber | None]]) -> None:
        """Which column a figure stands in is not told in a line that lost its blanks: open is right too."""
        for sheet in self.sheets:
            for line in sheet.data():
                figures = line.figures
                kept = [box for box in figures if box.text.strip()]
                if len(kept) == len(figures) or not kept:
                    continue
                zero = any(box.value == 0 for box in kept)
                for box in figures:
                    if box.cell:
                        also: list[AnyNumber | None] = [box.value, None] if box.value is not None else [None]
                        accept.setdefault(box.cell, []).extend([*also, 0] if zero else also)
