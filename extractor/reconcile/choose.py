"""Choosing among the ways a row can be read: those go that no identity over several rows admits.

A depth-first search over the open rows of a connected component, columns as checksums, for the assignments that break
the fewest identities. All such assignments are kept: what they agree on is settled, the rest is not. Where they are too
many to go through, the solver tells what all have in common under which every identity holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractor.parse.readings import Alternative, Choice, ReadingKind
from extractor.reconcile.common import in_common
from extractor.reconcile.linear import Linear
from extractor.report import Number

__all__ = ["surviving"]

_NODES = 4_000
_MOST_OPEN = 60
_SOLUTIONS = 256
_WIDEST = 400


@dataclass(slots=True)
class _Open:
    """A row with several ways to read it: ways with the same figures are one class (blank counts as nothing)."""

    choice: int
    classes: list[dict[str, Number]]
    members: list[list[int]]


def surviving(choices: Sequence[Choice], edits: Sequence[Linear]) -> list[tuple[int, ...]]:
    """For each choice the indexes of its alternatives that remain possible under the identities over several rows."""
    out: list[tuple[int, ...]] = [tuple(range(len(choice.alternatives))) for choice in choices]
    opened = [_open(number, choice) for number, choice in enumerate(choices) if len(choice.alternatives) > 1]
    opened = [one for one in opened if 1 < len(one.classes) <= _WIDEST]
    if not opened:
        return out
    fixed: dict[str, Number] = {}
    for choice in choices:
        if len(choice.alternatives) == 1:
            fixed.update(_values(choice.alternatives[0]))
    seen_once = {cell for choice in choices for way in choice.alternatives for cell in _values(way)}
    exact = [
        linear
        for linear in edits
        if linear.across_rows and linear.exact and linear.complete and seen_once.issuperset(linear.cells)
    ]
    for component, links in _components(opened, exact):
        if len(component) > _MOST_OPEN:
            continue
        kept = _search(component, links, fixed)
        if kept is None and len(component) > 1:
            kept = in_common([one.classes for one in component], links, fixed)
        if kept is None:
            continue
        for one, classes in zip(component, kept, strict=True):
            out[one.choice] = tuple(sorted(index for klass in classes for index in one.members[klass]))
    return out


def _values(way: Alternative) -> dict[str, Number]:
    return {
        reading.cell: reading.value if reading.kind is ReadingKind.NUMBER and reading.value is not None else 0
        for reading in way.readings
    }


def _open(number: int, choice: Choice) -> _Open:
    classes: dict[tuple[tuple[str, Number], ...], int] = {}
    one = _Open(number, [], [])
    for index, way in enumerate(choice.alternatives):
        values = _values(way)
        key = tuple(sorted(values.items()))
        place = classes.get(key)
        if place is None:
            classes[key] = len(one.classes)
            one.classes.append(values)
            one.members.append([index])
        else:
            one.members[place].append(index)
    return one


def _components(opened: Sequence[_Open], edits: Sequence[Linear]) -> list[tuple[list[_Open], list[Linear]]]:
    """Open rows that share an identity, directly or through others, with the identities that touch them."""
    owner: dict[str, list[int]] = {}
    for number, one in enumerate(opened):
        for cell in {cell for values in one.classes for cell in values}:
            owner.setdefault(cell, []).append(number)
    parent = list(range(len(opened)))

    def root(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    touched: list[tuple[Linear, list[int]]] = []
    for linear in edits:
        members = [number for cell in linear.cells for number in owner.get(cell, ())]
        if not members:
            continue
        touched.append((linear, members))
        for number in members[1:]:
            parent[root(number)] = root(members[0])
    groups: dict[int, tuple[list[_Open], list[Linear]]] = {}
    for number, one in enumerate(opened):
        groups.setdefault(root(number), ([], []))[0].append(one)
    for linear, members in touched:
        groups[root(members[0])][1].append(linear)
    return [group for group in groups.values() if group[1]]


def _search(component: list[_Open], links: list[Linear], fixed: Mapping[str, Number]) -> list[set[int]] | None:
    """For each open row the classes that occur in the best assignments; None where the search was cut short."""
    residual, bounds, effect = _tables(component, links, fixed)
    order = sorted(range(len(component)), key=lambda number: len(component[number].classes))
    for allowed in range(3):
        found = _depth_first(component, order, residual, bounds, effect, allowed)
        if found is None:
            return None
        if found:
            return [{solution[number] for solution in found} for number in range(len(component))]
    return None


_Effect = list[list[list[tuple[int, Number]]]]
_Bounds = list[list[tuple[Number, Number]]]


def _tables(
    component: Sequence[_Open], links: Sequence[Linear], fixed: Mapping[str, Number]
) -> tuple[list[Number], _Bounds, _Effect]:
    """Per link what fixed cells leave over; per row and link the least and most a class adds; per class its part."""
    sign = [{cell: s for s, cells in ((1, link.plus), (-1, link.minus)) for cell in cells} for link in links]
    inside = {cell for one in component for values in one.classes for cell in values}
    residual: list[Number] = [
        sum((s * fixed.get(cell, 0) for cell, s in signs.items() if cell not in inside), start=0) for signs in sign
    ]
    effect: _Effect = []
    bounds: _Bounds = []
    for one in component:
        per_class: list[list[tuple[int, Number]]] = []
        for values in one.classes:
            parts: list[tuple[int, Number]] = []
            for number, signs in enumerate(sign):
                part: Number = sum((signs[cell] * value for cell, value in values.items() if cell in signs), start=0)
                if part:
                    parts.append((number, part))
            per_class.append(parts)
        effect.append(per_class)
        dense = [dict(parts) for parts in per_class]
        bounds.append(
            [
                (min(parts.get(number, 0) for parts in dense), max(parts.get(number, 0) for parts in dense))
                for number in range(len(links))
            ]
        )
    return residual, bounds, effect


def _depth_first(
    component: Sequence[_Open],
    order: Sequence[int],
    residual: Sequence[Number],
    bounds: _Bounds,
    effect: _Effect,
    allowed: int,
) -> list[dict[int, int]] | None:
    links = len(residual)
    least: list[list[Number]] = [[0] * links for _ in range(len(order) + 1)]
    most: list[list[Number]] = [[0] * links for _ in range(len(order) + 1)]
    for depth in range(len(order) - 1, -1, -1):
        for link in range(links):
            lower, upper = bounds[order[depth]][link]
            least[depth][link] = least[depth + 1][link] + lower
            most[depth][link] = most[depth + 1][link] + upper
    solutions: list[dict[int, int]] = []
    nodes = 0
    stack: list[tuple[int, list[Number], dict[int, int]]] = [(0, list(residual), {})]
    while stack:
        depth, left, picked = stack.pop()
        lost = sum(
            1 for link in range(links) if left[link] + least[depth][link] > 0 or left[link] + most[depth][link] < 0
        )
        if lost > allowed:
            continue
        if depth == len(order):
            solutions.append(picked)
            if len(solutions) > _SOLUTIONS:
                return None
            continue
        nodes += 1
        if nodes > _NODES:
            return None
        row = order[depth]
        for klass in range(len(component[row].classes) - 1, -1, -1):
            after = list(left)
            for link, part in effect[row][klass]:
                after[link] += part
            stack.append((depth + 1, after, {**picked, row: klass}))
    return solutions
