"""gouji bulk: tables of many files, committed by the shard; what stops it, and what goes wrong with documents."""

import json
import os
import signal
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eval.bulk_poison import poisoned
from extractor import extract
from extractor.bulk import work
from extractor.bulk.house import House, SupersededError
from extractor.bulk.tasks import Order
from extractor.deliver.tables.arrow import tables_of
from extractor.deliver.tables.schemas import TABLES
from extractor.errors import EngineError, UsageError
from extractor.read import locator
from extractor.read.limits import Limits
from tests.bulked import Here, bulked, names_of, reports, rows_of, whole


@pytest.fixture
def source(tmp_path: Path) -> Path:
    reports(tmp_path / "in", 9)
    return tmp_path / "in"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_tables_are_those_of_the_reports(source: Path, out: Path) -> None:
    outcome = bulked(source, out)
    expected = tables_of([extract(path.read_bytes(), name=path.name) for path in sorted(source.iterdir())])
    for name, table in TABLES.items():
        found = pa.concat_tables([pq.read_table(path) for path in sorted((out / name).glob("*.parquet"))])
        assert found.equals(expected[name]), name
        assert outcome.totals.rows[name] == expected[name].num_rows
        assert found.column_names == list(table.names)
    assert outcome.plan.new == 9
    assert len(list((out / "cells").iterdir())) == 3
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["state"] == "complete"
    assert manifest["input"] == str(source)
    for name in TABLES:
        files = [out / one for one in manifest["tables"][name]["files"]]
        assert sum(pq.read_metadata(one).num_rows for one in files) == manifest["tables"][name]["rows"]


def test_a_second_run_reads_what_is_new_or_changed(source: Path, out: Path) -> None:
    bulked(source, out)
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/*.parquet")}
    again = bulked(source, out)
    assert (again.plan.unchanged, again.plan.files) == (9, 0)
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/*.parquet")} == before

    old = rows_of(out, "reports")[1]
    changed, touched, gone = source / "0001.md", source / "0002.html", source / "0008.html"
    reports(source.parent / "other", 2, seed=77)[1].replace(changed)
    os.utime(touched, ns=(1, 1))
    gone.unlink()
    (source / "new.txt").write_text("这不是年报", "utf-8")
    outcome = bulked(source, out)
    plan = outcome.plan
    assert (plan.new, plan.changed, plan.unchanged, plan.gone) == (1, 2, 6, ["0008.html"])
    whole(out)
    assert len(names_of(out)) == 9
    assert names_of(out, "failures") == ["new.txt"]
    new = next(row for row in rows_of(out, "reports") if row["name"] == "0001.md")
    assert new["sha256"] != old["sha256"]
    assert old["report"] not in {row["report"] for row in rows_of(out, "cells")}
    # What was only touched is known by its new time from now on.
    assert bulked(source, out).plan.unchanged == 9

    assert bulked(source, out, prune=True).plan.gone == ["0008.html"]
    whole(out)
    assert "0008.html" not in names_of(out)
    assert bulked(source, out).plan.gone == []


def test_it_goes_on_where_it_was(source: Path, out: Path) -> None:
    def stop(number: int) -> None:
        if number == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulked(source, out, engine=Here(stop))
    assert json.loads((out / "manifest.json").read_text("utf-8"))["state"] == "incomplete"
    (out / "cells" / "9999-000000.parquet").write_bytes(b"of a shard that was not committed")
    outcome = bulked(source, out)
    assert (outcome.plan.unchanged, outcome.plan.new) == (8, 1)
    whole(out)
    assert len(names_of(out)) == 9


def test_a_shard_half_replaced_is_made_anew(source: Path, out: Path) -> None:
    bulked(source, out)
    house = House(out)
    shard = house.shards()[0]
    house.rewriting(shard).touch()
    house.table("cells", shard).write_bytes(house.table("cells", house.shards()[1]).read_bytes())
    outcome = bulked(source, out)
    assert (outcome.plan.again, outcome.plan.unchanged) == (4, 5)
    whole(out)
    assert len(names_of(out)) == 9
    assert bulked(source, out).plan.again == 0


def test_an_earlier_run_commits_nothing_more(source: Path, out: Path) -> None:
    engine = Here()
    bulked(source, out, engine=engine)
    (order,) = engine.orders
    bulked(source, out)
    with pytest.raises(SupersededError):
        work.do(order, House(out).shards()[0])
    with pytest.raises(SupersededError), House(out).committing(Order.from_json(order).run):
        pass


def test_a_task_done_twice_leaves_one_shard(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Twice(Here):
        def run(self, order: str, shards: Sequence[str]) -> Iterator[str]:
            list(super().run(order, shards))
            # As one that was cut off from the others does it, and does not know that it is done.
            with monkeypatch.context() as patch:
                patch.setattr(work, "done_by", lambda *_: None)
                yield from super().run(order, shards)

    bulked(source, out, engine=Twice())
    whole(out)
    assert len(names_of(out)) == 9


def test_nobody_else_may_run_meanwhile(source: Path, out: Path) -> None:
    with House(out).begun(), pytest.raises(UsageError, match="another gouji bulk is at work"):
        bulked(source, out)


def test_only_what_fits_together(source: Path, out: Path, tmp_path: Path) -> None:
    bulked(source, out)
    with pytest.raises(UsageError, match="holds what was read from"):
        bulked(source / "0000.html", out)
    with pytest.raises(UsageError, match="--form"):
        bulked(source, out, form="ogi-2021")
    moved = source.rename(tmp_path / "moved")
    assert bulked(moved, out, same_input=True).plan.unchanged == 9
    with pytest.raises(UsageError, match="holds no bulk run"):
        bulked(moved, moved)


def test_poison_costs_only_itself(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locator, "read", poisoned(locator.read))
    for poison in ("raise", "hang", "die", "memory"):
        (source / f"{poison}.txt").write_text(f"POISON {poison}", "ascii")
    outcome = bulked(source, out, limits=Limits(max_seconds=2))
    assert outcome.totals.rows["reports"] == 9
    codes = {row["name"]: row["code"] for row in rows_of(out, "failures")}
    assert codes == {"raise.txt": "internal", "hang.txt": "limit", "die.txt": "crashed", "memory.txt": "limit"}
    whole(out)

    monkeypatch.undo()
    (source / "raise.txt").write_bytes((source / "0000.html").read_bytes())
    assert bulked(source, out).plan.changed == 1
    assert len(names_of(out)) == 10
    assert bulked(source, out, retry=True).plan.again == 3


def test_a_reader_that_is_killed_by_others_costs_nothing(
    source: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, flag = locator.read, tmp_path / "killed"

    def reading(data: bytes, **options: object) -> object:
        if options["name"] == "0002.html" and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return read(data, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(locator, "read", reading)
    assert bulked(source, out).totals.rows["failures"] == 0
    assert flag.exists()
    assert len(names_of(out)) == 9
    whole(out)


def test_what_kills_the_process_time_and_again_is_set_aside(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(out)
    attempts = []

    class KilledError(Exception):
        """As if the process were gone: its sign of life stays."""

    class Dying(Here):
        def run(self, order: str, shards: Sequence[str]) -> Iterator[str]:
            try:
                yield from super().run(order, shards)
            except KilledError:
                (house.state / "sign").rename(house.progress(shards[0]))
                raise

    original = work._Doing._read

    def read(self: work._Doing, todo: object) -> object:
        for one in original(self, todo):  # type: ignore[arg-type]
            if one.todo.file.name == "0002.html" and one.documents and one.documents[0].failed is False:
                attempts.append(one.todo.file.name)
                self._now_at(one.todo)
                os.link(house.progress(self._task.shard), house.state / "sign")
                raise KilledError
            yield one

    monkeypatch.setattr(work._Doing, "_read", read)
    outcome = bulked(source, out, engine=Dying())
    assert attempts == ["0002.html"] * 3
    assert outcome.totals.rows["reports"] == 8
    assert names_of(out, "failures") == ["0002.html"]
    whole(out)


def test_signs_of_life_torn_by_a_kill_are_no_error(source: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(out)
    original = work._Doing._strikes

    def strikes(self: work._Doing, progress: Path) -> object:
        progress.write_text('3 "0002.html"\nf-a-longer-name.html"\n', "ascii")
        with house.strikes(self._task.shard).open("a", encoding="ascii") as stream:
            stream.write('"0002.html"\n"000')
        return original(self, progress)

    monkeypatch.setattr(work._Doing, "_strikes", strikes)
    assert bulked(source, out).totals.rows["reports"] == 9
    whole(out)


def test_a_run_killed_while_it_makes_its_folders_can_be_begun_anew(source: Path, out: Path) -> None:
    made = Path.mkdir

    def killed(self: Path, *more: object, **named: object) -> None:
        if out in self.parents and any(out.iterdir() if out.exists() else ()):
            raise KeyboardInterrupt
        made(self, *more, **named)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "mkdir", killed)
        bulked(source, out)
    assert any(out.iterdir())
    assert bulked(source, out).totals.rows["reports"] == 9


def test_an_engine_that_never_gets_on_is_given_up(source: Path, out: Path) -> None:
    class Broken(Here):
        def run(self, order: str, shards: Sequence[str]) -> Iterator[str]:  # noqa: ARG002
            raise OSError(28, "No space left on device")

    with pytest.raises(EngineError, match=r"3 shards could not be made: OSError.*No space left"):
        bulked(source, out, engine=Broken())
    assert bulked(source, out).plan.new == 9


def test_archives_count_as_what_is_in_them(source: Path, out: Path) -> None:
    with zipfile.ZipFile(source / "crawl.zip", "w") as archive:
        for number in range(3):
            archive.write(source / "0000.html", f"a/{number}.html")
        archive.writestr("a/notes.txt", "无")
        archive.writestr("a/style.css", "")
    assert bulked(source, out).totals.passed == {".css": 1}
    assert [name for name in names_of(out) if "!" in name] == [f"crawl.zip!a/{number}.html" for number in range(3)]
    assert names_of(out, "failures") == ["crawl.zip!a/notes.txt"]
    whole(out)
    again = bulked(source, out)
    assert (again.plan.unchanged, again.totals.passed) == (10, {".css": 1})
    with zipfile.ZipFile(source / "crawl.zip", "w") as archive:
        archive.write(source / "0001.md", "b.md")
    bulked(source, out)
    assert [name for name in names_of(out) if "!" in name] == ["crawl.zip!b.md"]
    assert names_of(out, "failures") == []
    whole(out)


def test_a_name_that_is_no_text(source: Path, out: Path) -> None:
    strange = os.fsdecode(b"\xb1\xa8.html")
    try:
        (source / "0000.html").rename(source / strange)
    except OSError:
        pytest.skip("this file system takes no such names")
    assert bulked(source, out).totals.rows["reports"] == 9
    assert bulked(source, out).plan.unchanged == 9


def test_a_mistyped_input_does_not_claim_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        bulked(tmp_path / "typo", tmp_path / "out")
    reports(tmp_path / "in", 1)
    assert bulked(tmp_path / "in", tmp_path / "out").plan.new == 1
    with pytest.raises(UsageError, match="holds what was read from"):
        bulked(tmp_path / "typo", tmp_path / "out")
    assert bulked(tmp_path / "in", tmp_path / "out").plan.unchanged == 1
