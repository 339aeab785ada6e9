"""`gouji explain`: why a cell of a report holds what it holds."""

from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.endpoint import BaseUrl, Config, ModelName, settings_of
from extractor.cli.guard import complain, guard
from extractor.cli.limits import LimitOption, limits_of

if TYPE_CHECKING:
    from extractor.ask.endpoint.settings import Settings
    from extractor.ask.reader import Heard
    from extractor.pipeline import Draft

__all__ = ["explain"]


def explain(
    file: Annotated[str, typer.Argument(help="A report, or - for stdin.", metavar="FILE", show_default=False)],
    cell: Annotated[
        str, typer.Argument(help="A cell id, such as applications.new.total.", metavar="CELL", show_default=False)
    ],
    form: Annotated[
        str | None, typer.Option(help="Read as this form instead of recognising it.", metavar="ID", show_default=False)
    ] = None,
    no_llm: Annotated[
        bool, typer.Option("--no-llm", help="Ask no language model, even if an endpoint is set up.")
    ] = False,
    base_url: BaseUrl = None,
    model: ModelName = None,
    config: Config = None,
    limit: LimitOption = None,
) -> None:
    """Show every reading of one cell, who read it where, what the identities say, and why it was decided so.

    A language model that is set up is asked as `gouji extract` asks it: all that is open, since one answer may settle
    another cell.
    """
    with guard():
        from extractor.cli.document import one_document
        from extractor.cli.output import console_on, stdout
        from extractor.deliver.explain_view import explain_view
        from extractor.explain import explain as explain_cell
        from extractor.pipeline import draft, finish, with_answers

        settings = None if no_llm else settings_of(config, base_url=base_url, model=model)
        first = draft(one_document(file, limits_of(limit)), form=form)
        heard = None if settings is None else _heard(first, settings)
        explained = explain_cell(with_answers(first, heard), finish(first, heard), cell)
        console_on(stdout()).print(explain_view(explained))


def _heard(first: "Draft", settings: "Settings") -> "Heard | None":
    import asyncio

    from extractor.ask.endpoint.connect import connect
    from extractor.pipeline import hear

    async def ask() -> "Heard | None":
        async with connect(settings) as model:
            return await hear(first, model)

    heard = asyncio.run(ask())
    if heard is not None and heard.failure:
        complain(f"{heard.unasked} open cells could not be asked of the language model: {heard.failure}")
    return heard
