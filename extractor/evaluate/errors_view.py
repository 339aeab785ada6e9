"""The cells that are not right, one by one: where a person looks to see what went wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from extractor.deliver.printable import printable
from extractor.errors import UsageError
from extractor.evaluate.folder import Run
from extractor.evaluate.results import CellRow, Result, shown
from extractor.evaluate.scoring import Outcome
from extractor.forms.load import load_forms

__all__ = ["ORDER", "Errors", "errors_view", "label_of", "selected"]

ORDER = (
    Outcome.SILENTLY_WRONG,
    Outcome.INVENTED,
    Outcome.UNEXPECTED,
    Outcome.DISPUTED,
    Outcome.BLANK_DISPUTED,
    Outcome.RIGHT_DISPUTED,
    Outcome.MISSED,
)


@dataclass(frozen=True, slots=True)
class Errors:
    """`failed`: reports of which nothing was read; their cells are not listed."""

    failed: Sequence[Result]
    cells: Sequence[tuple[Result, CellRow]]


def selected(
    run: Run,
    *,
    reader: str | None = None,
    report: str | None = None,
    cell: str | None = None,
    outcome: str | None = None,
) -> Errors:
    """What of a run is to be shown, worst first. Raises UsageError for a reader or an outcome that there is not."""
    if reader is not None and reader not in run.readers:
        raise UsageError(f"{run.path}: no reader '{reader}'; there are {', '.join(run.readers)}")
    outcomes = _outcomes(outcome)
    results = [
        one
        for one in run.results
        if (reader is None or one.reader == reader) and (report is None or report in one.report)
    ]
    if report is not None and not results:
        raise UsageError(f"{run.path}: no report whose name holds '{report}'")
    return ordered(results, outcomes, cell)


def ordered(results: Iterable[Result], outcomes: Iterable[Outcome] = ORDER, cell: str | None = None) -> Errors:
    """The errors of `results`, worst first."""
    order = {one: number for number, one in enumerate(ORDER)}
    wanted = set(outcomes)
    failed: list[Result] = []
    cells: list[tuple[Result, CellRow]] = []
    for result in results:
        if result.failed is not None:
            failed.append(result)
            continue
        fitting = (row for row in result.cells if row.outcome in wanted and (cell is None or cell in row.cell))
        cells.extend((result, row) for row in fitting)
    last = len(order)
    return Errors(failed, sorted(cells, key=lambda one: order.get(one[1].outcome, last)))


def _outcomes(text: str | None) -> Sequence[Outcome]:
    if text is None:
        return ORDER
    known = {one.value: one for one in Outcome}
    names = text.split(",")
    for name in names:
        if name not in known:
            raise UsageError(f"unknown outcome '{name}'; known: {', '.join(known)}")
    return [known[name] for name in names]


def label_of(form: str, cell: str) -> str:
    """The printed labels of a cell; nothing for a form that is not known any more."""
    known = load_forms().get(form)
    if known is None or cell not in known.cells:
        return ""
    _, row, column = known.cells[cell]
    return f"{row.labels[0]} / {column.labels[0]}"


def errors_view(errors: Errors, limit: int) -> RenderableType:
    lines: list[RenderableType] = []
    for result in errors.failed:
        reason = (result.failed or "").partition("\n")[0]
        lines.append(Text(printable(f"{result.report}  {result.reader}  failed: {reason}"), style="red"))
    for result, row in errors.cells[:limit]:
        lines.append(_head(result, row))
        lines.append(_told(row))
        if row.before or row.evidence or row.after:
            lines.append(_place(row))
        if row.because:
            lines.append(Text(f"    {printable(row.because)}", style="dim"))
    rest = len(errors.cells) - limit
    if rest > 0:
        lines.append(Text(f"and {rest} more (--limit)", style="dim"))
    if not lines:
        lines.append(Text("nothing to show: all is as it should be, or nothing fits"))
    return Group(*lines)


def _head(result: Result, row: CellRow) -> Text:
    style = "bold red" if row.harmful else "bold"
    label = printable(label_of(result.form, row.cell))
    return Text.assemble(
        (printable(result.report), "bold"),
        f"  {result.reader}  {row.cell}  {label}  ",
        (row.outcome.value, style),
    )


def _told(row: CellRow) -> Text:
    gold = shown(row.gold) if row.gold is not None else "blank" if row.on_page else "not on the page"
    others = f", or {', '.join(shown(one) for one in row.alternatives)}" if row.alternatives else ""
    by = f" by {row.read_by}" if row.read_by else ""
    return Text(f"    gold {gold}   got {shown(row.got)}{others}   {row.status.value} ({row.trust.value}){by}")


def _place(row: CellRow) -> Text:
    where = "    beside it: …" if row.near else "    …"
    return Text.assemble(
        (where, "dim"),
        (printable(row.before), "dim"),
        (f"【{printable(row.evidence)}】", "yellow"),
        (printable(row.after) + "…", "dim"),
    )
