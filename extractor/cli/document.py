"""`gouji text`: the text that evidence offsets point into."""

from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.guard import guard
from extractor.cli.limits import LimitOption, limits_of

if TYPE_CHECKING:
    from extractor.read import Document, Limits

__all__ = ["one_document", "text"]


def text(
    file: Annotated[str, typer.Argument(help="A document, or - for stdin.", metavar="FILE", show_default=False)],
    limit: LimitOption = None,
) -> None:
    """Print a document's text, the one that the offsets of `evidence` count in."""
    with guard():
        from extractor.cli.output import stdout
        from extractor.deliver.printable import printable

        content = one_document(file, limits_of(limit)).text
        stream = stdout()
        # A pipe gets the text to the character; a terminal gets no escape sequences, in the same number of characters.
        stream.write(printable(content, keep_lines=True) + "\n" if stream.isatty() else content)


def one_document(file: str, limits: "Limits") -> "Document":
    """The document that one argument of the command line names, read. Raises DocumentError, UsageError."""
    from extractor.cli.inputs import as_locator, collect, drawn
    from extractor.errors import UsageError

    (document, *more) = drawn(collect([file], limits=limits), limits).documents
    if more:
        raise UsageError(f"{file} holds {len(more) + 1} documents: name one")
    return as_locator(document, limits).document(limits)
