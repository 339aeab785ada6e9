"""The options by which commands name an endpoint, and the settings that follow from them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from extractor.ask.endpoint.settings import Settings

__all__ = ["BaseUrl", "Config", "ModelName", "settings_of"]

BaseUrl = Annotated[
    str | None,
    typer.Option(
        "--base-url", help="The endpoint, such as http://127.0.0.1:8080/v1.", metavar="URL", show_default=False
    ),
]
ModelName = Annotated[
    str | None, typer.Option("--model", help="The model's name there.", metavar="NAME", show_default=False)
]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="Read settings from FILE instead of gouji.toml.", metavar="FILE", show_default=False),
]


def settings_of(config: Path | None, **flags: object) -> "Settings | None":
    """The settings in force: flags, then GOUJI_LLM_*, then the file. None where no endpoint is named."""
    from extractor.ask.endpoint.settings import load_settings

    return load_settings(flags, config=config)
