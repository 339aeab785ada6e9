"""`gouji webhook-secret`: what the service signs webhooks with."""

from typing import Annotated

import typer

from extractor.cli.endpoint import Config
from extractor.cli.guard import guard
from extractor.cli.serve import Data, DatabaseUrl, service_database, service_settings

__all__ = ["webhook_secret"]


def webhook_secret(
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new one; for a day the old one is signed with as well.")
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
    config: Config = None,
) -> None:
    """Print the secret that webhooks are signed with, or a new one. A running service takes it up at once."""
    with guard(), service_database(config, data, database_url, new=True) as database:
        from extractor.service.auditlog import OPERATOR, AuditLog
        from extractor.service.signing import Secrets

        secrets = Secrets(service_settings(config, data=data, database_url=database_url), database)
        if rotate:
            secrets.change()
            AuditLog(database).note(OPERATOR, "webhook-secret.rotate", "webhook-secret")
        typer.echo(secrets.current()[0])
