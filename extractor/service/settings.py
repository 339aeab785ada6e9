"""What an operator sets about the service, and where it came from: flags, then the environment, then gouji.toml.

As for the language model (extractor/ask/endpoint/settings.py), with the table [service] and GOUJI_SERVICE_*. What is
secret, the database's password and the webhook secret, shows nowhere.
"""

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError
from pydantic import field_validator as validator

from extractor.configfile import table_of
from extractor.errors import UsageError

__all__ = ["PREFIX", "ServiceSettings", "load_service_settings"]

PREFIX = "GOUJI_SERVICE_"
_TABLE = "service"
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?")


def _none(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() in ("", "none") else value


def _listed(value: object) -> object:
    return tuple(each.strip() for each in value.split(",") if each.strip()) if isinstance(value, str) else value


_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=1)]
_MB = 1_000_000


class ServiceSettings(BaseModel):
    """Names are those of the keys in the file; GOUJI_SERVICE_NAME in the environment. Sizes in bytes, times in s."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(default="127.0.0.1", description="the address listened on; beyond loopback keys are required")
    port: int = Field(default=8321, ge=0, le=65535, description="the port; 0 takes a free one")
    data: Path = Field(default=Path("gouji-data"), description="the folder of documents, and of SQLite's database")
    database_url: Annotated[SecretStr | None, BeforeValidator(_none)] = Field(
        default=None, description="postgresql://…; without it SQLite in the data folder"
    )
    store: Annotated[str | None, BeforeValidator(_none)] = Field(
        default=None, description="s3://bucket/prefix for the documents, with AWS_…; without it the data folder"
    )
    metrics_port: Annotated[int | None, Field(ge=0, le=65535), BeforeValidator(_none)] = Field(
        default=None, description="where a worker answers /metrics, /healthz and /readyz; 0 takes a free port"
    )
    jobs: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=0, description="processes that work on batches")
    nice: int = Field(default=10, ge=0, le=19, description="how far batches stand back behind single documents")
    singles: _Count = Field(default=1, description="processes kept for single documents, so that no batch delays them")
    chunk: int = Field(default=100, ge=1, le=1000, description="documents that are one piece of work")
    document_timeout_s: _Seconds = Field(default=120, description="what one document may take; asking not counted")
    require_key: Annotated[bool | None, BeforeValidator(_none)] = Field(
        default=None, description="whether keys are needed; by default they are, beyond loopback"
    )
    max_file: _Count = Field(default=20 * _MB, description="the largest document")
    max_body: _Count = Field(default=2_000 * _MB, description="the largest batch request")
    max_documents: _Count = Field(default=100_000, description="the most documents of a batch")
    max_waiting: _Count = Field(default=1_000_000, description="documents that may wait, over all batches; then 429")
    max_uploads: _Count = Field(default=16, description="batches that may come in at once; then 429")
    min_free: int = Field(default=500 * _MB, ge=0, description="room left on the disk below which nothing is taken in")
    read_timeout_s: _Seconds = Field(default=30, description="silence after which a sender is given up")
    min_rate: int = Field(default=1_000, ge=0, description="bytes a second that a sender must keep up on average")
    wait_s: Annotated[float, Field(ge=0, le=600)] = Field(
        default=30, description="what a single document's answer is waited for; then 202"
    )
    retention_days: _Seconds = Field(default=30, description="how long a batch is kept after its end")
    audit_days: Annotated[_Seconds | None, BeforeValidator(_none)] = Field(
        default=None, description="how long the audit log is kept; without it, for ever"
    )
    webhook_secret: SecretStr | None = Field(default=None, repr=False, description="what webhooks are signed with")
    webhook_secret_before: SecretStr | None = Field(
        default=None, repr=False, description="the one before it, signed with as well while receivers change over"
    )
    webhook_private: bool = Field(default=False, description="whether webhooks may go to private addresses")
    webhook_attempts: _Count = Field(default=8, description="how often a webhook is tried")
    heartbeat_s: _Seconds = Field(default=3, description="how often a worker says that it lives")
    dead_after_s: _Seconds = Field(default=15, description="silence after which a worker's work goes to others")
    stop_s: _Seconds = Field(default=20, description="what a graceful stop may take")
    models: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        default=(), description="models that a batch may name besides the one that is set, separated by commas"
    )
    max_memory: int = Field(default=4_000 * _MB, ge=0, description="memory of a process that reads documents; 0: any")
    money_period: str = Field(
        default="month", pattern="^(day|month|ever)$", description="the period that GOUJI_LLM_MAX_COST is for"
    )
    sync: bool = Field(default=True, description="whether documents are forced to the disk before they are confirmed")
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$", description="what is logged")

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    @validator("database_url")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    @validator("store")
    @classmethod
    def _bucket(cls, value: str | None) -> str | None:
        if value is not None and _BUCKET.fullmatch(value) is None:
            raise ValueError("must be s3://bucket or s3://bucket/prefix; endpoint and credentials come from AWS_…")
        return value

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    @property
    def keys_required(self) -> bool:
        """Whether every request needs a key."""
        return not self.loopback if self.require_key is None else self.require_key

    @property
    def shared(self) -> bool:
        """Whether several processes may work: the database is PostgreSQL."""
        return self.database_url is not None

    def for_others(self) -> dict[str, str]:
        """The environment by which a process that this one starts finds the same data, whatever flags said."""
        found = {"DATA": str(self.data.absolute()), "STORE": self.store or ""}
        found["DATABASE_URL"] = self.database_url.get_secret_value() if self.database_url is not None else ""
        return {PREFIX + name: value for name, value in found.items()}

    def source(self, name: str) -> str:
        """Where the setting came from; `default` if nowhere."""
        return self._sources.get(name, "default")

    def shown(self, name: str) -> str:
        """The setting for reading, without secrets."""
        value = getattr(self, name)
        if name == "database_url" and value is not None:
            parts = urlsplit(value.get_secret_value())
            return f"postgresql://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
        if isinstance(value, SecretStr):
            return "set"
        return "not set" if value is None else str(value)


def load_service_settings(
    flags: Mapping[str, object] | None = None,
    *,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> ServiceSettings:
    """The settings in force. `flags`: None where a flag was not given. `config`: a file that must exist.

    Raises UsageError that names where a wrong value came from.
    """
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    for found, named in (
        _from_file(config, folder),
        _from_environment(os.environ if environ is None else environ),
        (given, {name: "--" + name.replace("_", "-") for name in given}),
    ):
        values |= found
        sources |= named
    try:
        settings = ServiceSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "service"
        message = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{sources.get(name, name)}: {message}") from None
    if settings.require_key is False and not settings.loopback:
        raise UsageError(f"{sources['require_key']}: beyond loopback ({settings.host}) keys are always required")
    settings._sources.update(sources)
    return settings


def _from_environment(environ: Mapping[str, str]) -> tuple[dict[str, object], dict[str, str]]:
    given: dict[str, object] = {}
    sources = {}
    for variable, text in environ.items():
        if variable.startswith(PREFIX) and text.strip():
            name = variable.removeprefix(PREFIX).lower()
            _known(name, variable, PREFIX)
            given[name], sources[name] = text, variable
    return given, sources


def _from_file(config: Path | None, folder: Path | None) -> tuple[dict[str, object], dict[str, str]]:
    path, table = table_of(_TABLE, config, folder)
    for name, value in table.items():
        _known(name, f"{path}: [{_TABLE}] {name}", "")
        secret = name.startswith("webhook_secret") or (name == "database_url" and urlsplit(str(value)).password)
        if secret:
            raise UsageError(f"{path}: [{_TABLE}] {name}: a secret does not belong into a file; set {PREFIX}…")
    return table, {name: f"{path}: [{_TABLE}] {name}" for name in table}


def _known(name: str, where: str, prefix: str) -> None:
    if name not in ServiceSettings.model_fields:
        close = get_close_matches(name, ServiceSettings.model_fields, n=1)
        meant = f"; did you mean {prefix + (close[0].upper() if prefix else close[0])}?" if close else ""
        raise UsageError(f"{where}: there is no such setting{meant}")
