"""A large archive is parted over several shards, and every document in it is in the tables once, whatever happens."""

import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from extractor import extract
from extractor.bulk.house import House
from extractor.bulk.ledger import entries_of
from extractor.bulk.parts import left_of, parted
from extractor.bulk.tasks import File, Part
from extractor.deciding.decision import DecisionKind, made
from extractor.deciding.decisions import Decisions
from extractor.forms.load import load_forms
from extractor.read.limits import Limits
from tests.bulked import Here, bulked, names_of, reports, rows_of, whole


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two files, and an archive of ten reports with something else among them."""
    folder = tmp_path / "in"
    reports(folder, 2, seed=50)
    pack(folder / "crawl.zip", reports(tmp_path / "packed", 10))
    return folder


def pack(archive: Path, documents: Sequence[Path]) -> None:
    with zipfile.ZipFile(archive, "w") as packed:
        for number, path in enumerate(documents):
            packed.write(path, f"a/{path.name}")
            if number == 5:
                packed.writestr("a/style.css", "")


def packed_in(out: Path) -> list[str]:
    return [name for name in names_of(out) if "!" in name]


def parts_in(out: Path) -> list[tuple[int, int]]:
    house = House(out)
    found = [entry.file.part for shard in house.shards() for entry in entries_of(house, shard)]
    return sorted((part.first, part.last) for part in found if part is not None)


def documents(source: Path) -> list[Path]:
    return sorted((source.parent / "packed").iterdir())


def test_it_is_read_in_parts_and_once(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = bulked(source, out)
    assert parts_in(out) == [(0, 4), (4, 8), (8, 11)]
    assert (outcome.plan.new, outcome.plan.files, outcome.totals.passed) == (3, 5, {".css": 1})
    assert packed_in(out) == [f"crawl.zip!a/{path.name}" for path in documents(source)]
    whole(out)
    again = bulked(source, out)
    assert (again.plan.unchanged, again.plan.files) == (3, 0)
    one = extract(documents(source)[7].read_bytes(), name=packed_in(out)[7])
    (row,) = [row for row in rows_of(out, "reports") if row["name"] == one.source.name]
    assert (row["organ"], row["sha256"]) == (one.organ, one.source.sha256)


def test_an_archive_that_was_touched_or_changed(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    bulked(source, out)
    os.utime(source / "crawl.zip", ns=(1, 1))
    before = {path: path.read_bytes() for path in out.glob("reports/*.parquet")}
    assert bulked(source, out).plan.changed == 1
    assert {path: path.read_bytes() for path in out.glob("reports/*.parquet")} == before
    assert bulked(source, out).plan.files == 0

    listed = documents(source)
    (other,) = reports(tmp_path / "other", 1, seed=90)
    other.replace(listed[2])  # as many files as before: parts stay where they are
    pack(source / "crawl.zip", listed)
    assert bulked(source, out).plan.changed == 1
    assert parts_in(out) == [(0, 4), (4, 8), (8, 11)] and len(packed_in(out)) == 10
    shas = {extract(path).source.sha256 for path in listed}
    assert {row["sha256"] for row in rows_of(out, "reports") if "!" in str(row["name"])} == shas

    pack(source / "crawl.zip", listed[1:])  # others: they are cut anew
    assert bulked(source, out).plan.changed == 1
    assert parts_in(out) == [(0, 4), (4, 8), (8, 10)] and len(packed_in(out)) == 9
    whole(out)
    assert bulked(source, out).plan.files == 0

    (source / "crawl.zip").write_bytes(b"PK\x03\x04 and no more")
    bulked(source, out)
    assert packed_in(out) == [] and names_of(out, "failures") == ["crawl.zip"] and parts_in(out) == []
    pack(source / "crawl.zip", listed)
    bulked(source, out)
    assert len(packed_in(out)) == 10 and names_of(out, "failures") == []
    (source / "crawl.zip").unlink()
    assert bulked(source, out, prune=True).plan.gone == ["crawl.zip"]
    assert packed_in(out) == []
    whole(out)


@pytest.mark.parametrize("change", ["none", "one", "fewer", "no archive"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_run_that_is_killed_among_the_parts(source: Path, tmp_path: Path, change: str, after: int) -> None:
    """The next one leaves every document once, of the archive as it is then."""
    out = tmp_path / "out"
    listed = documents(source)
    if change != "none":
        bulked(source, out)
        if change == "one":
            reports(tmp_path / "other", 1, seed=90)[0].replace(listed[9])
        pack(source / "crawl.zip", listed[3:] if change == "fewer" else listed)
        if change == "no archive":
            (source / "crawl.zip").write_bytes(b"PK\x03\x04 and no more")

    def stop(number: int) -> None:
        if number == after:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        bulked(source, out, engine=Here(stop))
    bulked(source, out)
    left = {"fewer": listed[3:], "no archive": []}.get(change, listed)
    assert packed_in(out) == [f"crawl.zip!a/{path.name}" for path in left]
    assert {row["sha256"] for row in rows_of(out, "reports") if "!" in str(row["name"])} == {
        extract(path).source.sha256 for path in left
    }
    whole(out)
    assert bulked(source, out).plan.files == 0


def test_what_is_decided_about_one_document_concerns_its_part(source: Path, tmp_path: Path) -> None:
    out, log = tmp_path / "out", Decisions(tmp_path)
    bulked(source, out)
    report = extract(documents(source)[9])
    cell = next(iter(report.cells))
    assert report.form is not None
    log.append(made(report, load_forms()[report.form], cell, DecisionKind.CONFIRM, author="李"))
    outcome = bulked(source, out, decisions=log.path)
    assert (outcome.plan.again, outcome.plan.files, outcome.totals.decided["reports"]) == (1, 1, 1)
    whole(out)


def test_what_is_done_is_not_cut_again(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(10):
            archive.writestr(f"{number}.pdf" if number == 3 else f"{number}.html", "x" * 9)
    file = File("a.zip", str(tmp_path / "a.zip"), 10**6, 0)

    def cut(most: int, *done: tuple[int, int]) -> list[tuple[int, int]]:
        found = parted(file, most, Limits(), [Part(*one, 10) for one in done])
        return [(one.part.first, one.part.last) for one, _ in found if one.part is not None]

    assert cut(4) == [(0, 4), (4, 8), (8, 10)]
    assert cut(4, (4, 8)) == [(0, 4), (8, 10)]
    assert cut(4, (2, 3), (9, 10)) == [(0, 2), (3, 4), (4, 8), (8, 9)]
    assert cut(100) == []
    assert left_of([Part(0, 4, 10), Part(4, 8, 10)])
    assert not left_of([Part(0, 4, 10), Part(4, 10, 10)])
