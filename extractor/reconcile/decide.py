"""What the readings of one cell amount to: a figure, a blank, or a dispute."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractor.parse.readings import Alternative, Choice, Reading, ReadingKind
from extractor.read.letters import as_digits
from extractor.report import Cell, Evidence, Number, Reason, Status

__all__ = ["MISSING", "decide"]

MISSING = Cell(None, Status.MISSING)
_TWICE = Reason("printed more than once, with different figures", "在文中不止印一次，数字不同")
_DISAGREE = Reason("the readers read different figures", "各读取方所读数字不同")
_DOUBTED = Reason("doubted", "存疑")
_SEVERAL = Reason("several readings are possible", "可有多种读法")
_LETTERS = Reason("letters stand for digits, and the sums bear out which", "数字中有字母，按勾稽关系可确定原数")
_WORDS = Reason("the cell holds words, no figure", "此格为文字，没有数字")


@dataclass(slots=True)
class _Said:
    """One thing that is said of a cell, with all its weight; `reading` None: that it is not there."""

    reading: Reading | None
    weight: float


_Told = list[tuple[Choice, list[_Said]]]


def decide(text: str, choices: Sequence[Choice], kept: Sequence[tuple[int, ...]]) -> dict[str, Cell]:
    """Every cell that any of `choices` speaks of. `kept`: for each choice the alternatives that remain possible."""
    cells: dict[str, Cell] = {}
    again: dict[str, _Told] = {}
    plain: dict[str, Choice] = {}
    for choice, indexes in zip(choices, kept, strict=True):
        if len(indexes) > 1 or choice.doubted:
            for cell, listed in _listed([choice.alternatives[index] for index in indexes]).items():
                again.setdefault(cell, []).append((choice, listed))
            continue
        for reading in choice.alternatives[indexes[0]].readings:
            if reading.cell in cells:
                again.setdefault(reading.cell, []).append((choice, [_Said(reading, 1.0)]))
            else:
                cells[reading.cell] = _cell(text, reading, choice)
                plain[reading.cell] = choice
    for cell, told in again.items():
        if cell in plain:
            reading = next(one for one in _only(plain[cell], kept, choices).readings if one.cell == cell)
            told.insert(0, (plain[cell], [_Said(reading, 1.0)]))
        cells[cell] = _decide(text, told)
    return cells


def _only(choice: Choice, kept: Sequence[tuple[int, ...]], choices: Sequence[Choice]) -> Alternative:
    place = next(index for index, one in enumerate(choices) if one is choice)
    return choice.alternatives[kept[place][0]]


def _listed(ways: Sequence[Alternative]) -> Mapping[str, list[_Said]]:
    """What the ways to read one row say of each of its cells, the likeliest way as a whole first."""
    total = sum(way.weight for way in ways)
    likeliest = max(ways, key=lambda way: way.weight)
    by_cell: dict[str, dict[tuple[ReadingKind, Number | None], _Said]] = defaultdict(dict)
    mass: dict[str, float] = defaultdict(float)
    for way in ways:
        share = way.weight / total
        for reading in way.readings:
            mass[reading.cell] += share
            known = by_cell[reading.cell].get((reading.kind, reading.value))
            if known is None:
                by_cell[reading.cell][reading.kind, reading.value] = _Said(reading, share)
            else:
                known.weight += share
    out: dict[str, list[_Said]] = {}
    for cell, things in by_cell.items():
        listed = sorted(things.values(), key=lambda one: (one.reading not in likeliest.readings, -one.weight))
        if mass[cell] < 1 - 1e-9:
            listed.append(_Said(None, 1 - mass[cell]))
        out[cell] = listed
    return out


def _decide(text: str, said: _Told) -> Cell:
    choice, things = said[0]
    agreed = False
    readers: tuple[str, ...] = (choice.reader,)
    if len(said) > 1:
        readers = tuple(dict.fromkeys(source.reader for source, _ in said))
        every = [one for _, listed in said for one in listed]
        numbers = {one.reading.value for one in every if one.reading is not None and one.reading.value is not None}
        if len(numbers) > 1:
            return _disputed(text, _best_supported(said), readers, _DISAGREE if len(readers) > 1 else _TWICE)
        sure = [(source, listed) for source, listed in said if _number(listed) is not None]
        if sure:
            choice, things = sure[0]
            agreed = len(sure) == len(said)
            readers = tuple(dict.fromkeys(source.reader for source, _ in sure))
    if len(things) == 1:
        reading = things[0].reading
        if reading is None:
            return MISSING
        if choice.doubted and not agreed and reading.kind is ReadingKind.NUMBER:
            return _disputed(text, things, readers, choice.because or _DOUBTED)
        return _cell(text, reading, choice)._replace(read_by=readers)
    return _disputed(text, things, readers, choice.because or _SEVERAL)


def _best_supported(said: _Told) -> list[_Said]:
    """Everything that is said, what most readers say first."""
    support: dict[Number | None, set[str]] = defaultdict(set)
    for choice, listed in said:
        for one in listed:
            support[None if one.reading is None else one.reading.value].add(choice.reader)
    every = [one for _, listed in said for one in listed]
    return sorted(every, key=lambda one: -len(support[None if one.reading is None else one.reading.value]))


def _number(listed: Sequence[_Said]) -> Number | None:
    """The figure that a choice is sure of."""
    reading = listed[0].reading
    return reading.value if len(listed) == 1 and reading is not None else None


def _cell(text: str, reading: Reading, choice: Choice) -> Cell:
    kind, start, end = reading.kind, reading.start, reading.end
    if kind is ReadingKind.BLANK:
        return Cell(None, Status.BLANK, (choice.reader,), None, "")
    evidence = Evidence(start, end, text[start:end])
    if kind is ReadingKind.NUMBER:
        because = choice.because if len(choice.alternatives) > 1 else None
        status = Status.REPORTED
        if as_digits(reading.printed) is not None:
            status, because = Status.CORRECTED, _LETTERS
        cell = Cell(reading.value, status, (choice.reader,), evidence, reading.printed, unit=reading.unit)
        return cell.for_reason(because)
    if kind is ReadingKind.NOT_APPLICABLE:
        return Cell(None, Status.NOT_APPLICABLE, (choice.reader,), evidence, reading.printed)
    return Cell(None, Status.MISSING, (choice.reader,), evidence, reading.printed).for_reason(_WORDS)


def _disputed(text: str, things: Iterable[_Said], readers: tuple[str, ...], because: Reason) -> Cell:
    listed = list(things)
    likeliest = listed[0].reading
    value = None if likeliest is None else likeliest.value
    others: list[Number | None] = []
    for one in listed:
        other = None if one.reading is None else one.reading.value
        if other != value and other not in others:
            others.append(other)
    evidence = None
    printed = None
    unit = None
    shown = likeliest if likeliest is not None else next((one.reading for one in listed if one.reading), None)
    if shown is not None:
        evidence = Evidence(shown.start, shown.end, text[shown.start : shown.end])
        printed, unit = shown.printed, shown.unit
    return Cell(value, Status.DISPUTED, readers, evidence, printed, tuple(others), unit=unit).for_reason(because)
