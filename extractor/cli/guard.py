"""What the user sees when something goes wrong: one line on stderr and an exit code, never a traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from extractor.errors import DocumentError, GoujiError, ModelError

__all__ = ["BROKEN_PIPE", "FAILED", "INTERRUPTED", "WRONG_USAGE", "complain", "guard"]

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells report it
BROKEN_PIPE = 141  # 128 + SIGPIPE


def complain(message: str) -> None:
    """A line for the user on stderr."""
    from extractor.deliver.printable import printable

    typer.echo(f"gouji: {printable(message)}", err=True)


@contextmanager
def guard() -> Iterator[None]:
    """Runs the body of a command and turns what it raises into an exit code."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()
        raise typer.Exit(BROKEN_PIPE) from None
    except KeyboardInterrupt:
        typer.echo("gouji: interrupted", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except (DocumentError, ModelError) as error:
        complain(str(error))
        raise typer.Exit(FAILED) from None
    except (GoujiError, OSError) as error:
        complain(str(error))
        raise typer.Exit(WRONG_USAGE) from None


def _drop_stdout() -> None:
    """Python flushes stdout once more at exit and would complain about the closed pipe: point it at nothing."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
