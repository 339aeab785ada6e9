"""Many reports for reading in a terminal: a line each, and what they add up to."""

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from extractor.deliver.printable import printable
from extractor.deliver.summary import Summary
from extractor.deliver.to_table import STATUS_STYLE, verdict_text
from extractor.report import Status, Verdict

__all__ = ["summary_view"]

COUNTED = (Status.REPORTED, Status.DERIVED, Status.CORRECTED, Status.DISPUTED, Status.MISSING)


class _Tail:
    """A path cut on its left where it does not fit: its end is what tells it from its neighbours."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __rich_measure__(self, _console: Console, _options: ConsoleOptions) -> Measurement:
        return Measurement(min(8, cell_len(self.path)), cell_len(self.path))

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        path = self.path
        while cell_len(path) > options.max_width:
            path = "…" + path.removeprefix("…")[1:]
        yield Text(path, no_wrap=True)


def summary_view(summaries: Sequence[Summary]) -> RenderableType:
    """One line a report: what it is, its verdict, its cells by status, its findings."""
    counted = [
        status for status in COUNTED if status is not Status.CORRECTED or any(s.cells[status] for s in summaries)
    ]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("name", max_width=48)
    table.add_column("organ")
    for column in ("year", "form", "verdict"):
        table.add_column(column, no_wrap=True)
    for status in counted:
        table.add_column(_abbreviated(status), justify="right", no_wrap=True, style=STATUS_STYLE[status])
    table.add_column("find", justify="right", no_wrap=True)
    for one in summaries:
        what = Text(printable(one.organ or one.reason or ""), no_wrap=True, overflow="ellipsis")
        what.style = "" if one.organ else "dim"
        table.add_row(
            _Tail(printable(one.name)),
            what,
            Text("" if one.year is None else str(one.year)),
            Text(one.form or ""),
            verdict_text(one.verdict),
            *(Text(str(one.cells[status]) if one.cells else "") for status in counted),
            Text(str(one.findings)),
        )
    return Group(table, Text(), _total(summaries), _key(counted))


def _total(summaries: Sequence[Summary]) -> Text:
    verdicts = Counter(one.verdict for one in summaries)
    parts = [
        Text(f"{verdicts[verdict]} ").append_text(verdict_text(verdict)) for verdict in Verdict if verdicts[verdict]
    ]
    return Text(f"{len(summaries)} documents: ").append_text(Text(", ").join(parts))


def _key(counted: Sequence[Status]) -> Text:
    names = ", ".join(f"{_abbreviated(status)} {status.value}" for status in counted)
    return Text(f"cells: {names}; find: findings, mere information left out", style="dim")


def _abbreviated(status: Status) -> str:
    return status.value[:3]
