"""What is known for certain of some cells, put in the place of what was read of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from extractor.parse.readings import Alternative, Choice, Origin, Reading, ReadingKind

__all__ = ["certainly"]


def certainly(choices: Sequence[Choice], certain: Mapping[str, Reading | None], reader: str) -> tuple[Choice, ...]:
    """`choices` with the cells of `certain` taken out of them and read once, without doubt, by `reader`.

    None: nothing is printed in that cell. Of the ways to read a row only those remain that agree with what is certain,
    so that the row's other cells are decided along with it; where none agrees the row was misread there, and its other
    cells stay as open as they were.
    """
    if not certain:
        return tuple(choices)
    tabled = {one.cell for choice in choices for way in choice.alternatives for one in way.readings}
    return (*_without(choices, certain), *_known(certain, reader, tabled))


def _known(certain: Mapping[str, Reading | None], reader: str, tabled: Collection[str]) -> Iterator[Choice]:
    # As printed in a cell of its own: no identity will think it misread.
    for cell, reading in certain.items():
        if reading is not None:
            yield Choice(Origin.GRID, (Alternative((reading,)),), reader=reader, untabled=cell not in tabled)


def _without(choices: Sequence[Choice], certain: Mapping[str, Reading | None]) -> Iterator[Choice]:
    for choice in choices:
        named = {one.cell for way in choice.alternatives for one in way.readings if one.cell in certain}
        if not named:
            yield choice
            continue
        agreeing = [way for way in choice.alternatives if all(_agrees(way, cell, certain[cell]) for cell in named)]
        weights: dict[tuple[Reading, ...], float] = {}
        for way in agreeing or choice.alternatives:
            rest = tuple(one for one in way.readings if one.cell not in certain)
            weights[rest] = weights.get(rest, 0.0) + way.weight
        if any(weights):
            ways = tuple(Alternative(rest, weight) for rest, weight in weights.items())
            yield replace(choice, alternatives=ways)


def _agrees(way: Alternative, cell: str, known: Reading | None) -> bool:
    said = next((one for one in way.readings if one.cell == cell), None)
    nothing = said is None or said.kind in (ReadingKind.BLANK, ReadingKind.WORDS)
    if known is None or known.kind is ReadingKind.BLANK:
        return nothing
    return said is not None and (said.kind, said.value) == (known.kind, known.value)
