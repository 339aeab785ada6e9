"""The log of decisions: what holds, whoever wrote at once, and whatever a crash left behind."""

import json
import multiprocessing
import os
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.deciding.decisions import FILE, Decision, DecisionKind, Decisions, Seen
from extractor.errors import UsageError
from extractor.report import Status

ONE, OTHER = "a" * 64, "b" * 64
CELL = "applications.new.total"


def typed(value: int, *, cell: str = CELL, author: str = "李", document: str = ONE, **more: str) -> Decision:
    seen = Seen(7, Status.DISPUTED)
    return Decision(document, cell, DecisionKind.TYPE, value, author=author, seen=seen, **more)


def test_a_decision_comes_back_from_another_process(tmp_path: Path) -> None:
    kept = Decisions(tmp_path).append(typed(5, note="第 3 页，\n模糊"))
    assert kept.id and kept.at.endswith("Z")
    assert Decisions(tmp_path).of(ONE) == {CELL: kept}
    assert Decisions(tmp_path).of(OTHER) == {}
    assert (tmp_path / FILE).read_text(encoding="utf-8").count("\n") == 1


def test_an_empty_folder_has_no_decisions_and_gets_no_file(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    assert (log.of(ONE), log.history(ONE), log.damaged, dict(log.documents())) == ({}, (), (), {})
    assert not (tmp_path / FILE).exists()


def test_the_latest_holds_and_the_history_shows_both(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    log.append(typed(5, author="李"))
    log.append(typed(6, author="王"))
    assert log.of(ONE)[CELL].author == "王"
    assert [(one.decision.author, one.in_force) for one in log.history(ONE, CELL)] == [("李", False), ("王", True)]
    assert dict(log.documents()) == {ONE: 1}


def test_the_order_of_the_file_decides_not_the_clock(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    log.append(typed(5, at="2027-01-01T00:00:00Z"))
    log.append(typed(6, at="1999-01-01T00:00:00Z"))
    assert log.of(ONE)[CELL].value == 6


def test_undo_brings_back_what_was_before_and_can_be_undone(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    log.append(typed(5))
    log.append(typed(6))
    undone = log.undo(ONE, CELL, author="王")
    assert log.of(ONE)[CELL].value == 5
    again = log.undo(ONE, CELL, author="王", what=undone.id)
    assert log.of(ONE)[CELL].value == 6
    log.undo(ONE, CELL, author="王", what=again.id)
    assert log.of(ONE)[CELL].value == 5
    log.undo(ONE, CELL, author="李")
    assert log.of(ONE) == {}
    assert len(log.history(ONE)) == 6


def test_nothing_is_undone_twice(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    with pytest.raises(UsageError, match="nothing is decided"):
        log.undo(ONE, CELL, author="李")
    kept = log.append(typed(5))
    log.undo(ONE, CELL, author="李", what=kept.id)
    with pytest.raises(UsageError, match="undone already"):
        log.undo(ONE, CELL, author="王", what=kept.id)
    with pytest.raises(UsageError, match="no decision"):
        log.undo(ONE, CELL, author="王", what="elsewhere")
    with pytest.raises(UsageError, match="nothing is decided"):
        log.undo(ONE, CELL, author="王")


def test_an_undo_is_not_appended(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Decisions(tmp_path).append(Decision(ONE, CELL, DecisionKind.UNDO))


def test_what_another_writer_adds_is_seen(tmp_path: Path) -> None:
    mine, theirs = Decisions(tmp_path), Decisions(tmp_path)
    mine.append(typed(5))
    assert theirs.of(ONE)[CELL].value == 5
    theirs.append(typed(6))
    assert mine.of(ONE)[CELL].value == 6
    stamp = mine.stamp
    assert mine.stamp == stamp
    theirs.append(typed(7, document=OTHER))
    assert mine.stamp != stamp


def test_a_link_of_its_name_is_not_written_through(tmp_path: Path) -> None:
    """A stranger's folder of reports may hold one that leads to a file of the reader's."""
    mine = tmp_path / "mine"
    mine.write_bytes(b"what I wrote")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / FILE).symlink_to(mine)
    log = Decisions(tmp_path / "reports")
    with pytest.raises(UsageError, match="is a link"):
        log.append(typed(5))
    with pytest.raises(UsageError, match="is a link"):
        log.undo(ONE, CELL, author="me")
    assert mine.read_bytes() == b"what I wrote"
    (tmp_path / "reports" / FILE).unlink()
    (tmp_path / "reports" / FILE).symlink_to(tmp_path / "new")
    with pytest.raises(UsageError, match="is a link"):
        log.append(typed(5))
    assert not (tmp_path / "new").exists()


def test_a_file_without_end_is_no_log(tmp_path: Path) -> None:
    with (tmp_path / FILE).open("wb") as file:
        file.truncate(1 << 40)  # it takes no room, but would be read
    with pytest.raises(UsageError, match="too large"):
        Decisions(tmp_path).known()


def test_a_pipe_of_its_name_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    log = Decisions(tmp_path)
    with pytest.raises(UsageError, match="no file"):
        log.known()
    with pytest.raises(UsageError, match="no file"):
        log.append(typed(5))


def test_a_torn_line_costs_itself_alone(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    log.append(typed(5))
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes() + typed(6, id="x" * 8).to_line().encode()[:40])
    assert log.of(ONE)[CELL].value == 5
    assert [one.line for one in log.damaged] == [2]
    log.append(typed(7))
    assert log.of(ONE)[CELL].value == 7
    assert Decisions(tmp_path).of(ONE)[CELL].value == 7
    assert [one.line for one in Decisions(tmp_path).damaged] == [2]


def test_a_last_line_without_its_end_counts_once(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(typed(5, id="kept").to_line(), encoding="utf-8")
    log = Decisions(tmp_path)
    assert log.of(ONE)[CELL].value == 5
    log.append(typed(6))
    assert [one.decision.value for one in log.history(ONE)] == [5, 6]
    assert log.damaged == ()


def test_a_line_that_stands_there_twice_counts_once(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    log.append(typed(5))
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes() * 2)
    assert len(Decisions(tmp_path).history(ONE)) == 1


def test_a_log_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    log.append(typed(5))
    log.append(typed(6))
    (tmp_path / FILE).write_text(typed(9, id="new").to_line() + "\n", encoding="utf-8")
    assert [one.decision.value for one in log.history(ONE)] == [9]
    (tmp_path / FILE).unlink()
    assert log.of(ONE) == {}


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"v": 1}',
        b'{"v":1,"id":"a","kind":"type","document":7,"cell":"c"}',
        b"[" * 100_000,
        b'{"v":1,"id":"a","kind":"type","document":"d","cell":"c","value":' + b"9" * 5_000 + b"}",
        b" " * 10 + b"x" * (1 << 20),
    ],
)
def test_lines_that_are_no_decisions_are_told_and_do_nothing(tmp_path: Path, line: bytes) -> None:
    (tmp_path / FILE).write_bytes(line + b"\n" + typed(5, id="good").to_line().encode() + b"\n")
    log = Decisions(tmp_path)
    assert log.of(ONE)[CELL].value == 5
    assert [one.line for one in log.damaged] == [1]


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "vote"},
        {"v": 2},
        {"status": "imagined"},
        {"status": "blank"},
        {"status": "reported"},
        {"value": None},
        {"value": "many"},
        {"value": 1e300},
        {"value": True},
        {"seen": 5},
        {"cell": ""},
    ],
)
def test_lines_of_a_newer_version_are_kept_and_told(tmp_path: Path, changed: dict[str, object]) -> None:
    line = json.loads(typed(6, id="newer").to_line()) | changed
    log = Decisions(tmp_path)
    log.append(typed(5))
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    assert log.of(ONE)[CELL].value == 5
    assert [one.id for one in log.foreign(ONE)] == ["newer"]
    assert log.damaged == ()
    log.undo(ONE, str(line["cell"]), author="李", what="newer")
    assert log.foreign(ONE) == ()


@pytest.mark.parametrize("value", [0, -3, Decimal("12.5"), Decimal("0.1"), Decimal("123456789.123456789")])
def test_figures_come_back_as_they_were(tmp_path: Path, value: int | Decimal) -> None:
    Decisions(tmp_path).append(Decision(ONE, CELL, DecisionKind.CHOOSE, value))
    assert Decisions(tmp_path).of(ONE)[CELL].value == value


def test_odd_characters_stay_on_their_line(tmp_path: Path) -> None:
    kept = Decisions(tmp_path).append(typed(5, author="a\u2028b\x00", note="\ud800\r\n"))
    assert Decisions(tmp_path).of(ONE) == {CELL: kept}


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Decisions(tmp_path)
    log.append(typed(5))
    before = (tmp_path / FILE).read_bytes()
    real = os.write

    def half(file: int, data: bytes) -> int:
        monkeypatch.setattr(os, "write", full)
        return real(file, bytes(data)[:20])

    def full(file: int, data: bytes) -> int:  # noqa: ARG001
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="No space"):
        log.append(typed(6))
    monkeypatch.undo()
    assert (tmp_path / FILE).read_bytes() == before
    assert log.of(ONE)[CELL].value == 5


def _write_many(folder: str, author: str) -> None:
    log = Decisions(Path(folder))
    for number in range(40):
        log.append(typed(number, author=author, cell=f"t.r.{number}", note="备注" * 200))


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    names = ["甲", "乙", "丙"]
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write_many, args=(str(tmp_path), name)) for name in names[:2]]
    threads = [Thread(target=_write_many, args=(str(tmp_path), names[2])) for _ in range(2)]
    for one in (*processes, *threads):
        one.start()
    for one in (*processes, *threads):
        one.join()
    log = Decisions(tmp_path)
    assert log.damaged == ()
    written = [one.decision.author for one in log.history(ONE)]
    assert sorted(written) == sorted(["甲"] * 40 + ["乙"] * 40 + ["丙"] * 80)


# What a log has gone through: ("append", cell, value), ("undo", which line of those so far), ("tear", how much of a
# line was written before a crash), ("reopen",).
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 1), st.integers(0, 9)),
        st.tuples(st.just("undo"), st.integers(0, 11)),
        st.tuples(st.just("tear"), st.integers(1, 60)),
        st.tuples(st.just("reopen")),
    ),
    max_size=16,
)


@settings(max_examples=60)
@given(_STEPS)
def test_any_history_has_one_state(steps: list[tuple[str, int, int]]) -> None:
    """Against a plain model: a line holds unless a line that holds itself undoes it."""
    with TemporaryDirectory() as folder:
        path = Path(folder)
        log, other = Decisions(path), Decisions(path)
        lines: list[tuple[str, int | None, str | None, str]] = []  # cell, value, what it undoes, id
        for step, *more in steps:
            if step == "append":
                cell = f"t.r.{more[0]}"
                lines.append((cell, more[1], None, log.append(typed(more[1], cell=cell)).id))
            elif step == "undo" and lines:
                cell, _, _, what = lines[more[0] % len(lines)]
                if _alive(lines, what):
                    lines.append((cell, None, what, log.undo(ONE, cell, author="王", what=what).id))
                else:
                    with pytest.raises(UsageError):
                        log.undo(ONE, cell, author="王", what=what)
            elif step == "tear":
                with (path / FILE).open("ab") as file:
                    file.write(typed(3, id="torn").to_line().encode()[: more[0]])
            elif step == "reopen":
                log = Decisions(path)
            expected = {
                cell: value
                for cell, value, what, name in lines
                if what is None and value is not None and _alive(lines, name)
            }
            for one in (log, other, Decisions(path)):
                assert {cell: decision.value for cell, decision in one.of(ONE).items()} == expected
            assert [one.decision.id for one in other.history(ONE)] == [name for *_, name in lines]


def _alive(lines: list[tuple[str, int | None, str | None, str]], name: str) -> bool:
    """Whether nothing that is alive itself undoes the line."""
    return not any(what == name and _alive(lines, undo) for _, _, what, undo in lines)
