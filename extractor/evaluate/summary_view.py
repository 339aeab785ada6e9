"""A run's figures on a terminal."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from extractor.evaluate.intervals import Interval
from extractor.evaluate.rates import Rates, Summary
from extractor.evaluate.scoring import Outcome

__all__ = ["percent", "summary_views"]


def percent(interval: Interval, *, digits: int = 1, wide: bool = True) -> str:
    """`97.8 [96.1, 99.0]`, in percent; `–` where nothing can be said."""
    if interval.rate is None:
        return "–"
    text = f"{100 * interval.rate:.{digits}f}"
    if wide and interval.low is not None and interval.high is not None:
        text += f" [{100 * interval.low:.{digits}f}, {100 * interval.high:.{digits}f}]"
    return text


def summary_views(summaries: Sequence[Summary]) -> RenderableType:
    """Readers side by side, then each reader's breakdowns."""
    parts: list[RenderableType] = [_overview(summaries)]
    for summary in summaries:
        name = f"{summary.reader}: " if len(summaries) > 1 else ""
        for dimension, groups in summary.by.items():
            if len(groups) > 1:
                parts.append(_breakdown(f"{name}by {dimension}", dimension, groups))
        parts.append(_calibration(name, summary))
        parts.append(_coverage(name, summary))
        parts.append(_told(name, summary))
    return Group(*(item for part in parts for item in (part, Text())))


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, title_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number == 0 else "right", no_wrap=number == 0)
    return table


def _harm(count: int) -> Text:
    return Text(str(count), style="bold red" if count else "")


def _overview(summaries: Sequence[Summary]) -> Table:
    table = _table(
        "printed cells",
        *("reader", "reports", "failed", "whole", "printed", "% right [95 %]", "right, disp.", "loud", "missed"),
        *("silent", "made up", "% harmed [95 %]", "ms"),
    )
    for one in summaries:
        total = one.total
        table.add_row(
            one.reader,
            str(total.reports),
            str(total.failed),
            str(total.whole),
            str(total.printed),
            percent(total.right),
            *(str(total.counts[kind]) for kind in (Outcome.RIGHT_DISPUTED, Outcome.DISPUTED, Outcome.MISSED)),
            _harm(total.counts[Outcome.SILENTLY_WRONG]),
            _harm(total.counts[Outcome.INVENTED] + total.counts[Outcome.UNEXPECTED]),
            percent(total.harmed),
            f"{sorted(one.ms)[len(one.ms) // 2]:.0f}" if one.ms else "–",
        )
    return table


def _breakdown(title: str, dimension: str, groups: Sequence[Rates]) -> Table:
    table = _table(
        title,
        *(dimension, "reports", "printed", "% right [95 %]", "% right or disp.", "open", "silent", "made up"),
        "% of reports harmed [95 %]",
    )
    for one in groups:
        table.add_row(
            one.name,
            str(one.reports),
            str(one.printed),
            percent(one.right),
            percent(one.shown, wide=False),
            str(one.open),
            _harm(one.counts[Outcome.SILENTLY_WRONG]),
            _harm(one.counts[Outcome.INVENTED] + one.counts[Outcome.UNEXPECTED]),
            percent(one.harmed),
        )
    return table


def _calibration(name: str, summary: Summary) -> Table:
    table = _table(
        f"{name}what is said of a cell, and how often it is so", "said", "cells", "% right [95 %]", "% among"
    )
    for kind, groups in summary.calibration.items():
        for one in groups:
            among = f"{100 * one.among / one.cells:.1f}" if one.cells else "–"
            table.add_row(f"{kind}: {one.name}", str(one.cells), percent(one.rate, digits=2), among)
    return table


def _coverage(name: str, summary: Summary) -> Table:
    table = _table(f"{name}risk against coverage", "taking", "values", "% covered", "wrong", "% wrong [95 %]")
    for one in summary.coverage:
        table.add_row(
            one.trust.value if one is summary.coverage[0] else f"and {one.trust.value}",
            str(one.given),
            f"{100 * one.covered:.1f}",
            str(one.wrong),
            percent(one.risk, digits=2),
        )
    return table


def _told(name: str, summary: Summary) -> Text:
    """Blank cells, findings, identification and cost, a line each."""
    counts, found, usage = summary.total.counts, summary.findings, summary.usage
    form, year, organ = summary.known
    of = summary.total.reports
    lines = [
        f"{name}blank cells: {counts[Outcome.LEFT_BLANK]} left blank, {counts[Outcome.DERIVED_RIGHT]} rightly derived, "
        f"{counts[Outcome.BLANK_DISPUTED]} disputed, {counts[Outcome.INVENTED]} invented, "
        f"{counts[Outcome.BLANK_UNREAD]} in documents that failed; not on the page: {counts[Outcome.EXTRA]} rightly "
        f"worked out, {counts[Outcome.UNEXPECTED]} made up",
        f"{name}findings: {found.told} of {found.broken} identities that the sources break are told, "
        f"{found.false_alarms} false alarms; {found.located} of {found.misprints} misprints located (of those that an "
        f"identity shows; {found.touched} in a finding; {found.hidden} that none shows); "
        f"{found.blamed_rightly} of {found.suspects} suspects rightly named",
        f"{name}form right in {form} of {of}, year in {year}, body in {organ}",
    ]
    if usage.llm_calls or usage.prompt_tokens or summary.unasked:
        cost = "no prices are set" if usage.cost is None else f"cost {usage.cost:.4f}"
        right = counts[Outcome.RIGHT]
        each = f", {(usage.prompt_tokens + usage.completion_tokens) / right:.0f} tokens a right cell" if right else ""
        lines.append(
            f"{name}language model: {usage.llm_calls} calls, {usage.prompt_tokens} + {usage.completion_tokens} tokens"
            f"{each}, {cost}; {summary.unasked} cells could not be asked for"
        )
    return Text("\n".join(lines))
