"""`gouji deliver`, `gouji codebook`, `gouji schema`: results in the shapes that people and programs take them in."""

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.guard import FAILED, complain, guard
from extractor.cli.output import OutFile, open_output
from extractor.cli.results import ResultPaths
from extractor.cli.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractor.deliver.codebook.page import Part
    from extractor.deliver.results.source import Results
    from extractor.report import Report

__all__ = ["To", "codebook", "deliver", "schema"]


class To(StrEnum):
    """What results are delivered as. `datapackage`: CSV with all that explains it."""

    PARQUET = "parquet"
    CSV = "csv"
    DATAPACKAGE = "datapackage"
    XLSX = "xlsx"
    DUCKDB = "duckdb"
    JSON = "json"
    JSONL = "jsonl"


Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No notes; what cannot be read is still named.")]


def deliver(
    results: ResultPaths,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The file or folder to write, whole or not at all.", metavar="OUT")
    ],
    to: Annotated[
        To | None, typer.Option("--to", "-t", help="By default what OUT's suffix says.", show_default=False)
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Turn results into Parquet, CSV, a data package, workbooks that look like the form, or a DuckDB file.

    Exit code: 0, or 1 if some of the results could not be read (the others are delivered), or 2 for wrong usage.
    """
    with guard():
        from extractor.deliver.results.opened import open_results

        kind = to or _by_suffix(out)
        _check_apart(out, results)
        source = open_results(results, complain)
        rows = _deliver(source, kind, out)
        if not quiet:
            complain(f"{out}: {rows}")
        unread = source.unread
    if unread:
        raise typer.Exit(FAILED)


def codebook(out: OutFile = None) -> None:
    """Write the codebook: every table, field, label, unit and identity, in Chinese and English (.md or .html)."""
    with guard():
        html = _wants_html(out)
    with guard(), open_output(out) as stream:
        from extractor.deliver.codebook.page import as_html, as_markdown

        stream.write((as_html if html else as_markdown)(_codebook()))


def schema(out: OutFile = None) -> None:
    """Write the JSON Schema of a report, as `gouji extract --format json` writes it."""
    with guard(), open_output(out) as stream:
        import json

        from extractor.deliver.json_schema import report_schema

        stream.write(json.dumps(report_schema(), ensure_ascii=False, indent=2) + "\n")


def _wants_html(out: Path | None) -> bool:
    from extractor.errors import UsageError

    suffix = "" if out is None else out.suffix.lower()
    if suffix not in ("", ".md", ".markdown", ".txt", ".html", ".htm"):
        raise UsageError(f"a codebook is Markdown or HTML, and {out} is to be neither: end it in .md or .html")
    return suffix in (".html", ".htm")


def _check_apart(out: Path, results: list[Path]) -> None:
    from extractor.errors import UsageError

    if any(out.resolve() == path.resolve() for path in results):
        raise UsageError(f"cannot write to {out}: that is where the results lie")


def _by_suffix(out: Path) -> To:
    from extractor.errors import UsageError

    suffix = out.suffix.lower().lstrip(".")
    if suffix not in (To.XLSX, To.DUCKDB, To.JSON, To.JSONL):
        folder = " (a folder, since they are several tables)" if suffix in (To.CSV, To.PARQUET) else ""
        raise UsageError(f"what {out} is to be, its name does not tell: say --to {'|'.join(To)}{folder}")
    return To(suffix)


def _deliver(source: "Results", kind: To, out: Path) -> str:
    """Writes `out` and says what is in it."""
    from extractor.deliver.folder import new_file, new_folder
    from extractor.forms.load import load_forms

    forms = load_forms()
    counts: Counter[str] = Counter()
    match kind:
        case To.JSON | To.JSONL:
            from extractor.deliver.to_json import write_json, write_jsonl

            with open_output(out) as stream:
                if kind is To.JSONL:
                    write_jsonl(_counted(source.reports(), counts), stream)
                else:
                    write_json(_counted(source.reports(), counts), stream, array=True)
            return _told(counts)
        case To.DUCKDB:
            from extractor.deliver.duckdb_file import VIEWS, write_duckdb

            with new_file(out) as path:
                write_duckdb(source, path, forms.values())
            return f"tables, and the views {', '.join(VIEWS)}"
        case To.XLSX:
            from extractor.deliver.xlsx.reports_book import write_report_books, write_reports_book
            from extractor.forms.printed import load_prints

            if out.suffix.lower() == ".xlsx":
                with new_file(out) as path:
                    write_reports_book(_counted(source.reports(), counts), path, forms, load_prints())
            else:
                with new_folder(out, mark=False) as folder:
                    write_report_books(_counted(source.reports(), counts), folder, forms, load_prints())
            return _told(counts)
        case _:
            from extractor.deliver.package import write_package

            with new_folder(out) as folder:
                parts = None if kind is not To.DATAPACKAGE else _codebook()
                rows = write_package(source, folder, forms.values(), parquet=kind is To.PARQUET, explained=parts)
            return ", ".join(
                counted(count, name.removesuffix("s").replace("ie", "y"), name) for name, count in rows.items()
            )


def _counted(reports: "Iterable[Report]", counts: "Counter[str]") -> "Iterator[Report]":
    """The same, counted as the tables count them: a document that failed is no report."""
    from extractor.report import Verdict

    for report in reports:
        counts["failures" if report.verdict is Verdict.FAILED else "reports"] += 1
        yield report


def _told(counts: "Counter[str]") -> str:
    return f"{counted(counts['reports'], 'report')}, {counted(counts['failures'], 'failure')}"


def _codebook() -> "list[Part]":
    from extractor.deliver.codebook.content import codebook as content
    from extractor.deliver.tables.of_rules import FIELDS, IDENTITIES
    from extractor.deliver.tables.schemas import TABLES
    from extractor.forms.concordance import load_concordance
    from extractor.forms.load import load_forms
    from extractor.panel.schemas import PUBLISHED

    concordance = load_concordance()
    tables = (*TABLES.values(), FIELDS, IDENTITIES, *PUBLISHED)
    return list(content(load_forms().values(), concordance, tables))
