"""A way to fit a row's tokens into its columns, and what can be said of one: whether its sums hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.parse.fitting.split import Shape
from extractor.parse.readings import Origin
from extractor.parse.rows import Token, TokenKind
from extractor.report import Number, Reason

__all__ = ["BLANK", "Fit", "Fitted", "holds", "placed", "totals_printed", "value_of"]

BLANK = TokenKind.BLANK


@dataclass(frozen=True, slots=True)
class Fitted:
    """One token for each column (None: nothing printed there) and the odds of this way against the others."""

    tokens: tuple[Token | None, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fit:
    """All ways to fit a row. `because`: what was wrong with the row. `doubted`: no sum vouches for any of them.

    `dropped`: the row has fewer figures than columns. `unexplained`: no place for them satisfies the sums;
    `zeros`: all are 0, so that no sum tells their places;
    `shifted`: empty cells beside the figures leave open where the row begins. `off`: as printed it does not add up;
    `unchecked`: figures stand where no total checks them.
    """

    ways: tuple[Fitted, ...]
    origin: Origin
    because: Reason | None = None
    doubted: bool = False
    dropped: bool = False
    unexplained: bool = False
    zeros: bool = False
    shifted: bool = False
    off: bool = False
    unchecked: bool = False


def holds(tokens: Sequence[Token | None], shape: Shape) -> bool:
    """Whether every sum of `shape` holds, blanks counting as nothing."""
    for parts, total in shape.sums:
        whole = tokens[total]
        if whole is None or whole.value is None:
            continue
        if sum(value_of(tokens[part]) for part in parts) != whole.value:
            return False
    return True


def value_of(token: Token | None) -> Number:
    return 0 if token is None or token.value is None else token.value


def totals_printed(tokens: Sequence[Token | None], shape: Shape) -> bool:
    return all((whole := tokens[total]) is not None and whole.value is not None for _, total in shape.sums)


def placed(tokens: Sequence[Token], places: Sequence[int], size: int) -> tuple[Token | None, ...]:
    out: list[Token | None] = [None] * size
    for token, place in zip(tokens, places, strict=True):
        out[place] = token
    return tuple(out)
