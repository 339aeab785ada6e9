"""`gouji text`: the text that evidence offsets point into."""

from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.guard import guard

if TYPE_CHECKING:
    from extractor.read import Document

__all__ = ["one_document", "text"]


def text(
    file: Annotated[str, typer.Argument(help="A document, or - for stdin.", metavar="FILE", show_default=False)],
) -> None:
    """Print a document's text, the one that the offsets of `evidence` count in."""
    with guard():
        from extractor.cli.output import stdout
        from extractor.deliver.printable import printable

        content = one_document(file).text
        stream = stdout()
        # A pipe gets the text to the character; a terminal gets no escape sequences, in the same number of characters.
        stream.write(printable(content, keep_lines=True) + "\n" if stream.isatty() else content)


def one_document(file: str) -> "Document":
    """The document that one argument of the command line names, read. Raises DocumentError, UsageError."""
    from extractor.cli.inputs import Stream, collect
    from extractor.errors import UsageError
    from extractor.read import Limits, check_regular, read

    (document, *more) = collect([file]).documents
    if more:
        raise UsageError(f"{file} is a folder: name one document")
    limits = Limits()
    if not isinstance(document, Stream):
        check_regular(document)
    source = document if isinstance(document, Stream) else Stream(document)
    return read(source.read(limits.max_bytes), name=source.name, limits=limits)
