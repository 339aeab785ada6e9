"""`gouji explain`: why a cell of a report holds what it holds."""

from typing import Annotated

import typer

from extractor.cli.guard import guard
from extractor.cli.limits import LimitOption, limits_of

__all__ = ["explain"]


def explain(
    file: Annotated[str, typer.Argument(help="A report, or - for stdin.", metavar="FILE", show_default=False)],
    cell: Annotated[
        str, typer.Argument(help="A cell id, such as applications.new.total.", metavar="CELL", show_default=False)
    ],
    form: Annotated[
        str | None, typer.Option(help="Read as this form instead of recognising it.", metavar="ID", show_default=False)
    ] = None,
    limit: LimitOption = None,
) -> None:
    """Show every reading of one cell, who read it where, what the identities say, and why it was decided so."""
    with guard():
        from extractor.cli.document import one_document
        from extractor.cli.output import console_on, stdout
        from extractor.deliver.explain_view import explain_view
        from extractor.explain import explain as explain_cell
        from extractor.pipeline import draft, finish

        first = draft(one_document(file, limits_of(limit)), form=form)
        console_on(stdout()).print(explain_view(explain_cell(first, finish(first), cell)))
