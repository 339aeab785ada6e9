"""Whose a line of a label is, in a table without rulings: by where it stands to the lines of figures.

A label that is wrapped stands around its figures, from them downwards or down to them, the same way for all of a table.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from extractor.read.pdf.unruled import Piece

__all__ = ["LEVEL", "ORDINAL", "PITCH", "joined", "shared_out", "stacks"]

# In heights of the letters: how far the lines of a label may stand from where they should; the pitch of wrapped lines.
LEVEL, PITCH = 0.4, 2.2
ORDINAL = re.compile(r"[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[）)、.．]|其中")


def shared_out(
    labels: Sequence[Piece], leading: Sequence[Piece], anchors: Sequence[float], size: float
) -> tuple[list[list[Piece]], bool]:
    """For each line of figures (`anchors`: at which height) the lines of its label, and whether that is beyond doubt.

    Taken is the way in which all of them fit, and no line that begins with an ordinal goes on another. `leading`: lines
    above, which may be the beginning of the first label. `size`: the height of the letters.
    """
    slack = LEVEL * size
    if not labels and not leading:
        return [[] for _ in anchors], True
    for above in range(len(leading) + 1):
        lines = [*leading[len(leading) - above :], *labels]
        if above and lines[1:] and lines[1].y - lines[0].y > PITCH * size:
            break
        found = [way for share in (_around, _downwards, _upwards) if (way := share(lines, anchors, slack))]
        fewest = min(map(_odd, found), default=0)
        ways = [way for way in found if _odd(way) == fewest]
        if not found or ((fewest or all(map(_headless, ways))) and above < len(leading)):
            continue
        return ways[0], fewest == 0 and all(_same(ways[0], way) for way in ways)
    out: list[list[Piece]] = [[] for _ in anchors]
    for piece in labels:
        nearest = min(range(len(anchors)), key=lambda number: abs(anchors[number] - piece.y))
        if abs(anchors[nearest] - piece.y) <= PITCH * size:
            out[nearest].append(piece)
    return out, False


def _odd(way: Sequence[Sequence[Piece]]) -> int:
    """How many lines of labels begin with an ordinal and go on another, and how many lines of figures have no label."""
    return sum(bool(ORDINAL.match(piece.text)) for part in way for piece in part[1:]) + sum(not part for part in way)


def _headless(way: Sequence[Sequence[Piece]]) -> bool:
    """Whether the first label does not begin as most others do: with an ordinal."""
    firsts = [bool(ORDINAL.match(part[0].text)) for part in way if part]
    return bool(firsts) and not firsts[0] and 2 * sum(firsts) >= len(firsts)


def _same(way: Sequence[Sequence[Piece]], other: Sequence[Sequence[Piece]]) -> bool:
    return all(list(map(id, one)) == list(map(id, two)) for one, two in zip(way, other, strict=True))


def joined(pieces: Sequence[Piece]) -> Piece:
    return Piece([char for piece in pieces for char in piece.chars])


def stacks(pieces: Sequence[Piece], pitch: float) -> list[list[Piece]]:
    out: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: one.y):
        stack = next((one for one in out if piece.y - one[-1].y <= pitch and piece.x0 < one[-1].x1), None)
        if stack is None or ORDINAL.match(piece.text):
            out.append([piece])
        else:
            stack.append(piece)
    return out


def _around(labels: Sequence[Piece], anchors: Sequence[float], slack: float) -> list[list[Piece]] | None:
    """Figures at half the height of their label."""
    out: list[list[Piece]] = []
    at = 0
    for anchor in anchors:
        count = 0
        if at < len(labels) and labels[at].y <= anchor + slack:
            count = next(
                (
                    number
                    for number in range(1, len(labels) - at + 1)
                    if abs((labels[at].y + labels[at + number - 1].y) / 2 - anchor) <= slack
                ),
                -1,
            )
            if count < 0:
                return None
        out.append(list(labels[at : at + count]))
        at += count
    return out


def _downwards(labels: Sequence[Piece], anchors: Sequence[float], slack: float) -> list[list[Piece]] | None:
    """Figures beside the first line of their label."""
    if labels and labels[0].y < anchors[0] - slack:
        return None
    out: list[list[Piece]] = []
    for anchor, after in pairwise([*anchors, float("inf")]):
        part = [one for one in labels if anchor - slack <= one.y < after - slack]
        if part and part[0].y > anchor + slack:
            return None
        end = next((n for n, (one, other) in enumerate(pairwise(part), 1) if other.y - one.y > 6 * slack), len(part))
        if end < len(part) and len(out) < len(anchors) - 1:
            return None
        out.append(part[:end])
    return out


def _upwards(labels: Sequence[Piece], anchors: Sequence[float], slack: float) -> list[list[Piece]] | None:
    """Figures beside the last line of their label."""
    out = []
    for before, anchor in pairwise([float("-inf"), *anchors]):
        part = [one for one in labels if before + slack < one.y <= anchor + slack]
        if part and part[-1].y < anchor - slack:
            return None
        out.append(part)
    return out
