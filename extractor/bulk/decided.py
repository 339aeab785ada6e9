"""What people decided, in bulk runs: kept in the folder as a run found it, and which files it makes to be read again.

A run applies one state of the log, on every machine and however often it is killed. The next run that is given a log
compares: each file's entry in the ledger says which decisions are in its rows.
"""

from collections.abc import Sequence
from pathlib import Path

from extractor.bulk.house import House
from extractor.bulk.ledger import Entry
from extractor.deciding.applying import Applying
from extractor.deciding.decisions import Decisions
from extractor.deliver.tables.schemas import REPORTS

__all__ = ["applying", "forget", "otherwise_decided", "take_up"]


def take_up(house: House, log: Path) -> None:
    """From now on runs apply what `log` says now. Raises OSError."""
    house.write(house.decisions, log.read_bytes())


def forget(house: House) -> None:
    """From now on runs apply no decision."""
    house.decisions.unlink(missing_ok=True)


def applying(house: House) -> Applying:
    """What runs apply."""
    return Applying.of(Decisions(house.decisions.parent, house.decisions.name))


def otherwise_decided(house: House, shard: str, entries: Sequence[Entry], held: Applying) -> set[str]:
    """The keys of the files of a shard whose rows were made with other decisions than `held` has on them."""
    documents = _decided_documents(house, shard, held)
    return {
        entry.file.key
        for entry in entries
        if entry.decided != held.mark(documents[key] for key in entry.reports if key in documents)
    }


def _decided_documents(house: House, shard: str, held: Applying) -> dict[str, str]:
    """SHA-256 by key of the reports in a shard that something is decided about. Failures have none to be applied to."""
    if not held.held:
        return {}
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(house.table(REPORTS.name, shard), columns=["report", "sha256"])
    found = table.filter(pc.is_in(table.column("sha256"), pa.array(list(held.held), pa.string())))
    return dict(zip(found.column("report").to_pylist(), found.column("sha256").to_pylist(), strict=True))
