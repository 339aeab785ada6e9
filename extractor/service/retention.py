"""What is not wanted any more: batches whose time is up, uploads that nobody will end, content that no batch names."""

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa

from extractor.service.database import Database

__all__ = ["expired", "forsaken", "wanted"]

_GROUP = 500


def forsaken(database: Database, owners: Sequence[str]) -> Iterator[str]:
    """Batches that were coming in at processes that are gone."""
    with database.read() as connection:
        rows = connection.execute(sa.text("SELECT id, owner FROM gouji_batches WHERE state = 'uploading'")).all()
    return (str(row[0]) for row in rows if row[1] in owners)


def expired(database: Database) -> list[str]:
    """Batches whose time is up."""
    with database.read() as connection:
        query = sa.text("SELECT id FROM gouji_batches WHERE expires < :now LIMIT 100")
        return [str(one) for one in connection.execute(query, {"now": database.now(connection)}).scalars()]


def wanted(database: Database, hashes: Iterable[str]) -> set[str]:
    """Those of the contents that documents still name."""
    query = sa.text("SELECT DISTINCT sha256 FROM gouji_documents WHERE sha256 IN :these").bindparams(
        sa.bindparam("these", expanding=True)
    )
    found: set[str] = set()
    these = list(hashes)
    with database.read() as connection:
        for start in range(0, len(these), _GROUP):
            found |= set(connection.execute(query, {"these": these[start : start + _GROUP]}).scalars())
    return found
