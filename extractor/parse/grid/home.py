"""Whether a grid is a printing of a table of the form, or another table that shares a few short labels with it."""

from collections.abc import Sequence

from extractor.forms.model import Table
from extractor.parse.grid.lines import Lines
from extractor.parse.labels import bare_text
from extractor.read.fold import fold

__all__ = ["at_home"]

_NEAR = 200


def at_home(grids: Sequence[Lines], number: int, table: Table, folded: str) -> bool:
    """Whether anything says that grid `number` prints `table`: a head or a long label, all of its rows, a title right
    before it, or the piece of the table in the grid before."""
    here = grids[number]
    if table.id in here.named:
        return True
    named = {item.id for line in here.lines for _, item, _ in line.items if item.table == table.id and not item.bare}
    if not named or all(row.optional or row.id in named for row in table.rows):
        return True
    start = here.grid.start
    before = max((one.grid.end for one in grids[:number] if one.grid.end <= start), default=0)
    gap = bare_text(folded[max(before, start - _NEAR) : start])
    if any(bare_text(fold(title)) in gap for title in table.titles):
        return True
    if number == 0 or not here.lines[0].numbers or grids[number - 1].grid.columns != here.grid.columns:
        return False
    return at_home(grids, number - 1, table, folded)
