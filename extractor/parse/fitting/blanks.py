"""Fitting a row whose blank cells were dropped: the figures keep their order and lose their places."""

from collections.abc import Sequence
from itertools import combinations, islice
from math import comb

from extractor.parse.fitting.fitted import BLANK, Fit, Fitted, placed, value_of
from extractor.parse.fitting.split import Shape
from extractor.parse.rows import Token, ValueRow
from extractor.report import Reason

__all__ = ["dropped_ways", "packed"]

_PLACEMENTS = 3003


def packed(tokens: Sequence[Token], shape: Shape) -> list[Token]:
    """The figures of a row whose blanks may have been moved behind them: they stand together on the left, the total's
    place is empty, and the last of them is the sum of the others."""
    figures = [token for token in tokens if token.kind is not BLANK]
    count = len(figures)
    if not shape.sums or not 1 < count < shape.size or any(token.kind is BLANK for token in tokens[:count]):
        return []
    return figures if value_of(figures[-1]) and sum(map(value_of, figures[:-1])) == value_of(figures[-1]) else []


def dropped_ways(row: ValueRow, tokens: Sequence[Token], shape: Shape) -> Fit | None:
    """Fewer tokens than columns: blank cells were dropped, so the figures keep their order and lose their places."""
    size = shape.size
    if not tokens:
        return Fit((Fitted((None,) * size),), row.origin) if row.blank_cells else None
    if not shape.sums:
        if size == 1:
            return None
        ways = [placed(tokens, places, size) for places in combinations(range(size), len(tokens))]
        because = Reason(
            f"{len(tokens)} of {size} figures are printed and nothing says in which columns",
            f"该行印 {len(tokens)} 个数字，应有 {size} 个，无从判定各属哪一栏",
        )
        return Fit(tuple(Fitted(way) for way in ways), row.origin, because, dropped=True)
    because = Reason(
        f"{len(tokens)} of {size} figures are printed; blank cells were dropped",
        f"该行印 {len(tokens)} 个数字，应有 {size} 个，空白格已丢失",
    )
    totals = {total for _, total in shape.sums}
    if not any(map(value_of, tokens)):
        # Zeros make no difference to any sum; totals are what a body prints when it prints one figure a row.
        likely = [*sorted(totals), *(place for place in range(size) if place not in totals)]
        way = placed(tokens, sorted(likely[: len(tokens)]), size)
        return Fit((Fitted(way),), row.origin, because, dropped=True, zeros=True)
    found: list[Fitted] = []
    capped = comb(size, len(tokens)) > _PLACEMENTS
    for places in islice(combinations(range(size), len(tokens)), _PLACEMENTS):
        way = placed(tokens, places, size)
        if not _explains(way, shape, alone=len(tokens) == 1):
            continue
        covered = sum(1 for place in places if place in totals)
        found.append(Fitted(way, 8.0**covered * 2.0 ** -(sum(places) / size)))
    if found and _runs_off(tokens, shape):
        found.append(Fitted(placed(tokens, range(len(tokens)), size), 8.0 ** len(totals)))
        return Fit(tuple(found), row.origin, because, doubted=True, dropped=True)
    if not found:
        every = islice(combinations(range(size), len(tokens)), _PLACEMENTS)
        found = [Fitted(placed(tokens, places, size)) for places in every]
        return Fit(tuple(found), row.origin, because, doubted=True, dropped=True, unexplained=True)
    unchecked = all(_unchecked(way.tokens, shape) for way in found)
    return Fit(tuple(found), row.origin, because, doubted=capped, dropped=True, unchecked=unchecked)


def _runs_off(tokens: Sequence[Token], shape: Shape) -> bool:
    """Whether the figures are the first of the row, its last columns lost at the edge of a page: the sums that are
    printed with all of their parts hold, and some are."""
    whole = [(parts, total) for parts, total in shape.sums if max(*parts, total) < len(tokens)]
    return bool(whole) and all(
        sum(value_of(tokens[part]) for part in parts) == value_of(tokens[total]) for parts, total in whole
    )


def _unchecked(tokens: Sequence[Token | None], shape: Shape) -> bool:
    """Whether figures stand where no total checks them: where a misprint rules out the right places, they find room
    there."""
    return any(
        any(value_of(token) for part in parts if (token := tokens[part]) is not None)
        for parts, total in shape.sums
        if tokens[total] is None
    )


def _explains(tokens: Sequence[Token | None], shape: Shape, *, alone: bool) -> bool:
    """Whether every printed total is the sum of the parts printed beside it, and no part stands without its total.

    A figure alone in its row may be the total or, the total left blank, a part.
    """
    for parts, total in shape.sums:
        whole = tokens[total]
        printed = [token for part in parts if (token := tokens[part]) is not None]
        if whole is None:
            if len(printed) < len(parts) and not alone and any(value_of(token) for token in printed):
                return False
        elif (printed and sum(value_of(token) for token in printed) != value_of(whole)) or (
            not printed and not alone and value_of(whole)
        ):
            return False
    return True
