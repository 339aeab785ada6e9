"""`--limit`: the limits on untrusted documents, set from the command line or the environment."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from extractor.read.limits import Limits

__all__ = ["ENVIRONMENT", "LimitOption", "limits_of"]

ENVIRONMENT = "GOUJI_LIMIT"

LimitOption = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        envvar=ENVIRONMENT,
        help="A limit on each document, as max_seconds=60 or max_bytes=50M; may be repeated (docs/output.md).",
        metavar="NAME=NUMBER",
        show_default=False,
    ),
]

_SETTING = re.compile(r"\s*(\w+)\s*=\s*([0-9][0-9_,]*)([kKMG]?)\s*")
_TIMES = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}


def limits_of(settings: list[str] | None) -> "Limits":
    """The limits with these settings. Raises UsageError."""
    from dataclasses import fields, replace

    from extractor.errors import UsageError
    from extractor.read.limits import Limits

    known = [field.name for field in fields(Limits)]
    given: dict[str, int] = {}
    for setting in settings or ():
        found = _SETTING.fullmatch(setting)
        if found is None:
            raise UsageError(f"--limit {setting}: NAME=NUMBER is wanted, as in max_seconds=60")
        name, number, times = found.groups()
        if name not in known:
            raise UsageError(f"no limit '{name}'; known: {', '.join(known)}")
        given[name] = int(number.replace("_", "").replace(",", "")) * _TIMES[times]
    return replace(Limits(), **given)
