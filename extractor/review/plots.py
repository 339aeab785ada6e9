"""The plots of the overview and of a body, as inline SVG.

The bars of a table stand in its cells, beside the numbers that they draw: the table is what a screen reader reads, the
drawing is left out of it. Bars begin at 0. The panels of a body are drawings of their own, with their table below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from extractor.deliver.svg import nice_step, svg_open, svg_text, text_width
from extractor.evaluate.intervals import Interval
from extractor.report import Number

__all__ = ["BAR_WIDTH", "HATCH", "Column", "Panel", "axis", "bar", "panel", "scale_of", "stack"]

BAR_WIDTH = 300
HATCH = (
    '<svg width="0" height="0" aria-hidden="true" focusable="false"><defs><pattern id="hatch" width="6" height="6" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="2.5" height="6"/></pattern>'
    "</defs></svg>"
)
"""The pattern of bars that are disputed; to stand once in a page with panels."""
_FEWEST = 4
_EDGE = 14
_ROW = 20
_LEFT, _TOP, _BOTTOM = 44, 34, 26
_COLUMN = 39
_LEAST_WIDTH = 210
_PLOT = 104


def scale_of(values: Sequence[float], *, most: float | None = None) -> float:
    """Where an axis for `values` ends: at the next tick. `most`: of shares, the largest there can be; without it they
    are counts, and no tick is a fraction."""
    largest = max(values, default=0.0) or 1.0
    largest = max(largest, _FEWEST) if most is None else largest
    step = nice_step(largest)
    end = step * -(-largest // step)
    return end if most is None else min(end, most)


def axis(end: float, *, percent: bool) -> str:
    """The ticks of bars that end at `end`, to stand over them."""
    out = [svg_open(BAR_WIDTH, 16, None)]
    for value in _ticks(end):
        word = f"{100 * value:g} %" if percent else _brief(value)
        out.append(svg_text(_x(value, end), 12, word, "middle", "tick"))
    return "".join([*out, "</svg>"])


def bar(value: float | None, end: float, interval: Interval | None = None, *, kind: str = "main") -> str:
    """A bar from 0, with its interval as a line through its end; an empty row where there is no value."""
    out = [svg_open(BAR_WIDTH, _ROW, None), *_grid(end)]
    if value is not None:
        out.append(_rect(kind, _EDGE, 4, max(_x(value, end) - _EDGE, 1.5 if value else 0), 12))
    if interval is not None and interval.low is not None and interval.high is not None:
        low, high = _x(interval.low, end), _x(min(interval.high, end), end)
        out.append(f'<path class="whisker" d="M{low:.1f} 10H{high:.1f}M{low:.1f} 6.5v7M{high:.1f} 6.5v7"/>')
    return "".join([*out, "</svg>"])


def stack(parts: Sequence[tuple[str, int, str]], end: float | None = None) -> str:
    """Parts side by side: (name, count, class of its colour). They fill the row, or are drawn on the scale of `end`."""
    whole = float(sum(count for _, count, _ in parts)) or 1.0
    out = [svg_open(BAR_WIDTH, _ROW, None), *_grid(end or 1.0)]
    left = float(_EDGE)
    for name, count, kind in parts:
        if count:
            size = (BAR_WIDTH - 2 * _EDGE) * count / (end or whole)
            out.append(_rect(kind, left, 3, max(size, 1.0), 14, f"{name}: {count:,} ({100 * count / whole:.1f} %)"))
            left += size
    return "".join([*out, "</svg>"])


@dataclass(frozen=True, slots=True)
class Column:
    """A year of a panel. `value` None: nothing is known, and `word` says why. `told`: what is shown on pointing."""

    year: int
    value: Number | None
    sure: bool = True
    word: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure over the years. `end`: of the scale, the same for all panels of a group. `breaks`: the columns (by
    number) before which this year does not go on from the last; `editions`: those with which another form begins.
    `broken`, `edition`: what these marks mean, in words."""

    title: str
    columns: Sequence[Column]
    end: float
    breaks: frozenset[int] = frozenset()
    editions: frozenset[int] = frozenset()
    described: str = ""


def panel(one: Panel) -> str:
    """Upright bars from 0, one for each year, with their figures; hatched where the figure is disputed."""
    width = max(_LEAST_WIDTH, _LEFT + _COLUMN * len(one.columns) + 8)
    height = _TOP + _PLOT + _BOTTOM
    floor = _TOP + _PLOT

    def y(value: float) -> float:
        return floor - _PLOT * min(max(value, 0.0), one.end) / one.end

    out = [svg_open(width, height, f"{one.title}: {one.described}" if one.described else one.title)]
    out.append(svg_text(0, 13, one.title, kind="title"))
    for value in _ticks(one.end):
        kind = "base" if not value else "grid"
        out.append(f'<line class="{kind}" x1="{_LEFT}" x2="{width}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        out.append(svg_text(_LEFT - 5, y(value) + 4, _brief(value), "end", "tick"))
    size = _COLUMN - 13
    for number, column in enumerate(one.columns):
        left = _LEFT + 4 + _COLUMN * number
        middle = left + _COLUMN / 2
        if number in one.editions:
            out.append(f'<line class="edition" x1="{left}" x2="{left}" y1="{_TOP - 4}" y2="{floor + 4}"/>')
        if number in one.breaks:
            out.append(f'<line class="break" x1="{left}" x2="{left}" y1="{_TOP - 4}" y2="{floor + 4}"/>')
            out.append(svg_text(left, _TOP - 7, "≠", "middle", "break"))
        out.append(svg_text(middle, floor + 17, str(column.year), "middle", "tick"))
        if column.value is None:
            out.append(svg_text(middle, floor - 5, column.word or "–", "middle", "none"))
            continue
        top = y(float(column.value))
        kind = "main" if column.sure else "doubted"
        out.append(_rect(kind, middle - size / 2, top, size, floor - top, column.told or f"{column.value:,}"))
        word = _brief(float(column.value)) if text_width(f"{column.value:,}", 11) > _COLUMN else f"{column.value:,}"
        out.append(svg_text(middle, top - 4, word, "middle", "value"))
    return "".join([*out, "</svg>"])


def _ticks(end: float) -> list[float]:
    step = nice_step(end)
    return [step * part for part in range(round(end / step) + 1) if step * part <= end * 1.0001]


def _x(value: float, end: float) -> float:
    return _EDGE + (BAR_WIDTH - 2 * _EDGE) * min(max(value, 0.0), end) / end


def _grid(end: float) -> list[str]:
    lines = ((_x(value, end), "base" if not value else "grid") for value in _ticks(end))
    return [f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_ROW}"/>' for x, kind in lines]


def _rect(kind: str, x: float, y: float, width: float, height: float, told: str = "") -> str:
    # A pattern is named in the drawing: in a style sheet of another address it would not be found.
    fill = ' fill="url(#hatch)"' if kind == "doubted" else ""
    shape = f'<rect class="{kind}"{fill} x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f"{shape}><title>{escape(told)}</title></rect>" if told else f"{shape}/>"


def _brief(value: float) -> str:
    """A figure in few characters: 12,500 as 12.5k."""
    for size, unit in ((1_000_000, "M"), (10_000, "k")):
        if abs(value) >= size:
            return f"{Decimal(str(round(value / (size if unit == 'M' else 1000), 1))).normalize():f}{unit}"
    return f"{value:,g}"
