"""Where results go: stdout, or a file that appears whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from extractor.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Format", "OutFile", "console_on", "format_of", "open_output", "stdout"]

WIDTH_WITHOUT_TERMINAL = 120

OutFile = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Write to FILE, whole or not at all.", metavar="FILE", show_default=False),
]


class Format(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def format_of(out: Path | None) -> Format:
    """What the suffix of the file written to says, else a table."""
    suffix = "" if out is None else out.suffix.lower().lstrip(".")
    return Format(suffix) if suffix in (Format.JSON, Format.JSONL, Format.CSV) else Format.TABLE


def stdout() -> TextIO:
    """Standard output as UTF-8 whatever the locale says.

    Undecodable bytes of file names come out as `\\udcff`, which is also how JSON writes them.
    """
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return sys.stdout


@contextmanager
def open_output(out: Path | None, *, bom: bool = False) -> Iterator[TextIO]:
    """A text stream to `out`, or to stdout where `out` is None. `bom`: mark a file as UTF-8, as Excel needs it."""
    if out is None:
        yield stdout()
        return
    encoding = "utf-8-sig" if bom else "utf-8"
    target = Path(os.path.realpath(out))
    if target.is_dir():
        raise UsageError(f"cannot write to {out}: it is a folder")
    if not target.parent.is_dir():
        raise UsageError(f"cannot write to {out}: there is no folder {out.parent}")
    if target.exists() and not target.is_file():  # /dev/stdout, a named pipe: nothing to rename over
        with target.open("w", encoding=encoding, errors="backslashreplace", newline="\n") as stream:
            yield stream
        return
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    except OSError as error:
        raise UsageError(f"cannot write to {out}: {error.strerror}") from None
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding=encoding, errors="backslashreplace", newline="\n") as stream:
            yield stream
        unfinished.chmod(_mode(target))
        unfinished.replace(target)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def console_on(stream: TextIO) -> "Console":
    """A rich console on `stream`: colours and the real width on a terminal, plain wide text elsewhere."""
    from rich.console import Console

    class OutputConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # to our guard; rich's own way out is exit code 1, "a document failed"

    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDTH_WITHOUT_TERMINAL
    return OutputConsole(file=stream, width=width, highlight=False, markup=False, emoji=False)


def _mode(target: Path) -> int:
    """The permissions of the file replaced, or those that a new file gets."""
    with suppress(FileNotFoundError):
        return target.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
