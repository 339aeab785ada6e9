"""Fitting a row's tokens into its columns: straight, shifted, with blanks dropped, or glued.

Every way that the row sum admits is returned; choosing between them is not this module's business.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from extractor.forms.model import Kind
from extractor.parse.fitting.blanks import dropped_ways, packed
from extractor.parse.fitting.fitted import BLANK, Fit, Fitted, holds, totals_printed, value_of
from extractor.parse.fitting.glue import glued_ways, may_be_glued, recut
from extractor.parse.fitting.split import Shape
from extractor.parse.readings import Origin
from extractor.parse.rows import Joint, Token, TokenKind, ValueRow
from extractor.read.figures import UNIT_PATTERN
from extractor.report import Reason

__all__ = ["fit"]

_SMUDGED = re.compile(rf"[0-9A-Za-z]+(?:{UNIT_PATTERN})?")  # a figure that somebody's recognition got wrong
_FIGURE = re.compile(r"\d+")
_FIGURES = re.compile(r"\d+(?:\s+\d+)+")

_MALFORMED = Reason("a figure is not of the kind that its column holds", "有数字不属所在栏应填的数值类型")
_GLUED_OR_DROPPED = Reason(
    "the row may be glued figures, or have lost its blank cells", "该行可能数字粘连，也可能丢失空白格"
)
_APART = Reason("the table glues its figures, this row does not", "本表数字粘连，该行数字却未粘连")
_TOUCHING = Reason("the figures touch and do not add up", "数字相连，各项之和不等于合计")
_CUT_ELSEWHERE = Reason(
    "as printed the row does not add up; cut elsewhere it does", "按原样切分，该行各项之和不等于合计；另行切分则相等"
)
_SPACED = Reason("a space stands inside a figure, or between two", "空格可能在一个数字之内，也可能在两个数字之间")
_MERGED = Reason("a merged cell may be printed twice", "合并单元格的数字可能重复出现")
_WIDER = Reason("the row has more cells than the form", "该行格数多于表式")


def fit(
    row: ValueRow, shape: Shape, rank: Callable[[Sequence[int]], float] | None = None, *, glues: bool = True
) -> Fit | None:
    """Fit `row` into `shape`. None where the tokens cannot be this row at all.

    `rank` gives the odds of a split that no sum decides, from the figures in column order. `glues` says that the table
    prints its figures with nothing between them, so too few tokens cannot mean that blank cells were dropped.
    """
    if len(row.tokens) < shape.size:
        row = _parted(row)
    if len(row.tokens) == shape.size and row.because is None and all(map(_clean, row.tokens)):
        return Fit((Fitted(tuple(row.tokens)),), row.origin, off=not holds(row.tokens, shape))
    found = _fit(row, shape, rank, glues=glues)
    if found is None:
        return None
    sound = tuple(way for way in found.ways if not _malformed(way.tokens, shape))
    if not sound:
        return replace(found, because=_MALFORMED, doubted=True)
    if len(sound) < len(found.ways):
        found = replace(found, ways=sound)
    if row.because is None:
        return found
    adds_up = all(totals_printed(way.tokens, shape) and holds(way.tokens, shape) for way in sound)
    vouched = bool(shape.sums) and adds_up and not found.zeros  # zeros add up wherever they stand
    return found if vouched else replace(found, because=row.because, doubted=True)


def _parted(row: ValueRow) -> ValueRow:
    """The row with figures that were joined over a space (24 889) taken for two, where it has too few."""
    tokens: list[Token] = []
    for token in row.tokens:
        figures = list(_FIGURE.finditer(token.printed or "")) if token.kind is TokenKind.NUMBER else []
        if len(figures) < 2 or _FIGURES.fullmatch(token.printed or "") is None:
            tokens.append(token)
            continue
        joint = token.joint
        for one in figures:
            at = token.start + one.start()
            value = int(one.group())
            tokens.append(Token(TokenKind.NUMBER, at, at + len(one.group()), one.group(), value, joint=joint))
            joint = Joint.SPACE
    return row if len(tokens) == len(row.tokens) else replace(row, tokens=tokens, because=row.because or _SPACED)


def _fit(row: ValueRow, shape: Shape, rank: Callable[[Sequence[int]], float] | None, *, glues: bool) -> Fit | None:
    if any(token.column is not None for token in row.tokens):
        placed = _by_header(row.tokens, shape)
        if placed is not None:
            return Fit((Fitted(placed),), row.origin)
    tokens = row.tokens
    trimmed = _trim(tokens, shape)
    twice = _printed_twice(tokens, trimmed, shape)
    if twice:
        return Fit((Fitted(twice), Fitted(tuple(trimmed))), row.origin, _MERGED, doubted=True)
    if len(trimmed) == shape.size:
        straight = len(tokens) == shape.size
        found = _straight(row, shape, glues=glues) if straight else _trimmed(row, trimmed, shape)
        figures = packed(trimmed, shape) if row.origin is Origin.TEXT else []
        if not figures:
            return found
        dropped = dropped_ways(row, figures, shape)
        return found if dropped is None else replace(dropped, ways=(*found.ways, *dropped.ways))
    if len(trimmed) > shape.size:
        return _windows(row, trimmed, shape)
    glued = glued_ways(trimmed, shape, rank) if may_be_glued(trimmed, shape) else None
    if glued is not None and glues:
        return glued
    dropped = dropped_ways(row, trimmed, shape)
    if glued is None or dropped is None:
        return glued or dropped
    ways = (*glued.ways, *dropped.ways)
    explained = not dropped.doubted and not all(_malformed(way.tokens, shape) for way in dropped.ways)
    doubted = not shape.sums or (glued.doubted and not explained)
    unchecked = glued.doubted and dropped.unchecked
    return Fit(ways, Origin.GLUED, _GLUED_OR_DROPPED, doubted=doubted, unchecked=unchecked)


def _printed_twice(tokens: Sequence[Token], trimmed: Sequence[Token], shape: Shape) -> tuple[Token, ...]:
    """The row without the copy of its last cell, where one that is merged may have been written into each of its
    places, and the empty cell before it is the row's own; none otherwise."""
    if len(trimmed) != shape.size or shape.size < 2 or len(tokens) != shape.size + 1:
        return ()
    if shape.kinds[-1] is shape.kinds[-2]:
        return ()  # a year's figure may well be the cumulative one; a number of projects is no amount of money
    last, before = tokens[-1], tokens[-2]
    copied = last.figures not in ("", "0") and last.figures == before.figures and tokens[0].kind is BLANK
    return tuple(tokens[:-1]) if copied and not shape.sums else ()


def _by_header(tokens: Sequence[Token], shape: Shape) -> tuple[Token | None, ...] | None:
    out: list[Token | None] = [None] * shape.size
    for token in tokens:
        if token.column is None or out[token.column] is not None:
            return None
        out[token.column] = token
    return tuple(out)


def _straight(row: ValueRow, shape: Shape, *, glues: bool) -> Fit:
    """As many tokens as columns. Spaces make no cells: where they break the sum, a re-cut that mends it competes."""
    tokens = tuple(row.tokens)
    if glues and shape.size > 1 and not shape.sums and all(token.joint < Joint.LINE for token in tokens):
        return Fit((Fitted(tokens),), row.origin, _APART, doubted=True)
    sound = holds(tokens, shape)
    if sound or not may_be_glued(tokens, shape):
        return Fit((Fitted(tokens),), row.origin, off=not sound)
    cut = recut(tokens, shape)
    if not cut:
        touching = any(token.joint is Joint.NONE for token in tokens[1:])
        because = _TOUCHING if touching else None
        return Fit((Fitted(tokens),), row.origin, because, doubted=touching, off=True)
    ways = (Fitted(tokens, 2.0), *cut)
    return Fit(ways, Origin.GLUED, _CUT_ELSEWHERE)


def _clean(token: Token) -> bool:
    """A whole number, or zero, alone in a cell of its own: nothing about it is open."""
    return (
        token.joint is Joint.CELL
        and type(token.value) is int
        and token.column is None
        and (token.figures[:1] not in ("", "0") or len(token.figures) == 1)
    )


def _malformed(tokens: Sequence[Token | None], shape: Shape) -> bool:
    """A leading zero, decimals, or a minus where counts stand: figures glued or shifted, or none of the row's."""
    for token, kind in zip(tokens, shape.kinds, strict=True):
        if token is None or token.kind is not TokenKind.NUMBER or kind is Kind.AMOUNT:
            continue
        if not isinstance(token.value, int) or (len(token.figures) > 1 and token.figures[0] == "0"):
            return True
        if kind is Kind.COUNT and token.value < 0:
            return True
    return False


def _trim(tokens: Sequence[Token], shape: Shape) -> list[Token]:
    """Drop empty cells beyond the columns, and words of a label before them. Rows as wide as the table are anchored at
    its right edge, for what is left over of a label that spans several columns stands before them; narrower ones are
    filled up behind."""
    out = list(tokens)
    while len(out) > shape.size and out[0].kind is TokenKind.WORDS and not _SMUDGED.fullmatch(out[0].printed or ""):
        out.pop(0)
    for end in (-1, 0) if shape.narrow else (0, -1):
        while len(out) > shape.size and out[end].kind is BLANK:
            out.pop(end)
    return out


def _trimmed(row: ValueRow, trimmed: list[Token], shape: Shape) -> Fit:
    """Empty cells were cut off. Where its total is empty, a row may as well begin further left or right."""
    chosen = tuple(trimmed)
    ways = [Fitted(chosen, 2.0)]
    other = guessed = False
    sound = totals_printed(chosen, shape) and holds(chosen, shape)
    for offset in range(len(row.tokens) - shape.size + 1):
        window = tuple(row.tokens[offset : offset + shape.size])
        before, after = row.tokens[:offset], row.tokens[offset + shape.size :]
        stray = bool(before) and before[-1].kind is not BLANK
        if window == chosen or any(token.kind is not BLANK for token in (*before[:-1], *after)):
            continue
        other = other or not stray
        whole = totals_printed(window, shape) and holds(window, shape)
        if shape.sums and not sound and (stray or whole):
            ways.append(Fitted(window))
            guessed = guessed or not whole
    zeros = other and not any(map(value_of, chosen))
    because = _WIDER if len(ways) > 1 else None
    # A total that does not add up is a misprint, or no total: other rows' sums cannot tell which.
    doubted = guessed and totals_printed(chosen, shape)
    shifted = chosen != tuple(row.tokens[-shape.size :])
    off = not holds(chosen, shape)
    return Fit(tuple(ways), row.origin, because, doubted, zeros=zeros, shifted=shifted, off=off)


def _windows(row: ValueRow, tokens: list[Token], shape: Shape) -> Fit | None:
    """More figures than columns: a stray one, or two years side by side; or columns that only the printer had."""
    size = shape.size
    spaced = _spaced_out(tokens, shape)
    if spaced:
        return Fit((Fitted(spaced),), row.origin)
    words_out = tuple(token for token in tokens if token.kind is not TokenKind.WORDS)  # the foot of a page, or a note
    figures = tuple(token for token in words_out if token.kind is not BLANK)
    for left in (words_out, figures if any(map(value_of, figures)) else ()):
        if len(left) == size and shape.sums and totals_printed(left, shape) and holds(left, shape):
            return Fit((Fitted(left),), row.origin)
    surplus = len(tokens) - size
    if surplus > max(2, size):
        return None
    last = tuple(tokens[surplus:])
    windows = [last] + [tuple(tokens[offset : offset + size]) for offset in range(surplus - 1, -1, -1)]
    values = {tuple(value_of(token) for token in window) for window in windows}
    if len(values) == 1:
        return Fit((Fitted(last),), row.origin)
    good = [window for window in windows if shape.sums and holds(window, shape) and totals_printed(window, shape)]
    if len(figures) < len(tokens) and any(map(value_of, tokens)):
        good = [window for window in good if any(map(value_of, window))]  # zeros add up wherever they stand
    ways = good or windows
    distinct = {tuple(value_of(token) for token in window): window for window in reversed(ways)}
    because = Reason(
        f"the row prints {len(tokens)} figures for {size} columns", f"该行印 {len(tokens)} 个数字，表式只有 {size} 栏"
    )
    # Zeros add up wherever they are cut out of a row.
    nothing = not any(map(value_of, ways[0])) and any(map(value_of, tokens))
    left_out = surplus > 2 and any(sum(map(value_of, window)) != sum(map(value_of, tokens)) for window in ways)
    return Fit(
        tuple(Fitted(window, 4.0 if window == last else 1.0) for window in distinct.values()),
        row.origin,
        because,
        doubted=not good or surplus == size or len(distinct) > 1 or nothing or left_out,
    )


def _spaced_out(tokens: Sequence[Token], shape: Shape) -> tuple[Token, ...]:
    """The figures of a row in which empty cells stand between all of them, as many each time, and which are as many as
    its columns: gaps that a word processor left. None where its sums do not bear that out."""
    figures = tuple(token for token in tokens if token.kind is not BLANK)
    at = [number for number, token in enumerate(tokens) if token.kind is not BLANK]
    if len(figures) != shape.size or len({after - before for before, after in pairwise(at)}) > 1:
        return ()
    return figures if holds(figures, shape) and (shape.sums or len(figures) > 1) else ()
