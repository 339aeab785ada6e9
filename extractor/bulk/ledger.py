"""What is committed: for each shard, the files it was made of and the reports they yielded."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.bulk.house import LEDGER, QUESTIONS, House
from extractor.bulk.tasks import File, Part

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Asked", "Entry", "done_by", "entries_of", "ledger_table", "passed_in", "questions_of", "questions_table"]

_DONE = b"gouji.done"
_PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that was read. `reports`: the keys of its rows, one for each document in it.

    `failed`: how many of them failed; `noted`: whether questions were noted; `asked`: the keys of those they raised,
    `open`: of those without an answer; `decided`: the mark (Applying.mark) of the decisions applied to them; `passed`:
    of an archive, how many files in it are no documents, by suffix.
    """

    file: File
    sha256: str
    reports: tuple[str, ...]
    failed: int = 0
    noted: bool = False
    asked: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    decided: str = ""
    passed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is kept: its key, and what it is made of besides the prompt."""

    key: str
    prompt: str
    user: str
    retort: tuple[str, str] | None = None


def entries_of(house: House, shard: str) -> list[Entry]:
    """The ledger of a shard, in the order of its files; empty where there is none yet."""
    path = house.kept(LEDGER, shard)
    return list(_entries(path)) if path.exists() else []


def done_by(house: House, shard: str) -> str | None:
    """The token of the order that made or last mended a shard; None where there is none yet."""
    import pyarrow.parquet as pq

    path = house.kept(LEDGER, shard)
    if not path.exists():
        return None
    metadata = pq.read_schema(path).metadata or {}
    return str(metadata.get(_DONE, b""), "ascii")


def passed_in(house: House, shard: str) -> Counter[str]:
    """How many files in the archives of a shard are no documents, by suffix."""
    import pyarrow.parquet as pq

    path = house.kept(LEDGER, shard)
    out: Counter[str] = Counter()
    if _PASSED in pq.read_schema(path).names:
        for counts in pq.read_table(path, columns=[_PASSED]).column(0).to_pylist():
            out.update(dict(counts))
    return out


def ledger_table(entries: Sequence[Entry], *, done: str) -> "pa.Table":
    """Names are bytes: a file's name need not be text. `done`: what `done_by` is to say."""
    import pyarrow as pa

    texts = pa.list_(pa.string())
    return pa.table(
        {
            "name": pa.array([_bytes(one.file.name) for one in entries], pa.binary()),
            "place": pa.array([_bytes(one.file.place) for one in entries], pa.binary()),
            "size": pa.array([one.file.size for one in entries], pa.int64()),
            "mtime_ns": pa.array([one.file.mtime_ns for one in entries], pa.int64()),
            "sha256": pa.array([one.sha256 for one in entries], pa.string()),
            "reports": pa.array([list(one.reports) for one in entries], texts),
            "failed": pa.array([one.failed for one in entries], pa.int32()),
            "noted": pa.array([one.noted for one in entries], pa.bool_()),
            "asked": pa.array([list(one.asked) for one in entries], texts),
            "open": pa.array([list(one.open) for one in entries], texts),
            "decided": pa.array([one.decided for one in entries], pa.string()),
            "part": pa.array([one.file.part and list(one.file.part) for one in entries], pa.list_(pa.int64())),
            _PASSED: pa.array([list(one.passed.items()) for one in entries], pa.map_(pa.string(), pa.int64())),
        }
    ).replace_schema_metadata({_DONE: done})


def questions_table(questions: Sequence[Asked]) -> "pa.Table":
    """One row a question, `retort` in two columns."""
    import pyarrow as pa

    def column(values: list[str | None]) -> "pa.Array":
        return pa.array(values, pa.string())

    return pa.table(
        {
            "key": column([one.key for one in questions]),
            "prompt": column([one.prompt for one in questions]),
            "user": column([one.user for one in questions]),
            "said": column([one.retort and one.retort[0] for one in questions]),
            "objection": column([one.retort and one.retort[1] for one in questions]),
        }
    )


def questions_of(house: House, shard: str) -> list[Asked]:
    """The questions that the files of a shard raised and that no answer was known to."""
    import pyarrow.parquet as pq

    path = house.kept(QUESTIONS, shard)
    if not path.exists():
        return []
    rows = pq.read_table(path).to_pylist()
    return [
        Asked(row["key"], row["prompt"], row["user"], None if row["said"] is None else (row["said"], row["objection"]))
        for row in rows
    ]


def _entries(path: Path) -> Iterator[Entry]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    for row in zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True):
        name, place, size, mtime_ns, sha256, reports, failed, noted, asked, still_open, *later = row
        decided, part, passed = later or ("", None, ())  # earlier versions did not keep these
        file = File(_text(name), _text(place), size, mtime_ns, None if part is None else Part(*part))
        yield Entry(file, sha256, tuple(reports), failed, noted, tuple(asked), tuple(still_open), decided, dict(passed))


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
