"""A document's text with its tables drawn as the grids that were read: what evidence points into, and nothing else."""

from collections.abc import Iterator, Sequence

from extractor.read.document import Document, Grid, GridCell
from extractor.review.sources.marks import Marks

__all__ = ["text_html"]

_LINES = 60  # of running text in one block, which the browser lays out only when it comes into view


def text_html(document: Document, marks: Marks) -> str:
    """The whole text as HTML of our own making."""
    return "".join(_parts(document, marks))


def _parts(document: Document, marks: Marks) -> Iterator[str]:
    at = 0
    for grid in sorted(document.grids, key=lambda one: (one.start, -one.end)):
        if grid.start < at:  # a table within a cell of the one before: its text is there
            continue
        yield from _running(document.text, at, grid.start, marks)
        yield _table(document.text, grid, marks)
        at = grid.end
    yield from _running(document.text, at, len(document.text), marks)


def _running(text: str, start: int, end: int, marks: Marks) -> Iterator[str]:
    while start < end:
        stop = start
        for _ in range(_LINES):
            stop = text.find("\n", stop, end) + 1
            if not stop:
                stop = end
                break
        if text[start:stop].strip():
            yield f'<div class="running">{marks.html(text, start, stop)}</div>'
        start = stop


def _table(text: str, grid: Grid, marks: Marks) -> str:
    lines = [f"<tr>{''.join(_line(text, cells, grid.columns, marks))}</tr>" for cells in _by_row(grid)]
    return f'<div class="grid"><table>{"".join(lines)}</table></div>'


def _by_row(grid: Grid) -> list[list[GridCell | int]]:
    """For each row its cells from left to right, with the numbers of slots that nothing covers between them."""
    rows: list[list[GridCell]] = [[] for _ in range(grid.rows)]
    for cell in grid.cells:
        if cell.row < grid.rows:
            rows[cell.row].append(cell)
    taken = [0] * grid.columns  # up to which row each column is covered from above
    out: list[list[GridCell | int]] = []
    for number, cells in enumerate(rows):
        line: list[GridCell | int] = []
        column = 0
        for cell in sorted(cells, key=lambda one: one.column):
            line += _gap(taken, number, column, cell.column)
            line.append(cell)
            column = min(cell.column + cell.column_span, grid.columns)
            for covered in range(cell.column, column):
                taken[covered] = number + cell.row_span
        out.append(line + _gap(taken, number, column, grid.columns))
    return out


def _gap(taken: Sequence[int], row: int, start: int, end: int) -> list[GridCell | int]:
    holes = sum(taken[column] <= row for column in range(start, end))
    return [holes] if holes else []


def _line(text: str, cells: Sequence[GridCell | int], columns: int, marks: Marks) -> Iterator[str]:
    for cell in cells:
        if isinstance(cell, int):
            yield f'<td class="void" colspan="{cell}"></td>'
            continue
        tag = "th" if cell.header else "td"
        spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
        spans += f' colspan="{min(cell.column_span, columns)}"' if cell.column_span > 1 else ""
        yield f"<{tag}{spans}>{marks.html(text, cell.start, cell.end)}</{tag}>"
