"""A comparison on a terminal."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from extractor.deliver.printable import printable
from extractor.evaluate.compare import Change, Comparison, Moved
from extractor.evaluate.results import CellRow, shown

__all__ = ["comparison_view"]

_MOST_NAMES = 5


def comparison_view(found: Comparison, limit: int) -> RenderableType:
    """`limit`: cells to list of each kind."""
    old, new = found.readers
    title = f"{old}: {found.reports} reports" if old == new else f"{old} → {new}: {found.reports} reports"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="bold")
    for head in ("of the printed cells", "before", "after", "difference [95 %]", "reports that moved", "p"):
        table.add_column(head, justify="left" if head.startswith("of") else "right", no_wrap=True)
    for change in found.changes:
        table.add_row(*_line(change))
    better = [one for one in found.moved if one.steps > 0]
    worse = sorted((one for one in found.moved if one.steps < 0), key=lambda one: not one.new_harm)
    other = len(found.moved) - len(better) - len(worse)
    counted = f"{len(better)} cells better, {len(worse)} worse, {other} otherwise not right"
    return Group(
        table,
        Text(counted),
        *_cells("worse", worse, limit),
        *_cells("better", better, limit),
        *_names("in the first run only", found.only_before),
        *_names("in the second run only", found.only_after),
        *_names("not compared, their labels have changed", found.relabelled),
        _verdict(found),
        Text(),
    )


def _line(change: Change) -> list[str]:
    moved = change.difference
    text = "–" if moved.rate is None else f"{100 * moved.rate:+.2f}"
    if moved.low is not None and moved.high is not None:
        text += f" [{100 * moved.low:+.2f}, {100 * moved.high:+.2f}]"
    rates = [f"{100 * rate:.2f} %" for rate in (change.before, change.after)]
    return [change.name, *rates, text, str(change.reports), f"{change.p:.4f}"]


def _cells(title: str, moved: Sequence[Moved], limit: int) -> list[RenderableType]:
    if not moved or not limit:
        return []
    lines: list[RenderableType] = [Text(title, style="bold dim")]
    for one in moved[:limit]:
        style = "bold red" if one.new_harm else ""
        gold = next((row.gold for row in (one.after, one.before) if row is not None), None)
        told = f"    {one.report}  {one.cell}  gold {shown(gold)}: {_said(one.before)} → {_said(one.after)}"
        lines.append(Text(printable(told), style=style))
    if len(moved) > limit:
        lines.append(Text(f"    and {len(moved) - limit} more", style="dim"))
    return lines


def _said(row: CellRow | None) -> str:
    return "no value" if row is None else f"{shown(row.got)} {row.outcome.value}"


def _names(title: str, names: Sequence[str]) -> list[RenderableType]:
    if not names:
        return []
    rest = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return [Text(printable(f"{len(names)} reports {title}: {', '.join(names[:_MOST_NAMES])}{rest}"))]


def _verdict(found: Comparison) -> Text:
    said = []
    if found.harm:
        said.append(f"{len(found.harm)} cells are silently wrong or made up that were not")
    if found.dropped:
        said.append("fewer cells are right, beyond chance")
    right = found.changes[0]
    if not said and (right.difference.rate or 0.0) > 0:
        sure = "beyond chance" if right.p < 0.05 else "which may be chance"
        return Text(f"no new harm; more cells are right, {sure}", style="green")
    return Text("; ".join(said), style="bold red") if said else Text("no new harm, no drop beyond chance")
