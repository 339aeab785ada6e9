"""What was read of each cell: every figure with those who read it, and how."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from extractor.parse.readings import Choice, Origin, Reading, ReadingKind
from extractor.report import Number

__all__ = ["Read", "is_whole", "read_of"]

_MISREADABLE = (Origin.SCAN, Origin.TEXT)


@dataclass(slots=True)
class Read:
    """The whole figures read of one cell. `printed`: those that stand in a cell of their own. `twice`: whether two
    recognitions of a picture agree on what is there."""

    figures: dict[int, Reading] = field(default_factory=dict)
    readers: dict[int, list[str]] = field(default_factory=dict)
    origins: set[Origin] = field(default_factory=set)
    printed: set[int] = field(default_factory=set)
    twice: bool = False

    @property
    def disputed(self) -> bool:
        """Whether two readers read different figures."""
        return len(self.figures) > 1 and len({name for names in self.readers.values() for name in names}) > 1

    def misreadable(self, value: int) -> Origin | None:
        """How it was read, where that may go wrong: not where two readers agree, nor where one reads without fail."""
        if (
            self.twice
            or len(self.readers.get(value, ())) > 1
            or any(origin not in _MISREADABLE for origin in self.origins)
        ):
            return None
        return Origin.SCAN if Origin.SCAN in self.origins else Origin.TEXT


def is_whole(value: Number | None) -> bool:
    return value is not None and value == int(value)


def read_of(choices: Iterable[Choice]) -> dict[str, Read]:
    """By cell, over all ways to read each place."""
    out: dict[str, Read] = {}
    for choice in choices:
        for way in choice.alternatives:
            for reading in way.readings:
                one = out.setdefault(reading.cell, Read())
                one.origins.add(choice.origin)
                one.twice = one.twice or reading.cell in choice.twice
                if reading.kind is not ReadingKind.NUMBER or reading.value is None or not is_whole(reading.value):
                    continue
                value = int(reading.value)
                one.figures.setdefault(value, reading)
                readers = one.readers.setdefault(value, [])
                if choice.reader not in readers:
                    readers.append(choice.reader)
                if choice.origin is Origin.GRID:
                    one.printed.add(value)
    return out
