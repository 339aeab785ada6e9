"""From a way to fit a row into its columns to the readings of its cells."""

from collections.abc import Sequence

from extractor.parse.fitting.fitted import Fitted
from extractor.parse.readings import Alternative, Reading, ReadingKind
from extractor.parse.rows import Token, TokenKind, ValueRow

__all__ = ["alternative"]


def alternative(way: Fitted, cells: Sequence[str], row: ValueRow) -> Alternative:
    """The readings of `cells`, a token of `way` each; what is not there gives none."""
    readings: list[Reading] = []
    for cell, token in zip(cells, way.tokens, strict=True):
        reading = _reading(cell, token, row)
        if reading is not None:
            readings.append(reading)
    return Alternative(tuple(readings), way.weight)


def _reading(cell: str, token: Token | None, row: ValueRow) -> Reading | None:
    if token is None:
        return Reading(cell, ReadingKind.BLANK, None, row.end, row.end, "")
    if token.kind is TokenKind.ABSENT:
        return None
    if token.kind is TokenKind.NUMBER:
        if token.value is None:
            return None
        printed = token.printed if token.printed is not None else token.figures
        return Reading(cell, ReadingKind.NUMBER, token.value, token.start, token.end, printed, token.unit)
    if token.kind is TokenKind.BLANK:
        return Reading(cell, ReadingKind.BLANK, None, token.start, token.end, "")
    kind = ReadingKind.NOT_APPLICABLE if token.kind is TokenKind.NOT_APPLICABLE else ReadingKind.WORDS
    return Reading(cell, kind, None, token.start, token.end, token.printed or "")
