"""What a user sets about the language model, and where it came from: flags, then the environment, then a file.

The API key comes from the environment only, and shows nowhere: not in a repr, a log, a cache or an error.
"""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from extractor.configfile import FILE, table_of
from extractor.errors import UsageError

__all__ = ["FILE", "OPENAI", "PREFIX", "Mode", "Settings", "load_cache_setting", "load_settings"]

PREFIX = "GOUJI_LLM_"
OPENAI = "https://api.openai.com/v1"
_TABLE = "llm"
_LOCAL = "local:"
# A processor answers one after the other, and takes its time.
_EMBEDDED: dict[str, object] = {"concurrency": 1, "timeout_s": 1800.0, "patience_s": 7200.0}
_KEY_LIKE = ("api_key", "key", "apikey", "token", "secret", "password")


class Mode(StrEnum):
    """How an answer in the right shape is asked for."""

    AUTO = "auto"
    JSON_SCHEMA = "json_schema"  # the endpoint enforces the schema
    JSON = "json"  # the endpoint enforces JSON, the prompt describes the schema
    MD_JSON = "md_json"  # the prompt describes the schema, JSON is looked for in what comes


def _none(value: object) -> object:
    """`none` in a file, the environment or a flag, where there is no other way to write that something is not set."""
    return None if isinstance(value, str) and value.strip().lower() in ("", "none") else value


_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Settings(BaseModel):
    """One endpoint and how it is used. Names are those of the keys in the file; GOUJI_LLM_NAME in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = Field(default=OPENAI, description="where the endpoint is, with its /v1")
    model: str | None = Field(default=None, description="the model's name, as the endpoint lists it; or `local:PATH`")
    api_key: SecretStr | None = Field(default=None, repr=False, description="the key; from the environment only")
    mode: Mode = Field(default=Mode.AUTO, description="auto, json_schema, json or md_json")
    timeout_s: _Positive = Field(default=120, le=3600, description="seconds that one request may take")
    attempts: int = Field(default=5, ge=1, le=20, description="how often a request is tried in all")
    patience_s: _Positive = Field(default=300, le=86400, description="seconds a question may take, waits included")
    concurrency: int = Field(default=8, ge=1, le=1000, description="requests at once")
    requests_per_minute: Annotated[_Positive | None, BeforeValidator(_none)] = Field(
        default=None, description="requests a minute, at most"
    )
    tokens_per_minute: Annotated[_Positive | None, BeforeValidator(_none)] = Field(
        default=None, description="tokens a minute, at most, questions and answers together"
    )
    max_cost: Annotated[_Price | None, BeforeValidator(_none)] = Field(
        default=None, description="what a run may cost, in the currency of the prices"
    )
    price_in: Annotated[_Price | None, BeforeValidator(_none)] = Field(
        default=None, description="price of a million tokens of questions"
    )
    price_out: Annotated[_Price | None, BeforeValidator(_none)] = Field(
        default=None, description="price of a million tokens of answers"
    )
    max_tokens: int = Field(default=2048, ge=16, description="the longest answer, in tokens; thinking counts")
    context: Annotated[int | None, Field(ge=256), BeforeValidator(_none)] = Field(
        default=None, description="tokens that fit into question and answer together"
    )
    temperature: Annotated[float | None, Field(ge=0, le=2), BeforeValidator(_none)] = Field(
        default=0.0, description="0 for the same answer every time; none to leave it to the endpoint"
    )
    extra_body: dict[str, JsonValue] = Field(
        default_factory=dict, description="further keys of every request, such as enable_thinking; a table"
    )
    cache: Annotated[str | None, BeforeValidator(_none)] = Field(
        default="~/.cache/gouji/answers", repr=False, description="a folder, postgresql://…, or none"
    )

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("base_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        value = value.strip().rstrip("/").removesuffix("/chat/completions")
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise ValueError(f"is no address: {error}") from None
        if parts.scheme not in ("http", "https") or not host:
            raise ValueError("must begin with http:// or https:// and name a host")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("must hold no user, password or query: the key belongs into GOUJI_LLM_API_KEY")
        return value

    @field_validator("model")
    @classmethod
    def _a_name(cls, value: str | None) -> str | None:
        if value is not None and value.startswith(_LOCAL) and not value.removeprefix(_LOCAL).strip():
            raise ValueError(f"{_LOCAL} wants the path of a GGUF file behind it")
        return value

    @field_validator("api_key")
    @classmethod
    def _a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not (key := value.get_secret_value().strip()):
            return None
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("holds blanks or other characters that no key has")
        return SecretStr(key)

    @model_validator(mode="after")
    def _cap_needs_prices(self) -> "Settings":
        if self.max_cost is not None and (self.price_in is None or self.price_out is None):
            raise ValueError("max_cost needs price_in and price_out: without prices nothing can be capped")
        return self

    @property
    def weights(self) -> Path | None:
        """The file of a model that runs in this process; None where an endpoint is asked."""
        local = self.model is not None and self.model.startswith(_LOCAL)
        return Path((self.model or "").removeprefix(_LOCAL).strip()).expanduser() if local else None

    @property
    def local(self) -> bool:
        """Whether the endpoint is on this machine: no proxy then."""
        host = urlsplit(self.base_url).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    @property
    def is_openai(self) -> bool:
        """Whether a key meant for OpenAI may go there."""
        parts = urlsplit(self.base_url)
        return self.weights is None and parts.scheme == "https" and (parts.hostname or "") == urlsplit(OPENAI).hostname

    def source(self, name: str) -> str:
        """Where the setting came from, such as `--model`, `GOUJI_LLM_MODEL` or `gouji.toml`; `default` if nowhere."""
        return self._sources.get(name, "default")

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """What that many tokens cost; None where no price is set."""
        if self.price_in is None and self.price_out is None:
            return None
        return (prompt_tokens * (self.price_in or 0) + completion_tokens * (self.price_out or 0)) / 1e6


def load_settings(
    flags: Mapping[str, object] | None = None,
    *,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Settings | None:
    """The settings in force; None where neither base_url nor model is set: there is no endpoint then.

    `flags`: by names of settings, None where a flag was not given. `config`: a file that must exist; else gouji.toml
    in `folder` is read if it is there. Raises UsageError that names where a wrong value came from.
    """
    environ = os.environ if environ is None else environ
    values, sources = _gathered(flags, config, environ, folder)
    if str(values.get("model")).startswith(_LOCAL):  # wins over any address: such documents are to stay here
        for name in ("base_url", "api_key"):
            values.pop(name, None)
            sources.pop(name, None)
        values = _EMBEDDED | values
    if _none(values.get("base_url")) is None:
        values.pop("base_url", None)
        if _none(values.get("model")) is None:
            return None
    settings = _checked(values, sources)
    _no_stray_endpoint(settings, sources, config)
    if settings.api_key is None and settings.is_openai and (key := environ.get("OPENAI_API_KEY")):
        sources["api_key"] = "OPENAI_API_KEY"
        settings = _checked(values | {"api_key": key}, sources)
    settings._sources.update(sources)
    return settings


def _no_stray_endpoint(settings: Settings, sources: Mapping[str, str], config: Path | None) -> None:
    """A file that merely lies in the folder may not send the environment's key to an address of its own."""
    named = sources.get("base_url", "")
    if settings.api_key is not None and config is None and "[" in named:
        raise UsageError(
            f"{named}: {PREFIX}API_KEY is set, and would go to an endpoint that a file in this folder names; "
            f"say so with --config {FILE}, --base-url or {PREFIX}BASE_URL"
        )


def load_cache_setting(*, config: Path | None = None) -> str | None:
    """Where answers are kept, whether or not an endpoint is set."""
    values, sources = _gathered(None, config, os.environ, None)
    return _checked({name: value for name, value in values.items() if name == "cache"}, sources).cache


def _gathered(
    flags: Mapping[str, object] | None, config: Path | None, environ: Mapping[str, str], folder: Path | None
) -> tuple[dict[str, object], dict[str, str]]:
    """Values by setting, and where each is from."""
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    for given, named in (_from_file(config, folder), _from_environment(environ), _from_flags(flags or {})):
        values |= given
        sources |= named
    return values, sources


def _checked(values: dict[str, object], sources: Mapping[str, str]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "max_cost"
        message = first["msg"].removeprefix("Value error, ")
        text = str(values.get(name))[:60]
        shown = "" if name in ("api_key", "cache") or "@" in text else f" ({text!r})"
        raise UsageError(f"{sources.get(name, name)}{shown}: {message}") from None


def _from_flags(flags: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    given = {name: value for name, value in flags.items() if value is not None}
    return given, {name: "--" + name.replace("_", "-") for name in given}


def _from_environment(environ: Mapping[str, str]) -> tuple[dict[str, object], dict[str, str]]:
    given: dict[str, object] = {}
    sources = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in Settings.model_fields:
            raise UsageError(f"{variable}: there is no such setting{_meant(name, PREFIX)}")
        if not text.strip():
            continue  # an empty variable is one that is not set, as everywhere else
        sources[name] = variable
        given[name] = _table(variable, text) if name == "extra_body" else text
    return given, sources


def _table(variable: str, text: str) -> object:
    import json

    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{variable}: must be a JSON object: {error}") from None


def _from_file(config: Path | None, folder: Path | None) -> tuple[dict[str, object], dict[str, str]]:
    path, table = table_of(_TABLE, config, folder)
    for name in table:
        if name.lower() in _KEY_LIKE:
            raise UsageError(f"{path}: [{_TABLE}] {name}: a key does not belong into a file; set {PREFIX}API_KEY")
        if name not in Settings.model_fields:
            raise UsageError(f"{path}: [{_TABLE}] {name}: there is no such setting{_meant(name, '')}")
    return table, {name: f"{path}: [{_TABLE}] {name}" for name in table}


def _meant(name: str, prefix: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, Settings.model_fields, n=1)
    spelled = (prefix + (close[0].upper() if prefix else close[0])) if close else ""
    return f"; did you mean {spelled}?" if close else f"; there are {', '.join(sorted(Settings.model_fields))}"
