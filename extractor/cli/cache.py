"""`gouji cache`: the answers of language models that are kept, so that nothing is paid for twice."""

from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.endpoint import Config
from extractor.cli.guard import guard

if TYPE_CHECKING:
    from pathlib import Path

    from extractor.ask.endpoint.cache import AnswerCache

__all__ = ["cache_app"]

cache_app = typer.Typer(
    help="Show or remove the language model's answers that are kept.", rich_markup_mode=None, no_args_is_help=True
)


@cache_app.command()
def stats(config: Config = None) -> None:
    """Show where answers are kept, how many there are, and how much room they take."""
    with guard():
        import asyncio

        async def look() -> None:
            store = _open(config)
            try:
                found = await store.stats()
            finally:
                await store.close()
            typer.echo(f"where    {found.where}\nanswers  {found.answers}\nsize     {_size(found.size)}")

        asyncio.run(look())


@cache_app.command()
def clear(
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether this is meant.")] = False,
) -> None:
    """Remove all answers that are kept. Asking again costs what it cost then."""
    with guard():
        import asyncio

        async def remove() -> None:
            store = _open(config)
            try:
                found = await store.stats()
                if found.answers and not yes:
                    _ask_back(found.answers, found.where)
                removed = await store.clear()
            finally:
                await store.close()
            typer.echo(f"removed {removed} answer{'' if removed == 1 else 's'} from {found.where}")

        asyncio.run(remove())


def _ask_back(answers: int, where: str) -> None:
    import sys

    from extractor.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError(f"{answers} answers in {where} would be lost; say so with --yes")
    typer.confirm(f"Remove {answers} answers from {where}?", abort=True)


def _open(config: "Path | None") -> "AnswerCache":
    from extractor.ask.endpoint.settings import load_cache_setting
    from extractor.ask.endpoint.stores import open_cache

    return open_cache(load_cache_setting(config=config))


def _size(size: int) -> str:
    if size < 1 << 20:
        return f"{size / 1024:.0f} KB"
    return f"{size / (1 << 20):.1f} MB"
