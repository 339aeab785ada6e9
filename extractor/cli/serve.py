"""`gouji serve`, `gouji worker` and `gouji config`: the batch service."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.endpoint import Config
from extractor.cli.guard import guard

if TYPE_CHECKING:
    from extractor.service.database import Database
    from extractor.service.settings import ServiceSettings

__all__ = ["Data", "DatabaseUrl", "config_command", "serve", "service_database", "service_settings", "worker"]

Data = Annotated[
    Path | None,
    typer.Option("--data", help="The folder of documents and database.", metavar="FOLDER", show_default="gouji-data"),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", help="postgresql://…, where several processes work.", metavar="URL"),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store", help="s3://bucket/prefix: keep documents there, with AWS_ENDPOINT_URL and the like.", metavar="URL"
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", help="Processes that work on batches.", min=0, show_default="as many as there are cores"),
]


def service_settings(config: Path | None, **flags: object) -> "ServiceSettings":
    """The settings in force, if what the service needs is installed."""
    from importlib.util import find_spec

    from extractor.errors import UsageError
    from extractor.service.settings import load_service_settings

    for module in ("dbos", "fastapi", "uvicorn", "python_multipart", "prometheus_client"):
        if find_spec(module) is None:
            raise UsageError(f"the service needs {module}: pip install 'gouji[service]'")
    return load_service_settings(flags, config=config)


@contextmanager
def service_database(
    config: Path | None, data: Path | None, database_url: str | None, *, new: bool = False
) -> "Iterator[Database]":
    """The service's database, for commands beside a running service. Raises UsageError where there is none yet, unless
    it is to be made (`new`)."""
    from extractor.errors import UsageError

    settings = service_settings(config, data=data, database_url=database_url)
    if not new and settings.database_url is None and not settings.data.exists():
        raise UsageError(f"{settings.data}: no service has its data there; say --data or --database-url")
    from extractor.service.database import open_database

    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()


def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Beyond loopback, keys are required.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", help="0 takes a free one.", show_default="8321")] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    store: Store = None,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """Serve the HTTP API, and work on what comes in, in one process and its helpers.

    Documents and results lie in the data folder, with SQLite as the database; nothing else is to be installed. With
    --database-url the database is PostgreSQL, and `gouji worker` on this and other machines takes part in the work.
    Settings: GOUJI_SERVICE_*, [service] in gouji.toml, flags; `gouji config` shows them.
    """
    with guard():
        settings = service_settings(
            config, host=host, port=port, data=data, database_url=database_url, store=store, jobs=jobs
        )
        from extractor.service.server import serve as run

        run(settings, config)


def worker(
    data: Data = None,
    database_url: DatabaseUrl = None,
    store: Store = None,
    jobs: Jobs = None,
    metrics_port: Annotated[
        int | None,
        typer.Option("--metrics-port", help="Answer /metrics, /healthz and /readyz there.", show_default="none"),
    ] = None,
    config: Config = None,
) -> None:
    """Work on the batches of a service whose database is PostgreSQL.

    Documents must be within reach: in a data folder that is shared with the server, or in the same --store.
    """
    with guard():
        settings = service_settings(
            config, data=data, database_url=database_url, store=store, jobs=jobs, metrics_port=metrics_port
        )
        from extractor.service.server import work as run

        run(settings, config)


def config_command(config: Config = None) -> None:
    """Show all settings, of the service and of the language model, and where each comes from."""
    with guard():
        from extractor.ask.endpoint.settings import load_settings
        from extractor.service.settings import load_service_settings

        service = load_service_settings(config=config)
        typer.echo("[service]")
        for name in type(service).model_fields:
            typer.echo(f"{name:<20} {service.shown(name):<28} {service.source(name)}")
        model = load_settings(config=config)
        typer.echo("\n[llm]")
        if model is None:
            typer.echo("no language model is set up (gouji doctor)")
            return
        for name in type(model).model_fields:
            value = getattr(model, name)
            secret = name == "api_key" or (name == "cache" and "@" in str(value))
            text = "not set" if value is None else "set" if secret else str(value)
            typer.echo(f"{name:<20} {text:<28} {model.source(name)}")
