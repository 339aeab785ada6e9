"""The solver against brute force: the cheapest solution, and what all that cost hardly more agree on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations, product
from random import Random

import pytest

from extractor.forms.model import Edit, EditKind
from extractor.reconcile import solve as solver
from extractor.reconcile.linear import Linear
from extractor.reconcile.operations import Move, Operation
from extractor.reconcile.solve import Problem, Solution, solve

SLACK = 4  # as much as a repair allows
CHANGED = "changed"
NAMES = "abcdef"

State = int | str | None
"""As in the solver: untouched, the value that an operation gives, or changed to something else."""


def edit(plus: str, minus: str, *, exact: bool = True) -> Linear:
    """The cells of `plus`, a letter each, add up to those of `minus`, or to no more than those."""
    kind = EditKind.EQUAL if exact else EditKind.AT_MOST
    named = Edit(id=f"{plus}-{minus}", kind=kind, left=(), right=(), message="")
    return Linear(named, tuple(plus), tuple(minus), exact)


def op(cost: int, group: int | None = None, **becomes: int) -> Operation:
    return Operation(Move.OTHER_READING, tuple(becomes.items()), cost, group)


def holds(edits: tuple[Linear, ...], values: Mapping[str, int]) -> bool:
    for one in edits:
        balance = sum(values[cell] for cell in one.plus) - sum(values[cell] for cell in one.minus)
        if balance > 0 or (one.exact and balance):
            return False
    return True


def compatible(chosen: tuple[Operation, ...], changed: tuple[str, ...]) -> bool:
    touched = [cell for one in chosen for cell, _ in one.becomes] + list(changed)
    groups = [one.group for one in chosen if one.group is not None]
    return len(set(touched)) == len(touched) and len(set(groups)) == len(groups)


def subsets(items: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    return (some for size in range(len(items) + 1) for some in combinations(items, size))


def attempts(problem: Problem) -> list[tuple[int, tuple[Operation, ...], tuple[str, ...]]]:
    """Every set of operations and free changes that go together, the cheapest first."""
    out = [
        (sum(one.cost for one in chosen) + sum(problem.free[cell] for cell in changed), chosen, changed)
        for chosen in subsets(problem.operations)
        for changed in subsets(tuple(problem.free))
        if compatible(chosen, changed)  # type: ignore[arg-type]
    ]
    return sorted(out, key=lambda one: one[0])  # type: ignore[return-value]


def fillings(problem: Problem, chosen: tuple[Operation, ...], changed: tuple[str, ...], top: int) -> bool:
    """Whether the cells of `changed` can hold other values, up to `top`, under which all edits hold."""
    before = {**problem.values, **{cell: value for one in chosen for cell, value in one.becomes}}
    untouched = (cell for cell in problem.free if cell not in changed and before[cell] == problem.values[cell])
    if any(before[cell] < 0 and cell not in problem.signed for cell in untouched):
        return False
    ranges = [
        [value for value in range(-top if cell in problem.signed else 0, top + 1) if value != problem.values[cell]]
        for cell in changed
    ]
    return any(
        holds(problem.edits, {**before, **dict(zip(changed, values, strict=True))}) for values in product(*ranges)
    )


def brute(problem: Problem, slack: int, top: int) -> tuple[int, list[dict[str, State]]] | None:
    """The least cost, and what becomes of the cells in each solution of at most `slack` more."""
    cells = {*problem.free, *(cell for one in problem.operations for cell, _ in one.becomes)}
    least: int | None = None
    found: list[dict[str, State]] = []
    for cost, chosen, changed in attempts(problem):
        if least is not None and cost > least + slack:
            break
        if fillings(problem, chosen, changed, top):
            least = cost if least is None else least
            states: dict[str, State] = dict.fromkeys(cells)
            states.update((cell, value) for one in chosen for cell, value in one.becomes)
            states.update(dict.fromkeys(changed, CHANGED))
            found.append(states)
    return None if least is None else (least, found)


def random_problem(rng: Random) -> Problem:
    """A few cells of small figures under a few edits, with operations and free cells at all sorts of prices."""
    cells = NAMES[: rng.randint(3, 5)]
    values = {cell: rng.randint(0, 3) for cell in cells}
    edits = []
    for _ in range(rng.randint(1, 3)):
        several = rng.sample(cells, rng.randint(2, 3))
        edits.append(edit("".join(several[:-1]), several[-1], exact=rng.random() < 0.75))
    operations = []
    for _ in range(rng.randint(0, 7)):
        touched = rng.sample(cells, rng.choice((1, 1, 2)))
        becomes = {cell: rng.choice([value for value in range(4) if value != values[cell]]) for cell in touched}
        operations.append(op(rng.choice((0, 6, 6, 8, 14, 15, 21)), rng.choice((None, None, 0, 1)), **becomes))
    free = {cell: rng.choice((10, 14, 14, 14)) for cell in rng.sample(cells, rng.randint(0, 3))}
    signed = frozenset(cell for cell in cells if rng.random() < 0.2)
    for cell in signed:
        values[cell] = rng.randint(-3, 3)
        operations = [one for one in operations if (cell, values[cell]) not in one.becomes]
    return Problem(tuple(edits), values, tuple(operations), free, signed)


def checked(problem: Problem, slack: int = 0, top: int = 9) -> Solution | None:
    """The solution of `problem`, compared with what brute force finds."""
    found, wanted = solve(problem, slack=slack), brute(problem, slack, top)
    if wanted is None or found is None:
        assert found is None and wanted is None
        return found
    cost, rivals = wanted
    first = rivals[0]
    agreed = {cell for cell in first if all(one[cell] == first[cell] for one in rivals)}
    assert found.whole
    assert found.cost == cost
    assert found.agreed == agreed
    after = {**problem.values, **found.becomes}
    assert holds(problem.edits, after), "the solution is one"
    by_operation = {cell: value for one in found.operations for cell, value in one.becomes}
    changed = found.becomes.keys() - by_operation.keys()
    assert compatible(found.operations, tuple(changed))
    assert sum(one.cost for one in found.operations) + sum(problem.free[cell] for cell in changed) == cost
    for cell in agreed:
        state = CHANGED if cell in changed else by_operation.get(cell)
        assert state == first[cell]
    for cell, values in found.seen.items():
        assert values[0] == after[cell] and len(set(values)) == len(values)
        if all(one[cell] != CHANGED for one in rivals):
            possible = {problem.values[cell] if one[cell] is None else one[cell] for one in rivals}
            assert possible.issuperset(values)
            assert cell in agreed or len(possible) == 1 or len(values) > 1
    return found


@pytest.mark.parametrize("slack", [0, SLACK, 14])
def test_the_cheapest_solution_and_what_all_agree_on(slack: int) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(500):
        found = checked(random_problem(Random(f"solve/{seed}")), slack)
        if found is None:
            outcomes["none"] += 1
        elif found.cost:
            outcomes["certain" if found.agreed.issuperset(found.becomes) else "ambiguous"] += 1
    assert min(outcomes[kind] for kind in ("none", "certain", "ambiguous")) >= 20, outcomes


@pytest.mark.parametrize("seed", range(60))
def test_no_order_changes_the_answer(seed: int) -> None:
    rng = Random(f"order/{seed}")
    problem = random_problem(rng)
    slack = rng.choice((0, SLACK))
    first = solve(problem, slack=slack)
    for _ in range(3):
        edits, operations, free = list(problem.edits), list(problem.operations), list(problem.free.items())
        names = list(problem.values.items())
        for some in (edits, operations, free, names):
            rng.shuffle(some)
        shuffled = Problem(tuple(edits), dict(names), tuple(operations), dict(free), problem.signed)
        again = solve(shuffled, slack=slack)
        assert (again is None) is (first is None)
        if first is not None and again is not None:
            assert (again.cost, again.agreed, again.whole) == (first.cost, first.agreed, first.whole)
            assert again.becomes.keys() & again.agreed == first.becomes.keys() & first.agreed
            for cell in first.agreed - problem.free.keys():
                assert again.seen[cell] == first.seen[cell]


@pytest.mark.parametrize("seed", range(20))
def test_the_same_problem_has_the_same_answer(seed: int) -> None:
    problem = random_problem(Random(f"again/{seed}"))
    assert solve(problem) == solve(problem) == solve(problem)


def test_nothing_to_do() -> None:
    found = checked(Problem((edit("ab", "c"),), {"a": 1, "b": 2, "c": 3}, (op(6, a=2),), {"c": 14}))
    assert found is not None and (found.cost, found.becomes) == (0, {})
    assert found.agreed == {"a", "c"}


def test_no_solution() -> None:
    assert checked(Problem((edit("ab", "c"),), {"a": 1, "b": 2, "c": 4})) is None
    assert checked(Problem((edit("ab", "c"),), {"a": 1, "b": 2, "c": 4}, (op(6, a=4), op(6, b=9), op(6, c=2)))) is None


def test_a_move_hardly_dearer_is_a_rival() -> None:
    values = {"a": 1, "b": 2, "c": 4}
    for dearer, agreed in ((SLACK, frozenset()), (SLACK + 1, frozenset("ab"))):
        found = checked(Problem((edit("ab", "c"),), values, (op(6, a=2), op(6 + dearer, b=3))), SLACK)
        assert found is not None and found.agreed == agreed
        assert found.becomes == {"a": 2}


def test_of_a_group_one_holds() -> None:
    """Only both operations together mend the sum."""
    values = {"a": 1, "b": 1, "c": 4}
    apart = Problem((edit("ab", "c"),), values, (op(6, a=2), op(6, b=2)))
    found = checked(apart)
    assert found is not None and found.becomes == {"a": 2, "b": 2}
    assert checked(replace(apart, operations=(op(6, 0, a=2), op(6, 0, b=2)))) is None
    assert checked(replace(apart, operations=(op(6, 0, a=2), op(6, 1, b=2)))) == solve(
        replace(apart, operations=(op(6, 0, a=2), op(6, 1, b=2)))
    )


def test_a_cell_is_moved_once() -> None:
    """Two moves over the same cell never go together, nor does a move with another change of its cell."""
    values = {"a": 0, "b": 0, "c": 3, "d": 3}
    edits = (edit("a", "c"), edit("b", "d"))
    assert checked(Problem(edits, values, (op(1, a=3, c=3), op(1, b=3, c=3)))) is None
    assert checked(Problem((edit("a", "c"), edit("a", "b")), values, (op(1, a=2, b=3),), {"a": 5})) is None


def test_two_moves_of_the_same_value_agree() -> None:
    """They differ in the other cell they move; the one that both give the same value is settled."""
    values = {"a": 1, "b": 0, "c": 2, "d": 0}
    found = checked(Problem((edit("a", "c"),), values, (op(6, a=2, b=1), op(6, a=2, d=1))))
    assert found is not None and found.agreed == {"a"} and found.seen["a"] == (2,)


def test_only_signed_cells_fall_below_zero() -> None:
    values = {"a": 3, "b": 2, "c": 1}
    problem = Problem((edit("ab", "c"),), values, (), {"b": 14})
    assert checked(problem) is None
    found = checked(replace(problem, signed=frozenset("b")))
    assert found is not None and found.becomes == {"b": -2}


def test_a_count_below_zero_has_to_change() -> None:
    values = {"a": 3, "b": -2, "c": 1}
    problem = Problem((edit("ab", "c"),), values, (), {"b": 14, "c": 14})
    found = checked(problem)
    assert found is not None and found.becomes.keys() == {"b", "c"}
    signed = checked(replace(problem, signed=frozenset("b")))
    assert signed is not None and signed.becomes == {}


def test_a_part_above_its_whole() -> None:
    values = {"a": 5, "b": 3}
    problem = Problem((edit("a", "b", exact=False),), values, (op(6, a=4), op(6, a=3), op(9, b=6)))
    found = checked(problem, SLACK)
    assert found is not None and found.becomes == {"a": 3} and found.agreed == frozenset()
    less = checked(replace(problem, operations=(op(6, a=2),)))
    assert less is not None and less.becomes == {"a": 2} and less.agreed == {"a"}


def test_figures_of_any_size() -> None:
    values = {"a": 123_456_789, "b": 5, "c": 123_456_784}
    found = solve(Problem((edit("ab", "c"),), values, (op(6, a=123_456_779),), dict.fromkeys("abc", 14)))
    assert found is not None and found.becomes == {"a": 123_456_779}
    assert found.agreed == {"a", "b", "c"}


def lattice(off: int) -> Problem:
    """A table of three by three with sums that are wrong, and cells and sums free: there is much to go through."""
    cells = {(row, column): f"{row}.{column}" for row in range(3) for column in range(3)}
    values = {cell: 1 + number % 7 for number, cell in enumerate(cells.values())}
    lines = [
        *([cells[row, column] for column in range(3)] for row in range(3)),
        *([cells[row, column] for row in range(3)] for column in range(3)),
    ]
    edits = []
    for number, line in enumerate(lines):
        total = f"sum.{number}"
        values[total] = sum(values[cell] for cell in line) + (number % off == 0)
        named = Edit(id=total, kind=EditKind.EQUAL, left=(), right=(), message="")
        edits.append(Linear(named, tuple(line), (total,), True))
    return Problem(tuple(edits), values, (), dict.fromkeys(values, 14))


def test_what_is_beyond_counting_is_not_told() -> None:
    """A run of glued digits may be longer than the solver's 64 bits."""
    edits = (edit("ab", "c"),)
    assert solve(Problem(edits, {"a": 1, "b": 2, "c": 10**22}, (), {"c": 14})) is None
    assert solve(Problem(edits, {"a": 1, "b": 2, "c": 4}, (op(3, c=10**22),), {"c": 14})) is None


@pytest.mark.parametrize("off", [1, 2, 3, 4])
def test_cut_short_nothing_is_agreed(off: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At any limit the answer is that without one, or nothing counts as agreed, or there is none at all."""
    problem = lattice(off)
    wanted = solve(problem, slack=SLACK)
    assert wanted is not None and wanted.whole
    kinds: Counter[str] = Counter()
    for step in range(70):
        monkeypatch.setattr(solver, "LIMIT", 1e-5 * 1.15**step)
        found = solve(problem, slack=SLACK)
        if found is None:
            kinds["none"] += 1
        elif found.whole:
            assert (found.cost, found.agreed) == (wanted.cost, wanted.agreed)
            kinds["whole"] += 1
        else:
            assert found.agreed == frozenset() and found.cost >= wanted.cost
            assert holds(problem.edits, {**problem.values, **found.becomes})
            kinds["cut short"] += 1
    assert kinds.keys() == {"none", "whole", "cut short"}


def test_more_rivals_than_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "_MOST_RIVALS", 1)
    values = {"a": 1, "b": 1, "c": 3}
    found = solve(Problem((edit("ab", "c"),), values, (), dict.fromkeys("abc", 14)))
    assert found is not None and not found.whole and found.agreed == frozenset()
