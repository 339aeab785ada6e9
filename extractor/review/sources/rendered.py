"""An inert rendering with its evidence marked."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from html import escape

from extractor.review.sources.inert import Piece, Places
from extractor.review.sources.marks import Marks

__all__ = ["rendered_html"]


def rendered_html(pieces: Sequence[Piece], text: str, marks: Marks) -> str:
    """The rendering as HTML of our own making; `text` is the document's."""
    offsets = Places(text).offsets
    return "".join(
        piece.text if piece.markup else "".join(_marked(piece, offsets, marks)) if piece.at >= 0 else escape(piece.text)
        for piece in pieces
    )


def _marked(piece: Piece, offsets: Sequence[int], marks: Marks) -> Iterator[str]:
    """The text of a node, cut where evidence begins and ends."""
    solid = [at for at, character in enumerate(piece.text) if not character.isspace()]
    if not solid:
        yield escape(piece.text)
        return
    start, end = offsets[piece.at], offsets[piece.at + len(solid) - 1] + 1
    done = 0
    for number in marks.within(start, end):
        first, last = marks.stretch(number)
        one = max(0, bisect_left(offsets, first) - piece.at)
        other = min(len(solid), bisect_left(offsets, last) - piece.at)
        if other <= one:
            continue
        begin, stop = solid[one], solid[other - 1] + 1
        yield f"{escape(piece.text[done:begin])}{marks.opening(number)}{escape(piece.text[begin:stop])}</mark>"
        done = stop
    yield escape(piece.text[done:])
