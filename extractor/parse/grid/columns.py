"""The figures of a grid's row in the order of the form's columns, as the heads say."""

from collections.abc import Sequence

from extractor.forms.model import Table
from extractor.parse.fitting.fitted import holds, totals_printed
from extractor.parse.fitting.split import Shape
from extractor.parse.grid.heads import FOREIGN, UNKNOWN, Head, Heads
from extractor.parse.grid.lines import Line
from extractor.parse.rows import LINE_ORDER, Token, TokenKind
from extractor.report import Reason

__all__ = ["absent", "arrange", "arrange_line"]

_PARTLY = Reason(
    "the column heads are read in part only, and not all of them are the form's", "表头仅部分读出，且不全是表式的栏目"
)
_SHORT = Reason("the row has other cells than the heads above it", "该行各格与上方表头不能逐一对应")
_SUMS = Reason(
    "the figures add up in the form's order, not in that of the heads",
    "按表式的栏目顺序合计相符，按所印表头的顺序则不符",
)
_UNSURE = Reason("the order of the column heads is unsure", "表头的栏目顺序不能确定")

Placed = tuple[list[Token] | None, Reason | None]


def absent(at: int) -> Token:
    """Stands for a figure whose column the table does not print."""
    return Token(TokenKind.ABSENT, at, at, printed="")


def arrange(
    tokens: Sequence[tuple[int, Token]], heads: Heads, wanted: Sequence[int], line: Line | None, shape: Shape | None
) -> Placed:
    """One token for each of the `wanted` columns, and why that is doubted; (None, None) where the heads say nothing
    that the form does not. `line`: where the row stands in the grid of the heads, None if it is in another.
    """
    cells = list(tokens)
    leaves = heads.leaves[heads.first :]
    while len(cells) > len(leaves) and cells[0][1].kind is TokenKind.BLANK:
        cells.pop(0)
    size = len(wanted)
    places = _assigned(leaves, wanted)
    if places == list(range(size)) and not heads.unsure:
        stood = _stood(cells, leaves, places, size) if len(cells) > size and line is not None else None
        if stood is not None and all(token in stood for _, token in cells if token.kind is not TokenKind.BLANK):
            return stood, None  # what is over is empty, and under no head
        if len(cells) == size or (len(cells) > size and not _under_heads(cells, heads, line)):
            return None, None
        if len(cells) < size:
            by_place = _by_position(cells, leaves, heads, line)
            return (None, None) if by_place is None else (_in_columns(by_place, places, size), None)
    if len(cells) > len(leaves):
        leaves = heads.leaves[-len(cells) :]
        places = _assigned(leaves, wanted)
        if len(cells) == size and places is not None and places[0] is None:
            # As many figures as the form has columns, and the first under a head of labels: two heads are one.
            return None, _PARTLY
    if all(leaf.place not in wanted for leaf in leaves):
        return None, None
    if places is None:
        return None, _PARTLY
    printed: list[Token | None] | None = None
    if len(cells) == len(leaves):
        printed = [token for _, token in cells]
    elif len(cells) < len(leaves):
        printed = _by_position(cells, leaves, heads, line)
    if printed is None and len(cells) == size and _of_several_rows(leaves, wanted):
        return None, None
    if printed is None:
        straight = [token for _, token in cells[-len(leaves) :]]
        padding = [None] * (len(leaves) - len(straight))
        return _in_columns([*straight, *padding], places, size), _SHORT
    values = _in_columns(printed, places, size)
    stood = None if line is None else _stood(cells, leaves, places, size)
    if stood is not None and stood != values:
        below = shape is not None and totals_printed(stood, shape) and holds(stood, shape)
        in_order = shape is not None and totals_printed(values, shape) and holds(values, shape)
        return (stood if below else values), None if below and not in_order else _UNSURE
    straight = [token for _, token in cells]
    astray = _UNSURE if heads.unsure else None
    if shape is not None and len(straight) == size and totals_printed(values, shape):
        astray = _SUMS if holds(straight, shape) and not holds(values, shape) else astray
    return values, astray


def _assigned(leaves: Sequence[Head], wanted: Sequence[int]) -> list[int | None] | None:
    """For each printed column its place in `wanted`, None where it has none; None at all where that is open."""
    named = [leaf.place if leaf.place in wanted or leaf.place == UNKNOWN else FOREIGN for leaf in leaves]
    own = [place for place in named if place >= 0]
    if len(set(own)) < len(own):
        return None
    printed = [place for place in named if place != FOREIGN]
    if len(printed) == len(wanted) and all(
        place in (column, UNKNOWN) for place, column in zip(printed, wanted, strict=True)
    ):
        places = iter(range(len(wanted)))
        return [None if place == FOREIGN else next(places) for place in named]
    if UNKNOWN in named and len(own) < len(wanted):
        return None
    return [wanted.index(place) if place >= 0 else None for place in named]


def _stood(
    cells: Sequence[tuple[int, Token]], leaves: Sequence[Head], places: Sequence[int | None], size: int
) -> list[Token] | None:
    """For each column the token that begins right under its head; None where one has none."""
    under = dict(cells)
    found = {place: under.get(leaf.column) for leaf, place in zip(leaves, places, strict=True) if place is not None}
    out = [token for place in range(size) if (token := found.get(place)) is not None]
    return out if len(out) == size else None


def _of_several_rows(leaves: Sequence[Head], wanted: Sequence[int]) -> bool:
    """Whether the heads are those of rows with different columns, so that each row has cells for its own only."""
    return all(leaf.place >= 0 for leaf in leaves) and [one.place for one in leaves if one.place in wanted] == [*wanted]


def _under_heads(cells: Sequence[tuple[int, Token]], heads: Heads, line: Line | None) -> bool:
    """Whether each of these tokens, more than there are columns of the form, stands under a head of its own."""
    return line is not None and [column for column, _ in cells] == [leaf.column for leaf in heads.leaves[-len(cells) :]]


def _by_position(
    cells: Sequence[tuple[int, Token]], leaves: Sequence[Head], heads: Heads, line: Line | None
) -> list[Token | None] | None:
    """For each head the token that stands under it; None where a cell is missing, so that the others have moved, or
    lies under several heads."""
    if line is None or line.right < heads.right:
        return None
    for column in (column for column, _ in cells):
        after = next(cell.column + cell.column_span for cell in line.cells if cell.column == column)
        if sum(1 for leaf in leaves if column <= leaf.column < after) != 1:
            return None
    under = {leaf.column: number for number, leaf in enumerate(leaves)}
    out: list[Token | None] = [None] * len(leaves)
    for column, token in cells:
        number = under.get(column)
        if number is None or out[number] is not None:
            return None
        out[number] = token
    return out


def _in_columns(printed: Sequence[Token | None], places: Sequence[int | None], size: int) -> list[Token]:
    at = next((token.start for token in printed if token is not None), 0)
    out = [absent(at)] * size
    for token, place in zip(printed, places, strict=True):
        if place is not None:
            out[place] = token if token is not None else Token(TokenKind.BLANK, at, at, printed="")
    return out


def arrange_line(tokens: Sequence[tuple[int, Token]], heads: Heads, table: Table) -> Placed:
    """The figures of a table on one line, by the head of the block and the head of the column over each."""
    rows = [index for index, row in enumerate(table.rows) if not row.optional]
    wanted = [(row, column) for row in rows for column in range(len(table.columns))]
    blocks = list(heads.blocks)
    if not blocks:
        return None, LINE_ORDER if heads.unsure else None
    if blocks == wanted:
        return None, None
    if heads.cut:
        under = dict(tokens)
        shown = [leaf.column for leaf in heads.leaves if leaf.place >= 0]
        left = [(block, at) for block, at in zip(blocks, shown, strict=True) if block[0] >= 0 and at in under]
        blocks, tokens = [block for block, _ in left], [(at, under[at]) for _, at in left]
    sound = len(blocks) == len(tokens) == len(set(blocks)) and all(row in rows for row, _ in blocks)
    if not sound or not tokens:
        return None, LINE_ORDER
    at = tokens[0][1].start
    by_place = {place: token for place, (_, token) in zip(blocks, tokens, strict=True)}
    return [by_place.get(place, absent(at)) for place in wanted], None
