"""`gouji llm`: running a language model on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli.guard import guard

__all__ = ["llm_app"]

llm_app = typer.Typer(help="Run a language model on this machine.", rich_markup_mode=None, no_args_is_help=True)


@llm_app.callback()
def _llm() -> None:
    """Run a language model on this machine."""


@llm_app.command(short_help="Serve a GGUF file as an OpenAI-compatible endpoint on loopback.")
def serve(
    path: Annotated[Path, typer.Argument(help="The weights, a GGUF file.", metavar="PATH", show_default=False)],
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1.", min=1, max=65535)] = 8080,
    context: Annotated[
        int | None, typer.Option(help="Tokens of a question and its answer.", min=256, show_default="8192")
    ] = None,
    parallel: Annotated[int, typer.Option(help="Questions at once; each takes memory of its own.", min=1)] = 1,
    threads: Annotated[
        int | None, typer.Option(help="Threads that compute.", min=1, show_default="as many as there are cores")
    ] = None,
) -> None:
    """Serve a GGUF file as an OpenAI-compatible endpoint on 127.0.0.1, until it is interrupted.

    Several runs of gouji on this machine can then use the model, and it is loaded once. Whoever else is on this machine
    can use it as well, unless GOUJI_LLM_API_KEY is set: then it is asked for.
    """
    with guard():
        import os
        import signal
        from threading import Event

        from extractor.ask.local.server import serve as load

        serving = load(
            path,
            key=os.environ.get("GOUJI_LLM_API_KEY") or None,
            context=context,
            parallel=parallel,
            threads=threads,
            port=port,
        )
        enough = Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: enough.set())
        typer.echo(f"{serving.model} answers at {serving.base_url}, {serving.context} tokens, {parallel} at once")
        typer.echo(f"GOUJI_LLM_BASE_URL={serving.base_url} GOUJI_LLM_MODEL={serving.model}")
        enough.wait()
        serving.stop()
