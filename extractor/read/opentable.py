"""A table while its page is being walked: the rows so far, and what is known of the open cell."""

from extractor.read.grids import RawRow

__all__ = ["OpenTable"]


class OpenTable:
    """A table being read. `break_parts`: where in the output a break inside the open cell was written as a space."""

    __slots__ = (
        *("break_parts", "cell_end", "cell_start", "first_part", "header", "holders", "holds_tables"),
        *("in_cell", "layout", "picture", "rows", "section", "span", "start"),
    )

    def __init__(self, start: int) -> None:
        self.start = start
        self.rows: list[RawRow] = []
        self.section = 0
        self.header = False
        self.holds_tables = False
        # For each cell with text of its own and a table, or with a picture only: its row.
        self.holders: list[int] = []
        self.picture = False
        self.in_cell = False
        self.layout = False
        self.cell_start = 0
        self.first_part = 0
        self.cell_end: int | None = None
        self.span = (1, 1)
        self.break_parts: list[int] = []

    def is_layout(self) -> bool:
        """Only there to place things on the page: a single cell, or too little text of its own beside other tables."""
        filled = [sum([cell[1] > cell[0] for cell in row.cells]) for row in self.rows]
        for row in self.holders:
            filled[row] -= 1
        if self.holds_tables:
            return sum(count > 1 for count in filled) < 2
        return not any(filled) or sum(len(row.cells) for row in self.rows) < 2
