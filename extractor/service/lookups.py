"""Batches, their documents and their results, read; batches.py writes them."""

import sqlalchemy as sa

from extractor.service.database import Database
from extractor.service.rows import ENDED, Batch, Document, ResultRow, batch_of, result_of

__all__ = ["Lookups"]


class Lookups:
    """What is asked of the tables. Nothing here changes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, batch_id: str, key_id: str | None = None) -> Batch | None:
        """The batch, if it is that key's. One that is still coming in is nobody's."""
        if "\0" in batch_id:  # PostgreSQL takes it for an error, not for a name that nothing has
            return None
        with self._database.read() as connection:
            row = (
                connection.execute(
                    sa.text("SELECT * FROM gouji_batches WHERE id = :id AND state <> 'uploading'"), {"id": batch_id}
                )
                .mappings()
                .first()
            )
        if row is None or (key_id is not None and row["key_id"] != key_id):
            return None
        return batch_of(row)

    def recent(self, key_id: str | None, *, before: float | None, limit: int) -> list[Batch]:
        """The key's batches, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT * FROM gouji_batches WHERE state <> 'uploading' AND kind = 'batch' "
                    + ("" if key_id is None else "AND key_id = :key_id ")
                    + ("" if before is None else "AND created < :before ")
                    + "ORDER BY created DESC LIMIT :limit"
                ),
                {"key_id": key_id, "before": before, "limit": limit},
            ).mappings()
            return [batch_of(row) for row in rows]

    def waiting(self) -> int:
        """Documents that are taken in and not done."""
        with self._database.read() as connection:
            found = connection.execute(
                sa.text("SELECT coalesce(sum(total - done), 0) FROM gouji_batches WHERE state IN ('queued', 'running')")
            )
            return int(found.scalar_one())

    def undone(self, batch_id: str, number: int) -> tuple[Batch | None, list[Document]]:
        """The documents of a chunk that have no result yet; none where the batch has ended or is gone."""
        with self._database.read() as connection:
            row = connection.execute(sa.text("SELECT * FROM gouji_batches WHERE id = :id"), {"id": batch_id})
            found = row.mappings().first()
            batch = None if found is None else batch_of(found)
            if batch is None or batch.state in ENDED:
                return batch, []
            rows = connection.execute(
                sa.text(
                    "SELECT position, custom_id, name, sha256, size, form FROM gouji_documents d "
                    "WHERE batch_id = :id AND position >= :first AND position < :end AND NOT EXISTS "
                    "(SELECT 1 FROM gouji_results r WHERE r.batch_id = d.batch_id AND r.position = d.position) "
                    "ORDER BY position"
                ),
                {"id": batch_id, "first": number * batch.chunk, "end": (number + 1) * batch.chunk},
            )
            return batch, [Document(*row) for row in rows]

    def results(
        self, batch_id: str, *, after: int = -1, limit: int = 100, verdict: str | None = None, report: bool = True
    ) -> list[ResultRow]:
        """Results in the order in which they were done, from behind `after`."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT r.seq, r.position, d.custom_id, d.name, d.sha256, r.verdict, r.code, r.message, r.form, "
                    f"r.organ, r.year, {'r.report' if report else 'NULL'} AS report FROM gouji_results r "
                    "JOIN gouji_documents d ON d.batch_id = r.batch_id AND d.position = r.position "
                    "WHERE r.batch_id = :id AND r.seq > :after "
                    + ("" if verdict is None else "AND r.verdict = :verdict ")
                    + "ORDER BY r.seq LIMIT :limit"
                ),
                {"id": batch_id, "after": after, "limit": limit, "verdict": verdict},
            ).mappings()
            return [result_of(row) for row in rows]
