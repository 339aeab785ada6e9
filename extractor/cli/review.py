"""`gouji review`: the page on which a person looks at what was extracted, and decides."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli.guard import complain, guard
from extractor.cli.limits import LimitOption, limits_of

if TYPE_CHECKING:
    from extractor.read.limits import Limits
    from extractor.read.locator import Locator
    from extractor.review.places import Results

__all__ = ["review"]


def review(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Results (JSON, JSON Lines, a folder of `gouji bulk`), and reports: files, folders, archives.",
            metavar="PATH|RESULTS",
            show_default=False,
        ),
    ],
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; beyond loopback a token is needed.", metavar="ADDRESS")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="0 takes a free one.", min=0, max=65535)] = 8322,
    decisions: Annotated[
        Path | None,
        typer.Option(
            "--decisions",
            help="The folder that decisions about cells are kept in; by default that of the first PATH, or the one "
            "that `gouji bulk` applied them from.",
            metavar="FOLDER",
            show_default=False,
        ),
    ] = None,
    author: Annotated[
        str | None,
        typer.Option("--author", help="Whose decisions they are; by default you.", show_default=False),
    ] = None,
    most: Annotated[
        int,
        typer.Option(
            help="Of a folder of `gouji bulk`, list at most so many documents: those with most to decide.",
            min=1,
            metavar="N",
        ),
    ] = 10_000,
    form: Annotated[
        str | None, typer.Option(help="Read as this form instead of recognising it.", metavar="ID", show_default=False)
    ] = None,
    limit: LimitOption = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Documents to extract at once.", metavar="N")] = 1,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Open a page that shows every figure beside its source, what does not add up, and takes your decisions.

    Documents without a result are extracted, by the rules alone; for what a language model read, run `gouji extract
    --out FILE.jsonl` first and review FILE.jsonl. Decisions go to gouji-decisions.jsonl, a log that is only appended
    to. Serves until it is interrupted.
    """
    with guard():
        _check_installed()
        import os

        from extractor.cli.forms import check_form
        from extractor.cli.reading import note_skipped
        from extractor.errors import UsageError
        from extractor.forms.load import load_forms
        from extractor.review.bench import Bench
        from extractor.review.local import LocalShelf
        from extractor.review.site.server import listening, serve

        forms = load_forms()
        if form is not None:
            check_form(form, forms)
        limits = limits_of(limit)
        results, documents, skipped = _sorted_out(paths, limits, most)
        folder = decisions or _folder_of(Path(paths[0]))
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            raise UsageError(f"decisions cannot be kept in {folder}: name another folder with --decisions")
        bound = listening(host, port)
        with Bench(jobs, limits) as bench:
            shelf = LocalShelf(
                documents,
                results,
                folder=folder,
                forms=forms,
                bench=bench,
                author=author or _login(),
                title=", ".join(paths[:3]) + (", …" if len(paths) > 3 else ""),
                form=form,
                jobs=jobs,
            )
            if skipped:
                from collections import Counter

                from extractor.cli.inputs import Inputs

                note_skipped(Inputs((), Counter(skipped)))
            for damage in shelf.decisions.damaged:
                complain(f"{shelf.decisions.path}:{damage.line}: {damage.reason}")
            serve(shelf, bound, host, opens=not no_browser and _has_screen())
            for one in shelf.refused:
                complain(f"{one.path}: {one.refused} results could not be read: {one.why}")


def _check_installed() -> None:
    from importlib.util import find_spec

    from extractor.errors import UsageError

    for module in ("fastapi", "jinja2", "PIL", "uvicorn"):
        if find_spec(module) is None:
            raise UsageError(f"the review page needs {module}: pip install 'gouji[review]'")


def _sorted_out(
    paths: list[str], limits: "Limits", most: int
) -> tuple[list["Results"], "list[Locator]", dict[str, int]]:
    """Results, documents, and what folders and archives held besides. Raises UsageError."""
    from extractor.audit.results import SUFFIXES
    from extractor.cli.inputs import Stream, collect
    from extractor.deciding.decisions import FILE
    from extractor.errors import UsageError
    from extractor.review.bulkfolder import BulkFolder, is_bulk_folder
    from extractor.review.resultfile import ResultFile

    tables = [path for path in paths if is_bulk_folder(Path(path))]
    results: list[Results] = []
    for path in tables:
        folder = BulkFolder(Path(path), most)
        results.append(folder)
        if folder.total > most:
            complain(f"{path}: {most:,} of {folder.total:,} documents are listed, those with most to decide (--most)")
    documents: list[Locator] = []
    inputs = collect([path for path in paths if path not in tables], also=SUFFIXES, limits=limits)
    named = {Path(path) for path in paths}
    for one in inputs.documents:
        if isinstance(one, Stream):
            raise UsageError("the review page reads files, not streams: sources are looked up while it runs")
        if one.path is None or one.inside or one.path.suffix.lower() not in SUFFIXES:
            documents.append(one)
        elif one.path.name != FILE and (one.path in named or _holds_results(one.path)):
            results.append(ResultFile(one.path))
    return results, documents, dict(inputs.skipped)


def _holds_results(path: Path) -> bool:
    """Whether JSON that a folder happens to hold is ours; gold labels and others lie there as well."""
    with path.open("rb") as file:
        head = file.read(4096)
    return b'"source"' in head and b'"sha256"' in head


def _folder_of(first: Path) -> Path:
    """Where decisions are kept by default: those of tables that were made with some, where these are."""
    from extractor.bulk.house import House
    from extractor.review.bulkfolder import is_bulk_folder

    applied = (House(first).manifest or {}).get("decisions") if is_bulk_folder(first) else None
    if applied is not None:
        log = Path(str(applied))
        if log.is_file():
            return log.parent
        complain(f"{log}, which the decisions in {first} are from, is gone: none of them is shown")
    return first if first.is_dir() else first.parent


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _has_screen() -> bool:
    """Whether there is a person at this very machine who could see a browser open."""
    import os
    import sys

    return sys.stdout.isatty() and (
        sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )
