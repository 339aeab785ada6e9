"""A run as one HTML page that needs nothing else: figures, plots, and the errors in their context."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from extractor.deliver.printable import printable
from extractor.evaluate.errors_view import label_of, ordered
from extractor.evaluate.rates import Rates, Summary
from extractor.evaluate.results import CellRow, Result, shown
from extractor.evaluate.scoring import Outcome
from extractor.evaluate.summary_view import percent
from extractor.evaluate.svg import Bar, Dot, Point, bars, curve, dots
from extractor.report import JSONValue

__all__ = ["page_of"]

MOST_ERRORS = 500  # of one reader
_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --soft: #6b7280; --line: #d8dee4; --back: #ffffff; --card: #f6f8fa;
  --good: #2f7d4f; --fair: #8fbf9f; --open: #d9a441; --none: #c3c9d0; --bad: #c4312b; --main: #2563a8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa4af; --line: #3a424b; --back: #16191d;
  --card: #1f242a; --good: #4fae76; --fair: #2f6b48; --open: #c8922f; --none: #4b535c; --bad: #f0645c;
  --main: #6aa5e8; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: var(--ink);
  background: var(--back); max-width: 1000px; margin: 0 auto; padding: 24px 20px 80px; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 44px 0 8px; border-top: 1px solid var(--line);
  padding-top: 20px; } h3 { font-size: 15px; margin: 26px 0 6px; }
p { margin: 6px 0; max-width: 75ch; } .soft { color: var(--soft); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 8px 0; font-size: 14px; }
th { text-align: right; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); padding: 3px 8px; }
td { text-align: right; padding: 3px 8px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.scroll { overflow-x: auto; } .harm { color: var(--bad); font-weight: 700; }
svg { max-width: 100%; height: auto; display: block; margin: 8px 0; } svg text { fill: var(--ink); font-size: 12.5px; }
svg text.tick { fill: var(--soft); font-size: 11.5px; } svg .grid { stroke: var(--line); stroke-width: 1; }
svg .range { stroke: var(--main); stroke-width: 2; opacity: .55; } svg .dot { fill: var(--main); }
svg .line { fill: none; stroke: var(--main); stroke-width: 2; } svg .lead { stroke: var(--line); stroke-width: 1; }
.good { fill: var(--good); } .fair { fill: var(--fair); } .open { fill: var(--open); } .none { fill: var(--none); }
.bad { fill: var(--bad); }
details { background: var(--card); border-radius: 6px; padding: 6px 12px; margin: 6px 0; } summary { cursor: pointer; }
.error { border-top: 1px solid var(--line); padding: 8px 0; font-size: 14px; } .error:first-of-type { border: 0; }
.quote { color: var(--soft); overflow-wrap: anywhere; } mark { background: #ffd86b; color: #1f2328; padding: 0 2px; }
code { font-size: 13px; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page_of(about: Mapping[str, JSONValue], summaries: Sequence[Summary], results: Sequence[Result]) -> str:
    """The whole page."""
    samples = about.get("samples")
    named = ", ".join(map(str, samples)) if isinstance(samples, list) else ""
    told = [f"gouji {about.get('gouji')}", str(about.get("made")), named]
    if about.get("model"):
        told.append(f"model: {about['model']}")
    body = [
        "<h1>gouji eval</h1>",
        f'<p class="soft">{escape(" · ".join(one for one in told if one))}</p>',
        f'<p class="soft">Intervals: {escape(str(about.get("intervals")))}. docs/eval.md defines every rate.</p>',
        _overview(summaries),
    ]
    for summary in summaries:
        body.append(_reader(summary))
        body.append(_errors([one for one in results if one.reader == summary.reader]))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>gouji eval</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _overview(summaries: Sequence[Summary]) -> str:
    heads = ("reader", "reports", "failed", "whole", "printed", "right", "right, disputed", "loudly wrong", "missed")
    rows = []
    for one in summaries:
        total, counts = one.total, one.total.counts
        rows.append(
            [
                escape(one.reader),
                *(str(count) for count in (total.reports, total.failed, total.whole, total.printed)),
                f"{percent(total.right)} %",
                *(str(counts[kind]) for kind in (Outcome.RIGHT_DISPUTED, Outcome.DISPUTED, Outcome.MISSED)),
                _harm(counts[Outcome.SILENTLY_WRONG]),
                _harm(_made_up(total)),
                f"{percent(total.harmed)} %",
            ]
        )
    plot = bars([Bar(one.reader, _parts(one.total)) for one in summaries], title="what became of the printed cells")
    return _table((*heads, "silently wrong", "made up", "reports with any"), rows) + plot


def _parts(rates: Rates) -> list[tuple[str, int, str]]:
    counts = rates.counts
    return [
        ("right", counts[Outcome.RIGHT], "good"),
        ("right, disputed", counts[Outcome.RIGHT_DISPUTED], "fair"),
        ("loudly wrong", counts[Outcome.DISPUTED], "open"),
        ("missed", counts[Outcome.MISSED], "none"),
        ("silently wrong", counts[Outcome.SILENTLY_WRONG], "bad"),
    ]


def _reader(summary: Summary) -> str:
    parts = [f"<h2>{escape(summary.reader)}</h2>"]
    for dimension, groups in summary.by.items():
        if len(groups) < 2:
            continue
        parts.append(f"<h3>Printed cells that are right, by {escape(dimension)}</h3>")
        shown_ = [Dot(one.name, one.right, f"{one.printed} cells, {one.reports} rep.") for one in groups]
        parts.append(dots(shown_, title=f"right by {dimension}"))
        parts.append(bars([Bar(one.name, _parts(one)) for one in groups], title=f"outcomes by {dimension}"))
        if any(one.harm for one in groups):
            rows = [
                [
                    escape(one.name),
                    _harm(one.counts[Outcome.SILENTLY_WRONG]),
                    _harm(_made_up(one)),
                    f"{percent(one.harmed)} %",
                ]
                for one in groups
                if one.harm
            ]
            parts.append(_table((dimension, "silently wrong", "made up", "reports with any"), rows))
    parts.append("<h3>What is said of a cell, and how often it is so</h3>")
    for kind, calibrated in summary.calibration.items():
        drawn = [Dot(one.name, one.rate, f"{one.cells} cells") for one in calibrated]
        if drawn:
            parts.append(f'<p class="soft">by {escape(kind)}</p>' + dots(drawn, title=f"right by {kind}"))
    parts.append("<h3>Risk against coverage</h3>")
    parts.append(
        '<p class="soft">Taking first what the program vouches for most: how many of the printed cells have a value '
        "then, and how many of all values given are wrong.</p>"
    )
    points = [
        Point(f"{one.trust.value} ({one.wrong} of {one.given})", one.covered, one.risk) for one in summary.coverage
    ]
    parts.append(curve(points, title="risk against coverage", x_title="printed cells covered", y_title="wrong"))
    parts.append(_told(summary))
    return "\n".join(parts)


def _made_up(rates: Rates) -> int:
    return rates.counts[Outcome.INVENTED] + rates.counts[Outcome.UNEXPECTED]


def _told(summary: Summary) -> str:
    found, counts, usage = summary.findings, summary.total.counts, summary.usage
    form, year, organ = summary.known
    rows = [
        ["blank cells left blank", str(counts[Outcome.LEFT_BLANK])],
        ["blank cells rightly derived", str(counts[Outcome.DERIVED_RIGHT])],
        ["blank cells with a disputed figure", str(counts[Outcome.BLANK_DISPUTED])],
        ["blank cells with an invented figure", _harm(counts[Outcome.INVENTED])],
        ["blank cells of documents that failed", str(counts[Outcome.BLANK_UNREAD])],
        ["cells not on the page, rightly worked out", str(counts[Outcome.EXTRA])],
        ["cells not on the page, made up", _harm(counts[Outcome.UNEXPECTED])],
        ["identities that the sources break, told", f"{found.told} of {found.broken}"],
        ["identities told as broken that hold", str(found.false_alarms)],
        ["misprints that an identity shows, located", f"{found.located} of {found.misprints}"],
        ["misprints that no identity shows", str(found.hidden)],
        ["suspects named rightly", f"{found.blamed_rightly} of {found.suspects}"],
        ["form, year and body right", f"{form}, {year}, {organ} of {summary.total.reports}"],
    ]
    if usage.llm_calls or usage.prompt_tokens or summary.unasked:
        cost = "no prices set" if usage.cost is None else f"{usage.cost:.4f}"
        rows.append(["calls to the model", str(usage.llm_calls)])
        rows.append(["tokens sent, received", f"{usage.prompt_tokens}, {usage.completion_tokens}"])
        rows.append(["cost", cost])
        rows.append(["cells that could not be asked for", str(summary.unasked)])
    return "<h3>And besides</h3>" + _table(("", ""), rows)


def _errors(results: Sequence[Result]) -> str:
    errors = ordered(results)
    parts = ["<h3>Errors</h3>"]
    if not errors.cells and not errors.failed:
        return parts[0] + "<p>None.</p>"
    for result in errors.failed:
        reason = (result.failed or "").partition("\n")[0]
        parts.append(f'<p><span class="harm">failed</span> {_safe(result.report)}: {_safe(reason)}</p>')
    by_outcome: dict[Outcome, list[tuple[Result, CellRow]]] = {}
    for result, row in errors.cells[:MOST_ERRORS]:
        by_outcome.setdefault(row.outcome, []).append((result, row))
    for outcome, rows in by_outcome.items():
        all_ = sum(row.outcome is outcome for _, row in errors.cells)
        opened = " open" if rows[0][1].harmful else ""
        parts.append(f"<details{opened}><summary>{outcome.value.replace('_', ' ')}: {all_}</summary>")
        parts += [_error(result, row) for result, row in rows]
        if len(rows) < all_:
            parts.append(f'<p class="soft">and {all_ - len(rows)} more: gouji eval show</p>')
        parts.append("</details>")
    return "\n".join(parts)


def _error(result: Result, row: CellRow) -> str:
    gold = shown(row.gold) if row.gold is not None else "blank" if row.on_page else "not on the page"
    others = f", or {', '.join(shown(one) for one in row.alternatives)}" if row.alternatives else ""
    told = f"gold <b>{escape(gold)}</b>, got <b>{escape(shown(row.got))}</b>{escape(others)}, {row.status.value}"
    place = ""
    if row.before or row.evidence or row.after:
        beside = "beside it: " if row.near else ""
        quote = f"{beside}…{_safe(row.before)}<mark>{_safe(row.evidence)}</mark>{_safe(row.after)}…"
        place = f'<div class="quote">{quote}</div>'
    because = f'<div class="soft">{_safe(row.because)}</div>' if row.because else ""
    label = _safe(label_of(result.form, row.cell))
    head = f"<b>{_safe(result.report)}</b> <code>{_safe(row.cell)}</code> {label}"
    return f'<div class="error">{head}<div>{told}</div>{place}{because}</div>'


def _safe(text: str) -> str:
    return escape(printable(text))


def _harm(count: int) -> str:
    return f'<span class="harm">{count}</span>' if count else "0"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """`rows`: HTML already."""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    lines = "".join("<tr>" + "".join(f"<td>{one}</td>" for one in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{lines}</table></div>'
