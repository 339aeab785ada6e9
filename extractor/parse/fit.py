"""Fitting a row's tokens into its columns: straight, shifted, with blanks dropped, or glued.

Every way that the row sum admits is returned; choosing between them is not this module's business.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, islice
from math import comb

from extractor.forms.model import Kind
from extractor.parse.readings import Origin
from extractor.parse.rows import Joint, Token, TokenKind, ValueRow
from extractor.parse.split import MOST_CUTS, Piece, Shape, cuts
from extractor.report import Number

__all__ = ["Fit", "Fitted", "fit", "glues"]

_PLACEMENTS = 3003
_BLANK = TokenKind.BLANK


@dataclass(frozen=True, slots=True)
class Fitted:
    """One token for each column (None: nothing printed there) and the odds of this way against the others."""

    tokens: tuple[Token | None, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fit:
    """All ways to fit a row. `because`: what was wrong with the row. `doubted`: no sum vouches for any of them.

    `dropped`: the row has fewer figures than columns. `unexplained`: no place for them satisfies the sums.
    """

    ways: tuple[Fitted, ...]
    origin: Origin
    because: str | None = None
    doubted: bool = False
    dropped: bool = False
    unexplained: bool = False


def fit(
    row: ValueRow, shape: Shape, rank: Callable[[Sequence[int]], float] | None = None, *, glues: bool = True
) -> Fit | None:
    """Fit `row` into `shape`. None where the tokens cannot be this row at all.

    `rank` gives the odds of a split that no sum decides, from the figures in column order. `glues` says that the table
    prints its figures with nothing between them, so too few tokens cannot mean that blank cells were dropped.
    """
    if len(row.tokens) == shape.size and row.because is None and all(map(_clean, row.tokens)):
        return Fit((Fitted(tuple(row.tokens)),), row.origin)
    found = _fit(row, shape, rank, glues=glues)
    if found is None:
        return None
    sound = tuple(way for way in found.ways if not _malformed(way.tokens, shape))
    if not sound:
        return replace(found, because="a figure is not of the kind that its column holds", doubted=True)
    if len(sound) < len(found.ways):
        found = replace(found, ways=sound)
    if row.because is None:
        return found
    vouched = bool(shape.sums) and all(_total(way.tokens, shape) and holds(way.tokens, shape) for way in sound)
    return found if vouched else replace(found, because=row.because, doubted=True)


def _fit(
    row: ValueRow, shape: Shape, rank: Callable[[Sequence[int]], float] | None, *, glues: bool
) -> Fit | None:
    if any(token.column is not None for token in row.tokens):
        placed = _by_header(row.tokens, shape)
        if placed is not None:
            return Fit((Fitted(placed),), row.origin)
    tokens = row.tokens
    trimmed = _trim(tokens, shape)
    if len(trimmed) == shape.size:
        straight = len(tokens) == shape.size
        found = _straight(row, shape, glues=glues) if straight else _trimmed(row, trimmed, shape)
        packed = _packed(trimmed, shape)
        if not packed:
            return found
        dropped = _dropped(row, packed, shape)
        return found if dropped is None else replace(dropped, ways=(*found.ways, *dropped.ways))
    if len(trimmed) > shape.size:
        return _windows(row, trimmed, shape)
    glued = _glued(trimmed, shape, rank) if _may_be_glued(trimmed, shape) else None
    if glued is not None and glues:
        return glued
    dropped = _dropped(row, trimmed, shape)
    if glued is None or dropped is None:
        return glued or dropped
    ways = (*glued.ways, *dropped.ways)
    return Fit(ways, Origin.GLUED, "the row may be glued figures, or have lost its blank cells")


def glues(rows: Sequence[tuple[ValueRow, int]]) -> bool:
    """Whether a table prints its figures with nothing between them: more of its rows are one run of digits than are
    separated, and none has fewer digits than columns. `rows`: each with its number of columns."""
    runs = separated = 0
    for row, size in rows:
        if size < 2 or not row.tokens:
            continue
        digits = sum(max(1, len(token.figures)) for token in row.tokens)
        if digits < size:
            return False
        if len(row.tokens) < size:
            runs += 1
        elif len(row.tokens) == size:
            separated += 1
    return runs > separated


def holds(tokens: Sequence[Token | None], shape: Shape) -> bool:
    """Whether every sum of `shape` holds, blanks counting as nothing."""
    for parts, total in shape.sums:
        whole = tokens[total]
        if whole is None or whole.value is None:
            continue
        if sum(_value(tokens[part]) for part in parts) != whole.value:
            return False
    return True


def _value(token: Token | None) -> Number:
    return 0 if token is None or token.value is None else token.value


def _by_header(tokens: Sequence[Token], shape: Shape) -> tuple[Token | None, ...] | None:
    out: list[Token | None] = [None] * shape.size
    for token in tokens:
        if token.column is None or out[token.column] is not None:
            return None
        out[token.column] = token
    return tuple(out)


def _straight(row: ValueRow, shape: Shape, *, glues: bool) -> Fit:
    """As many tokens as columns. Spaces do not make cells: where they break the sum, a re-cut that mends it competes."""
    tokens = tuple(row.tokens)
    if glues and shape.size > 1 and not shape.sums and all(token.joint < Joint.LINE for token in tokens):
        return Fit((Fitted(tokens),), row.origin, "the table glues its figures, this row does not", doubted=True)
    if holds(tokens, shape) or not _may_be_glued(tokens, shape):
        return Fit((Fitted(tokens),), row.origin)
    glued = _recut(tokens, shape)
    if not glued:
        touching = any(token.joint is Joint.NONE for token in tokens[1:])
        because = "the figures touch and do not add up" if touching else None
        return Fit((Fitted(tokens),), row.origin, because, doubted=touching)
    ways = (Fitted(tokens, 2.0), *glued)
    return Fit(ways, Origin.GLUED, "as printed the row does not add up; cut elsewhere it does")


def _clean(token: Token) -> bool:
    """A whole number, or zero, alone in a cell of its own: nothing about it is open."""
    return token.joint is Joint.CELL and type(token.value) is int and token.column is None and (
        token.figures[0] != "0" or len(token.figures) == 1
    )


def _packed(tokens: Sequence[Token], shape: Shape) -> list[Token]:
    """The figures of a row whose blanks may have been moved behind them: they stand together on the left, the total's
    place is empty, and the last of them is the sum of the others."""
    figures = [token for token in tokens if token.kind is not _BLANK]
    count = len(figures)
    if not shape.sums or not 1 < count < shape.size or any(token.kind is _BLANK for token in tokens[:count]):
        return []
    return figures if _value(figures[-1]) and sum(map(_value, figures[:-1])) == _value(figures[-1]) else []


def _malformed(tokens: Sequence[Token | None], shape: Shape) -> bool:
    """A leading zero, or decimals, where whole numbers stand: figures glued or shifted."""
    for token, kind in zip(tokens, shape.kinds, strict=True):
        if token is None or token.kind is not TokenKind.NUMBER or kind is Kind.AMOUNT:
            continue
        if not isinstance(token.value, int) or (len(token.figures) > 1 and token.figures[0] == "0"):
            return True
    return False


def _trim(tokens: Sequence[Token], shape: Shape) -> list[Token]:
    """Drop empty cells beyond the columns. Rows as wide as the table are anchored at its right edge, for what is left
    over of a label that spans several columns stands before them; narrower ones are filled up behind."""
    out = list(tokens)
    for end in (-1, 0) if shape.narrow else (0, -1):
        while len(out) > shape.size and out[end].kind is _BLANK:
            out.pop(end)
    return out


def _trimmed(row: ValueRow, trimmed: list[Token], shape: Shape) -> Fit:
    """Empty cells were cut off. Where its total is empty, a row may as well begin further left or right."""
    chosen = tuple(trimmed)
    ways = [Fitted(chosen, 2.0)]
    if shape.sums and not (_total(chosen, shape) and holds(chosen, shape)):
        for offset in range(len(row.tokens) - shape.size + 1):
            window = tuple(row.tokens[offset : offset + shape.size])
            before, after = row.tokens[:offset], row.tokens[offset + shape.size :]
            stray = bool(before) and before[-1].kind is not _BLANK
            if window == chosen or any(token.kind is not _BLANK for token in (*before[:-1], *after)):
                continue
            if not stray and not (_total(window, shape) and holds(window, shape)):
                continue
            ways.append(Fitted(window))
    return Fit(tuple(ways), row.origin, "the row has more cells than the form" if len(ways) > 1 else None)


def _total(tokens: Sequence[Token | None], shape: Shape) -> bool:
    return all((whole := tokens[total]) is not None and whole.value is not None for _, total in shape.sums)


def _windows(row: ValueRow, tokens: list[Token], shape: Shape) -> Fit | None:
    """More figures than columns: a stray one, or two years side by side."""
    size = shape.size
    surplus = len(tokens) - size
    if surplus > max(2, size):
        return None
    last = tuple(tokens[surplus:])
    windows = [last] + [tuple(tokens[offset : offset + size]) for offset in range(surplus - 1, -1, -1)]
    values = {tuple(_value(token) for token in window) for window in windows}
    if len(values) == 1:
        return Fit((Fitted(last),), row.origin)
    good = [window for window in windows if holds(window, shape) and _total(window, shape)] if shape.sums else []
    ways = good or windows
    distinct = {tuple(_value(token) for token in window): window for window in reversed(ways)}
    because = f"the row prints {len(tokens)} figures for {size} columns"
    return Fit(
        tuple(Fitted(window, 4.0 if window == last else 1.0) for window in distinct.values()),
        row.origin,
        because,
        doubted=not good or surplus == size or len(distinct) > 1,
    )


def _may_be_glued(tokens: Sequence[Token], shape: Shape) -> bool:
    numbers = [token for token in tokens if token.kind is TokenKind.NUMBER]
    if len(numbers) != len(tokens) or not numbers:
        return False
    if any(token.joint is Joint.CELL for token in tokens[1:]):
        return False
    return sum(len(token.figures) for token in numbers) >= shape.size


def _recut(tokens: Sequence[Token], shape: Shape) -> tuple[Fitted, ...]:
    """Cuts that satisfy the sums when the spaces are taken for accidents."""
    if not shape.sums:
        return ()
    found = cuts(["".join(token.figures for token in tokens)], shape, checked=True)
    return _ways(found, tokens, True, None, shape)


def _glued(tokens: Sequence[Token], shape: Shape, rank: Callable[[Sequence[int]], float] | None) -> Fit | None:
    """Cut the digits. Spaces are boundaries if any cut respects them, else they are taken for accidents of layout."""
    runs = [token.figures for token in tokens]
    attempts: list[tuple[list[str], bool]] = [(runs, True)]
    if len(runs) > 1:
        attempts.append((["".join(runs)], True))
    attempts.append((runs, False))
    for attempt, checked in attempts:
        if checked and not shape.sums:
            continue
        found = cuts(attempt, shape, checked=checked)
        if not found:
            continue
        joined = len(attempt) != len(runs)
        ways = _ways(found, tokens, joined, rank, shape)
        forced = len(found) == 1
        if checked:
            because = None if forced else f"{len(found)} ways to cut the digits satisfy the row sum"
            return Fit(ways, Origin.GLUED, because, doubted=len(found) >= MOST_CUTS)
        if forced:
            because = "no cut of the digits satisfies the row sum" if shape.sums else None
            return Fit(ways, Origin.GLUED, because, doubted=bool(shape.sums))
        because = f"the digits can be cut in {len(found)} ways and no sum decides"
        return Fit(ways, Origin.GLUED, because, doubted=bool(shape.sums) or len(found) >= MOST_CUTS)
    return None


def _ways(
    found: Iterable[tuple[Piece, ...]],
    tokens: Sequence[Token],
    joined: bool,
    rank: Callable[[Sequence[int]], float] | None,
    shape: Shape,
) -> tuple[Fitted, ...]:
    offsets: list[tuple[Token, int]] = []
    for token in tokens:
        offsets.extend((token, i) for i in range(len(token.figures)))
    out: list[Fitted] = []
    for pieces in found:
        cut: list[Token] = []
        for column, piece in enumerate(pieces):
            if joined:
                first, at = offsets[piece.start]
                last, until = offsets[piece.end - 1]
            else:
                first = last = tokens[piece.run]
                at, until = piece.start, piece.end - 1
            value: Number = Decimal(piece.text) if shape.kinds[column] is Kind.AMOUNT else int(piece.text)
            cut.append(
                Token(
                    TokenKind.NUMBER,
                    first.start + at,
                    last.start + until + 1,
                    piece.text,
                    value,
                    unit=last.unit if column == shape.size - 1 else None,
                    joint=Joint.NONE,
                )
            )
        values = [int(piece.text.partition(".")[0]) for piece in pieces]
        nonzero = sum(1 for value in values if value)
        out.append(Fitted(tuple(cut), rank(values) if rank else 2.0**-nonzero))
    return tuple(out)


def _dropped(row: ValueRow, tokens: Sequence[Token], shape: Shape) -> Fit | None:
    """Fewer tokens than columns: blank cells were dropped, so the figures keep their order and lose their places."""
    size = shape.size
    if not tokens:
        return Fit((Fitted((None,) * size),), row.origin) if row.blank_cells else None
    if not shape.sums:
        if size == 1:
            return None
        ways = [_placed(tokens, places, size) for places in combinations(range(size), len(tokens))]
        because = f"{len(tokens)} of {size} figures are printed and nothing says in which columns"
        return Fit(tuple(Fitted(way) for way in ways), row.origin, because, dropped=True)
    because = f"{len(tokens)} of {size} figures are printed; blank cells were dropped"
    totals = {total for _, total in shape.sums}
    if not any(map(_value, tokens)):
        # Zeros make no difference to any sum; totals are what a body prints when it prints one figure a row.
        places = [*sorted(totals), *(place for place in range(size) if place not in totals)][: len(tokens)]
        return Fit((Fitted(_placed(tokens, sorted(places), size)),), row.origin, because, dropped=True)
    found: list[Fitted] = []
    capped = comb(size, len(tokens)) > _PLACEMENTS
    for places in islice(combinations(range(size), len(tokens)), _PLACEMENTS):
        way = _placed(tokens, places, size)
        if not _explains(way, shape, alone=len(tokens) == 1):
            continue
        covered = sum(1 for place in places if place in totals)
        found.append(Fitted(way, 8.0**covered * 2.0 ** -(sum(places) / size)))
    if not found:
        every = islice(combinations(range(size), len(tokens)), _PLACEMENTS)
        found = [Fitted(_placed(tokens, places, size)) for places in every]
        return Fit(tuple(found), row.origin, because, doubted=True, dropped=True, unexplained=True)
    return Fit(tuple(found), row.origin, because, doubted=capped, dropped=True)


def _explains(tokens: Sequence[Token | None], shape: Shape, *, alone: bool) -> bool:
    """Whether every printed total is the sum of the parts printed beside it, and no part stands without its total.

    A figure alone in its row may be the total or, the total left blank, a part.
    """
    for parts, total in shape.sums:
        whole = tokens[total]
        printed = [token for part in parts if (token := tokens[part]) is not None]
        if whole is None:
            if printed and not alone and any(_value(token) for token in printed):
                return False
        elif (printed and sum(_value(token) for token in printed) != _value(whole)) or (not printed and not alone and _value(whole)):
            return False
    return True


def _placed(tokens: Sequence[Token], places: Sequence[int], size: int) -> tuple[Token | None, ...]:
    out: list[Token | None] = [None] * size
    for token, place in zip(tokens, places, strict=True):
        out[place] = token
    return tuple(out)
