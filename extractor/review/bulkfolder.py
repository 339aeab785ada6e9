"""The tables of a bulk run as results to look at: a row is found again by its shard, its document by the ledger.

A run may have a million documents; a page for people lists those in which there is most to decide.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from extractor.bulk.house import House
from extractor.bulk.ledger import entries_of
from extractor.deciding.undecided import undecided
from extractor.deliver.results.parquet_folder import reports_in
from extractor.deliver.tables.arrow import need_pyarrow
from extractor.deliver.tables.database import connect, need_duckdb, scan
from extractor.deliver.tables.rows import report_key
from extractor.deliver.tables.schemas import FAILURES, REPORTS, TABLES
from extractor.errors import DocumentError, ResultError, UsageError
from extractor.read.limits import Limits
from extractor.read.locator import INSIDE, Locator, named_inside
from extractor.report import Report
from extractor.review.places import Found, located

__all__ = ["BulkFolder", "is_bulk_folder"]


def is_bulk_folder(path: Path) -> bool:
    """Whether `gouji bulk` wrote the tables in a folder."""
    return (House(path).state / "ledger").is_dir()


@dataclass(frozen=True, slots=True)
class _Row:
    """A document in the tables. `key`: the column `report`."""

    house: House
    shard: str
    key: str

    def report(self) -> Report:
        for report in reports_in(_files(self.house, [self.shard]), [self.key]):
            return undecided(report)
        raise ResultError("the document is not in the tables any more")

    def sources(self, name: str, limits: Limits) -> list[Locator]:
        """Where the ledger says it was read from; and in IN as the run's manifest has it, which may have moved."""
        found = []
        for entry in entries_of(self.house, self.shard):
            file = entry.file
            named = file.name.encode("utf-8", "backslashreplace").decode()  # as the tables have it
            if file.remote or not (name == named or name.startswith(named + INSIDE)):
                continue
            if name == named:
                found.append(Locator(name, Path(file.place)))
                continue
            try:
                inside = named_inside(file.place + name.removeprefix(named), limits)
            except (OSError, ValueError, DocumentError):
                continue
            found += [replace(one, name=name) for one in inside]
        source = str((self.house.manifest or {}).get("input", ""))
        return found + (located((Path(source),), name, limits) if source and "://" not in source else [])


class BulkFolder:
    """Results in a folder of `gouji bulk`; of them at most `most` are listed, those with most to decide, and failures
    before what is clean. It is read anew when a run in it has come to its end.

    Raises UsageError where a run has taken shards apart and not ended, or pyarrow or duckdb is not installed.
    """

    def __init__(self, out: Path, most: int) -> None:
        need_pyarrow()
        need_duckdb()
        self.path = out
        self.refused = 0
        self.why: str | None = None
        self._house = House(out)
        self._most = most
        self._stamp: object = None
        if any((self._house.state / "rewriting").glob("*")):
            raise UsageError(f"{out}: gouji bulk was writing shards of it anew and has not ended: run it again first")

    @property
    def total(self) -> int:
        """How many documents there are, those that failed among them."""
        import pyarrow.parquet as pq

        files = _files(self._house, self._house.shards())
        return sum(pq.read_metadata(file).num_rows for name in ("reports", "failures") for file in files[name])

    def news(self) -> Iterator[Found]:
        """Every document that is listed by its name; then its report, shard by shard."""
        manifest = self._house.manifest or {}
        stamp = manifest.get("run"), manifest.get("state")
        if stamp == self._stamp or (self._stamp is not None and stamp[1] != "complete"):
            return
        self._stamp = stamp
        shards: dict[str, list[str]] = defaultdict(list)
        for name, key, shard in self._listed():
            shards[shard].append(key)
            yield Found(name, _Row(self._house, shard, key))
        for shard, keys in shards.items():
            try:
                for report in reports_in(_files(self._house, [shard]), keys):
                    row = _Row(self._house, shard, report_key(report.source))
                    yield Found(report.source.name, row, undecided(report))
            except (ResultError, OSError) as error:
                self.refused += 1
                self.why = self.why or str(error)

    def of_any(self, digests: Collection[str]) -> set[str]:
        import pyarrow as pa

        files = _files(self._house, self._house.shards())
        wanted = pa.table({"sha256": pa.array(sorted(digests), pa.string())})
        tables = (scan(table, files[table.name]) for table in (REPORTS, FAILURES))
        every = " UNION ALL ".join(f"SELECT sha256 FROM {table}" for table in tables)
        with connect() as connection:
            connection.register("wanted", wanted)
            query = f"SELECT DISTINCT sha256 FROM ({every}) WHERE sha256 IN (SELECT sha256 FROM wanted)"
            return {str(row[0]) for row in connection.execute(query).fetchall()}

    def _listed(self) -> list[tuple[str, str, str]]:
        """Name, key and shard of the documents that are shown, by name."""
        files = _files(self._house, self._house.shards())
        with connect() as connection:
            rows = connection.execute(f"""
                WITH every AS (
                    SELECT name, report, filename, CASE verdict WHEN 'review' THEN 0 ELSE 2 END AS place,
                           cells_disputed + cells_corrected + findings_error + findings_warning AS doubts
                    FROM {scan(REPORTS, files["reports"], named=True)}
                    UNION ALL
                    SELECT name, report, filename, 1, 0 FROM {scan(FAILURES, files["failures"], named=True)}),
                first AS (
                    SELECT name, report, filename FROM every ORDER BY place, doubts DESC, name LIMIT {self._most})
                SELECT name, report, filename FROM first ORDER BY name, report""").fetchall()
        return [(str(name), str(key), Path(str(file)).stem) for name, key, file in rows]


def _files(house: House, shards: Collection[str]) -> dict[str, list[Path]]:
    return {name: [house.table(name, shard) for shard in shards] for name in TABLES}
