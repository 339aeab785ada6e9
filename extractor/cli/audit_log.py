"""`gouji audit-log`: who did what to which batch or key of the service, and when."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.endpoint import Config
from extractor.cli.guard import guard
from extractor.cli.serve import Data, DatabaseUrl, service_database

if TYPE_CHECKING:
    from extractor.service.auditlog import Entry

__all__ = ["audit_log", "moment_of"]

_AGO = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def audit_log(
    key: Annotated[
        str | None, typer.Option("--key", help="What that key did: its id, or its name.", metavar="KEY")
    ] = None,
    batch: Annotated[
        str | None, typer.Option("--batch", help="What happened to that batch (or extraction, or key).", metavar="ID")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="From then on: 2h, 7d, 2026-11-01, 2026-11-01T08:30.", metavar="TIME"),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Before that; as --since.", metavar="TIME")] = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many, the newest; 0: all.", min=0)] = 100,
    prune: Annotated[
        str | None,
        typer.Option("--prune", help="Remove what is from before that, and show nothing; as --since.", metavar="TIME"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON each.")] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Show who created, cancelled, decided on or deleted which batch, and who made or revoked keys.

    Times are UTC, newest first.

    `operator` is who used the command line on the server, `local` who came over loopback without a key, and
    `retention` the service itself, when the time of a batch was up.
    """
    with guard():
        now = datetime.now(UTC)
        times = [None if text is None else moment_of(text, now).timestamp() for text in (since, until)]
        with service_database(config, data, database_url) as database:
            from extractor.errors import UsageError
            from extractor.service.auditlog import OPERATOR, AuditLog
            from extractor.service.keys import KeyStore

            log = AuditLog(database)
            if prune is not None:
                if key or batch or since or until:
                    raise UsageError("--prune goes by time alone")
                removed = log.prune(moment_of(prune, now).timestamp())
                log.note(OPERATOR, "audit-log.prune", f"{removed} lines")
                typer.echo(f"removed {removed} lines")
                return
            names = {each.id: each.name for each in KeyStore(database).list()}
            ids = [key_id for key_id, name in names.items() if name == key]
            if len(ids) > 1:
                raise UsageError(f"several keys are named {key}: give an id ({', '.join(ids)})")
            entries = log.entries(key_id=ids[0] if ids else key, subject=batch, since=times[0], until=times[1])
            for entry in islice(entries, limit or None):
                typer.echo(_json(entry, names) if as_json else _line(entry, names))


def moment_of(text: str, now: datetime) -> datetime:
    """The moment that is meant: so long ago, or a date with or without a time, in UTC. Raises UsageError."""
    from extractor.errors import UsageError

    if (ago := _AGO.fullmatch(text.strip())) is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text}: no time as 2h, 7d, 2026-11-01 or 2026-11-01T08:30") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _line(entry: "Entry", names: dict[str, str]) -> str:
    who = f"{entry.key_id} ({names[entry.key_id]})" if entry.key_id in names else entry.key_id
    moment = datetime.fromtimestamp(entry.at, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}  {who:<24}  {entry.action:<18}  {entry.subject}  {entry.request}".rstrip()


def _json(entry: "Entry", names: dict[str, str]) -> str:
    import json

    moment = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds")
    found = {"at": moment, "key": entry.key_id, "name": names.get(entry.key_id), "action": entry.action}
    return json.dumps(found | {"subject": entry.subject, "request": entry.request}, ensure_ascii=False)
