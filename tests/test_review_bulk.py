"""gouji review over the tables of a bulk run: what is listed, where its document is, and decisions in a second run."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

pytest.importorskip("PIL", reason="the extra 'review' is not installed: pip install 'gouji[review]'")

from extractor import extract
from extractor.bulk.house import House
from extractor.cli.review import _folder_of, _sorted_out
from extractor.deciding.decision import DecisionKind
from extractor.deciding.decisions import FILE
from extractor.deliver.to_json import json_line
from extractor.errors import UsageError
from extractor.read.limits import Limits
from extractor.review.bulkfolder import BulkFolder, is_bulk_folder
from extractor.review.desk import Desk
from extractor.review.local import LocalShelf
from tests.bulked import bulked, reports
from tests.reviewing import SAMPLES, key_of, shelved, until_read

MISPRINT = SAMPLES / "misprint-2023" / "report.html"
MASS = "applications.rejected_mass.public_welfare"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Reports in folders and an archive, the misprint twice, and what is no report."""
    folder = tmp_path / "in"
    reports(folder / "a", 3)
    (folder / "b").mkdir()
    copy(MISPRINT, folder / "b" / "misprint.html")
    (folder / "no.txt").write_text("这不是年报", "utf-8")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.write(MISPRINT, "inner/same.html")
    return folder


@pytest.fixture
def out(source: Path, tmp_path: Path) -> Path:
    bulked(source, tmp_path / "out")
    return tmp_path / "out"


def names(shelf: LocalShelf) -> dict[str, str]:
    return {entry.name: entry.verdict.value if entry.verdict else entry.state.value for entry in shelf.index.all()}


def test_the_tables_alone_will_do(out: Path, tmp_path: Path) -> None:
    with shelved(tmp_path, results=[BulkFolder(out, 100)]) as shelf:
        assert names(shelf) == {
            "a/0000.html": "clean",
            "a/0001.md": "clean",
            "a/0002.html": "clean",
            "b/misprint.html": "review",
            "more.zip!inner/same.html": "review",
            "no.txt": "failed",
        }
        for name, path in (("b/misprint.html", MISPRINT), ("inner/same.html", MISPRINT), ("a/0001.md", None)):
            key = key_of(shelf, name)
            report, origin = shelf.report(key), shelf.origin(key)
            assert report is not None and origin is not None
            content = origin.read(Limits())
            assert path is None or content == path.read_bytes()
            assert report == extract(content, name=report.source.name)
        entry = shelf.index.get(key_of(shelf, "misprint"))
        assert entry is not None and entry.doubts > 0


def test_a_source_that_is_gone_or_another_is_not_shown(source: Path, out: Path, tmp_path: Path) -> None:
    (source / "a" / "0000.html").unlink()
    (source / "a" / "0001.md").write_text("another", "utf-8")
    with shelved(tmp_path, results=[BulkFolder(out, 100)]) as shelf:
        assert shelf.origin(key_of(shelf, "0000")) is None
        assert shelf.origin(key_of(shelf, "0001")) is None
        assert shelf.origin(key_of(shelf, "0002")) is not None
    moved = source.rename(tmp_path / "moved")
    bulked(moved, out, same_input=True)
    with shelved(tmp_path, results=[BulkFolder(out, 100)]) as shelf:
        for name in ("0002", "inner/same"):
            assert shelf.origin(key_of(shelf, name)) is not None


def test_of_many_those_with_most_to_decide_are_listed(out: Path, tmp_path: Path) -> None:
    assert BulkFolder(out, 3).total == 6
    with shelved(tmp_path, results=[BulkFolder(out, 3)]) as shelf:
        assert set(names(shelf)) == {"b/misprint.html", "more.zip!inner/same.html", "no.txt"}


@pytest.fixture(params=["tables", "lines"])
def results(request: pytest.FixtureRequest, source: Path, out: Path) -> Iterator[Path]:
    """What `gouji bulk` wrote, and what `gouji deliver` makes of it: names that count from IN."""
    if request.param == "tables":
        yield out
        return
    lines = source.parent / "all.jsonl"
    with lines.open("w", encoding="utf-8") as stream:
        for name in ("a/0000.html", "a/0001.md", "a/0002.html", "b/misprint.html", "no.txt"):
            try:
                report = extract((source / name).read_bytes(), name=name)
            except Exception:
                continue
            stream.write(json_line(report) + "\n")
        stream.write(json_line(extract(MISPRINT.read_bytes(), name="more.zip!inner/same.html")) + "\n")
    yield lines


@pytest.mark.parametrize("most", [100, 2])
def test_results_beside_their_documents_are_listed_once(results: Path, source: Path, tmp_path: Path, most: int) -> None:
    """Whatever either is called: results know their documents by their bytes. What has no result is extracted."""
    copy(SAMPLES / "clean-html-2022" / "report.html", source / "new.html")
    found, documents, _ = _sorted_out([str(results), str(source)], Limits(), most)
    with shelved(tmp_path, [one.path for one in documents if one.path], found, read=False) as shelf:
        until_read(shelf)
        listed = names(shelf)
        assert sum("misprint" in name for name in listed) == 1
        assert listed["new.html"] == "clean"
        assert len(listed) == (3 if most == 2 and is_bulk_folder(results) else 7), listed
        assert shelf.origin(key_of(shelf, "misprint")) is not None


def test_decisions_go_into_the_next_run_and_are_shown_after_it(source: Path, out: Path) -> None:
    with shelved(out, results=[BulkFolder(out, 100)]) as shelf:
        desk, key = Desk(shelf), key_of(shelf, "misprint")
        desk.study(key)
        desk.decide(key, MASS, DecisionKind.TYPE, said="0")
        laid = desk.laid(key)
        assert laid is not None and laid.full
    bulked(source, out, decisions=out / FILE)
    assert _folder_of(out) == out
    with shelved(out, results=[BulkFolder(out, 100)]) as shelf:
        again = Desk(shelf)
        key = key_of(shelf, "misprint")
        again.study(key)
        anew = again.laid(key)
        assert anew is not None
        assert {cell: (one.value, one.status) for cell, one in anew.report.cells.items()} == {
            cell: (one.value, one.status) for cell, one in laid.report.cells.items()
        }
        assert (anew.own.cells[MASS].value, anew.report.cells[MASS].value) == (6, 0)
        # In the tables the decision stands for the copy as well; undoing it is seen at once.
        again.undo(key, MASS)
        undone = again.laid(key)
        assert undone is not None and undone.report.cells[MASS].value == 6
        assert sorted(one.rule for one in undone.report.findings) == sorted(
            one.rule for one in extract(MISPRINT).findings
        )


def test_a_run_that_ends_meanwhile_is_taken_in(source: Path, out: Path, tmp_path: Path) -> None:
    folder = BulkFolder(out, 100)
    with shelved(tmp_path, results=[folder]) as shelf:
        assert len(shelf.index) == 6 and not list(folder.news())
        copy(SAMPLES / "clean-html-2022" / "report.html", source / "a" / "0000.html")
        bulked(source, out)
        for _ in range(400):
            entry = shelf.index.get(key_of(shelf, "0000"))
            if entry is not None and entry.organ == extract(source / "a" / "0000.html").organ:
                break
            shelf._stop.wait(0.02)
        report = shelf.report(key_of(shelf, "0000"))
        assert report is not None and report.year == 2022
        assert len(shelf.index) == 6


def test_shards_taken_apart_are_not_shown(out: Path) -> None:
    house = House(out)
    house.rewriting(house.shards()[0]).touch()
    with pytest.raises(UsageError, match="run it again first"):
        BulkFolder(out, 100)
