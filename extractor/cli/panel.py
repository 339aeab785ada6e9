"""`gouji panel`: bodies and years side by side."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.guard import FAILED, complain, guard
from extractor.cli.results import ResultPaths
from extractor.cli.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractor.panel.decisions import Asked, Decisions
    from extractor.panel.panel import Panel
    from extractor.report import JSONValue

__all__ = ["PanelTo", "panel"]

DECISIONS = "decisions.csv"


class PanelTo(StrEnum):
    """How the tables of a panel are written."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"


def panel(
    results: ResultPaths,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="The folder to write; by default `panel` in RESULTS.", metavar="OUT", show_default=False
        ),
    ] = None,
    to: Annotated[
        PanelTo | None,
        typer.Option("--to", "-t", help="What to write the tables as.", show_default="parquet"),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            "--decisions",
            help="A decisions.csv of an earlier panel, its last column filled in: which names are one body, which of "
            "several reports to use. What was decided about cells is in the results: see gouji bulk --decisions.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    all_cells: Annotated[
        bool,
        typer.Option("--all-cells", help="A column for every cell of every form, not for the main variables only."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes; what cannot be read is still named.")] = False,
) -> None:
    """Put the reports of each body side by side over the years, with the editions of the form made comparable.

    Names are matched, and every match is listed; doubtful ones are kept apart. Several reports of a year that differ
    leave a gap, and are listed. Exit code: 0, or 1 if some of the results could not be read, or 2 for wrong usage.
    """
    with guard():
        from extractor.deliver.folder import new_folder
        from extractor.deliver.results.opened import open_results
        from extractor.errors import UsageError
        from extractor.panel.decisions import write_decisions
        from extractor.panel.panel import panel_of

        if out is None:
            if len(results) > 1 or not results[0].is_dir():
                raise UsageError("where to write the panel? say --out FOLDER")
            out = results[0] / "panel"
        elif to is None and out.suffix.lower() in (".xlsx", ".csv", ".parquet"):
            raise UsageError(
                f"a panel is a folder of tables: say --out FOLDER --to {out.suffix.lower()[1:]}, not {out}"
            )
        decided = _decisions(decisions, out / DECISIONS)
        source = open_results(results, complain)
        with new_folder(out) as folder, panel_of(source, decided, all_cells=all_cells) as made:
            asked = list(made.asked())
            _write(made, folder, to or PanelTo.PARQUET)
            write_decisions(folder / DECISIONS, asked)
            said = _summary(made)
        if not quiet:
            typer.echo(said)
            if asked:
                _tell_open(asked, out / DECISIONS)
        unread = source.unread
    if unread:
        raise typer.Exit(FAILED)


def _tell_open(asked: "Sequence[Asked]", file: Path) -> None:
    open_ = [one for one in asked if not one.decision]
    left = sum(not one.agrees for one in open_)
    agreeing = len(open_) - left
    if left:
        more = f"; {agreeing:,} more of copies that agree" if agreeing else ""
        typer.echo(f"to decide, in {file}: {counted(left, 'line')}{more}")
    elif agreeing:
        typer.echo(f"nothing to decide: {counted(agreeing, 'line')} in {file} of copies that agree")


def _decisions(given: Path | None, beside: Path) -> "Decisions":
    """Those in the file given, else those made in the file beside an earlier panel. None of them is ever lost."""
    from extractor.errors import UsageError
    from extractor.panel.decisions import Decisions, read_decisions

    earlier = read_decisions(beside) if beside.is_file() else Decisions()
    if given is None:
        if earlier.kept:
            complain(f"{len(earlier.kept)} decisions are taken from {beside}")
        return earlier
    decided = read_decisions(given)
    if not earlier.made() <= decided.made():
        raise UsageError(f"{beside} has decisions that {given} has not: move it away, or put them together")
    return decided


def _write(made: "Panel", folder: Path, to: PanelTo) -> None:
    from extractor.deliver.package import write_tables

    title = "政府信息公开工作年度报告面板数据 A panel of annual reports on open government information"
    if to is not PanelTo.XLSX:
        write_tables(made.chunks(), folder, made.tables, "gouji-panel", title, parquet=to is PanelTo.PARQUET)
        return
    from extractor.deliver.datapackage import data_package
    from extractor.deliver.folder import MARK
    from extractor.deliver.package import write_json_file
    from extractor.deliver.xlsx.book import new_book
    from extractor.deliver.xlsx.table_sheet import table_sheet

    with new_book(folder / "panel.xlsx") as book:
        for name, table in made.tables.items():
            frozen = 2 if name == "panel" else 1
            pieces = (
                list(zip(*(column.to_pylist() for column in piece.columns), strict=True)) for piece in made.rows(name)
            )
            table_sheet(book, table, pieces, frozen=frozen)
    workbook: JSONValue = {"name": "panel", "path": "panel.xlsx", "format": "xlsx"}
    write_json_file(folder / MARK, {**data_package("gouji-panel", title, {}, "xlsx", {}), "resources": [workbook]})


def _summary(made: "Panel") -> str:
    count = made.count
    rows, bodies = count("SELECT count(*) FROM panel"), count("SELECT count(*) FROM bodies")
    filed, left = count("SELECT count(*) FROM filed"), count("SELECT count(*) FROM left_out")
    of_all = counted(filed, "report"), counted(bodies, "body", "bodies"), counted(rows, "row")
    lines = [f"{', '.join(of_all)} of body and year"]
    for query, noun, what in (
        ("SELECT count(*) FROM merges WHERE merged", "name", "taken for another (merges)"),
        ("SELECT count(*) FROM merges WHERE NOT merged", "name", "that may be another's, kept apart (merges)"),
        ("SELECT count(DISTINCT (body, year)) FROM duplicates", "year", "with several reports (duplicates)"),
        ("SELECT count(*) FROM filled WHERE status = 'conflict'", "value", "left open because those differ"),
        ("SELECT count(*) FROM breaks WHERE severity = 'error'", "error", "between years (breaks)"),
    ):
        number = count(query)
        if number:
            lines.append(f"{counted(number, noun)} {what}")
    if left:
        lines.append(f"{counted(left, 'report')} left out: form, body or year could not be told (left_out)")
    return "\n".join(lines)
