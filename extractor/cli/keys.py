"""`gouji keys`: the API keys of the service."""

import time
from typing import Annotated

import typer

from extractor.cli.endpoint import Config
from extractor.cli.guard import guard
from extractor.cli.serve import Data, DatabaseUrl, service_database

__all__ = ["keys_app"]

keys_app = typer.Typer(
    help="Create, list and revoke API keys of the service.", rich_markup_mode=None, no_args_is_help=True
)


@keys_app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is.", metavar="NAME", show_default=False)],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="submit, read or admin.", show_default="submit and read")
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Create a key and print it. It is kept as a hash, and cannot be shown again."""
    with guard(), service_database(config, data, database_url, new=True) as database:
        from extractor.errors import UsageError
        from extractor.service.auditlog import OPERATOR, AuditLog
        from extractor.service.keys import KeyStore, Scope, id_of

        try:
            scopes = frozenset(map(Scope, scope or ("submit", "read")))
        except ValueError:
            raise UsageError("--scope is submit, read or admin") from None
        key = KeyStore(database).create(name, scopes)
        AuditLog(database).note(OPERATOR, "key.create", id_of(key))
        typer.echo(key)


@keys_app.command("list")
def list_keys(data: Data = None, database_url: DatabaseUrl = None, config: Config = None) -> None:
    """List the keys, without what is secret of them."""
    with guard(), service_database(config, data, database_url) as database:
        from extractor.service.keys import KeyStore

        for key in KeyStore(database).list():
            state = "revoked" if key.revoked is not None else ""
            day = time.strftime("%Y-%m-%d", time.gmtime(key.created))
            typer.echo(f"{key.id}  {day}  {' '.join(sorted(key.scopes)):<18}  {key.name}  {state}".rstrip())


@keys_app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id, as `gouji keys list` shows it.", metavar="ID")],
    data: Data = None,
    database_url: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Revoke a key. Servers that have just seen it notice within 5 seconds."""
    with guard(), service_database(config, data, database_url) as database:
        from extractor.errors import UsageError
        from extractor.service.auditlog import OPERATOR, AuditLog
        from extractor.service.keys import KeyStore

        if not KeyStore(database).revoke(key_id):
            raise UsageError(f"no key {key_id} that could be revoked")
        AuditLog(database).note(OPERATOR, "key.revoke", key_id)
        typer.echo(f"revoked {key_id}")
