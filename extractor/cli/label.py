"""`gouji label`: a label file begun for a person to check, and two labellers' files compared."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.guard import complain, guard
from extractor.cli.limits import LimitOption, limits_of
from extractor.cli.output import OutFile

if TYPE_CHECKING:
    from rich.console import RenderableType

    from extractor.evaluate.label import Agreement
    from extractor.read.limits import Limits

__all__ = ["DIFFERENT", "label"]

DIFFERENT = 3  # exit code


def label(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="A report, or - for stdin; with --compare two label files, or two folders of samples.",
            metavar="FILE",
            show_default=False,
        ),
    ],
    compare: Annotated[
        bool, typer.Option("--compare", help="Show where the label files of two labellers disagree.")
    ] = False,
    out: OutFile = None,
    form: Annotated[
        str | None, typer.Option(help="Read as this form instead of recognising it.", metavar="ID", show_default=False)
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            help="Make it of what people decided in gouji review, kept in this folder or file: finished labels.",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="With --decisions: of all cells, where somebody marked the report as checked."),
    ] = False,
    limit: LimitOption = None,
) -> None:
    """Start the label file (gold.json) of a report from its extraction, for a person to check cell by cell.

    Nothing in it counts as checked: gouji eval refuses it until every cell is decided and "checked" is set to true.
    With --decisions it is of the cells that people decided, and counts as checked.
    Exit code with --compare: 0 where both say the same, 3 where they differ.
    """
    with guard():
        from extractor.errors import UsageError

        if len(paths) != (2 if compare else 1):
            raise UsageError("--compare takes two label files, or two folders" if compare else "label one report")
        if compare:
            if out is not None or form is not None or decisions is not None:
                raise UsageError("--out, --form and --decisions do not go with --compare")
            different = _compare(Path(paths[0]), Path(paths[1]))
        else:
            if whole and decisions is None:
                raise UsageError("--whole goes with --decisions")
            if out is not None and out.exists():
                raise UsageError(f"{out} is there already, and may hold a person's work: remove it first")
            if decisions is None:
                _begin(paths[0], out, form, limits_of(limit))
            else:
                _decided(paths[0], out, form, limits_of(limit), decisions, whole=whole)
            different = False
    if different:
        raise typer.Exit(DIFFERENT)


def _begin(file: str, out: Path | None, form: str | None, limits: "Limits") -> None:
    from extractor.cli.document import one_document
    from extractor.cli.output import open_output
    from extractor.evaluate.gold import UNDECIDED
    from extractor.evaluate.label import begun, write_begun
    from extractor.forms.load import load_forms
    from extractor.pipeline import draft, finish

    first = draft(one_document(file, limits), form=form)
    labels = begun(first.document, finish(first), load_forms()[first.form.id])
    with open_output(out) as stream:
        write_begun(labels, stream)
    cells = labels["cells"]
    if isinstance(cells, dict):
        undecided = sum(value == UNDECIDED for value in cells.values())
        complain(f"{undecided} cells are to be decided, and all others to be checked")


def _decided(file: str, out: Path | None, form: str | None, limits: "Limits", decisions: Path, *, whole: bool) -> None:
    from extractor.cli.decided import log_in
    from extractor.cli.document import one_document
    from extractor.cli.output import open_output
    from extractor.deciding.decided import decided
    from extractor.evaluate.label import write_begun
    from extractor.pipeline import draft, finish
    from extractor.review.gold import to_labels

    log = log_in(decisions)
    first = draft(one_document(file, limits), form=form)
    sha256 = first.document.source.sha256
    report = decided(finish(first), log.of(sha256), first.form, first, foreign=log.foreign(sha256))
    labels = to_labels(report, first.form, whole=whole, history=log.history(sha256))
    with open_output(out) as stream:
        write_begun(labels, stream)


def _compare(left: Path, right: Path) -> bool:
    from extractor.cli.output import console_on, stdout
    from extractor.evaluate.label import agreement_of_folders

    found = agreement_of_folders(left, right)
    console_on(stdout()).print(_view(found, str(left), str(right)))
    return bool(found.differences)


def _view(found: "Agreement", left: str, right: str) -> "RenderableType":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from extractor.deliver.printable import printable

    table = Table(box=None, pad_edge=False)
    for head in ("document", "cell", "label", left, right):
        table.add_column(printable(head), overflow="fold")
    for one in found.differences:
        words = (one.document, one.cell, one.label, one.left, one.right)
        table.add_row(*(Text(printable(word)) for word in words))
    share = f" ({100 * found.same / found.cells:.1f} %)" if found.cells else ""
    lines: list[RenderableType] = [table] if found.differences else []
    lines.append(Text(f"{found.same} of {found.cells} cells alike{share}; {len(found.differences)} differences"))
    for name, only in ((left, found.only_left), (right, found.only_right)):
        if only:
            lines.append(Text(printable(f"only in {name}: {', '.join(only)}")))
    return Group(*lines)
