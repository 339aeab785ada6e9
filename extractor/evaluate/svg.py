"""The plots of a run's page as inline SVG: no library, no network, and text that can be copied."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from extractor.deliver.svg import nice_step, svg_open, svg_text
from extractor.evaluate.intervals import Interval

__all__ = ["Bar", "Dot", "Point", "bars", "curve", "dots"]

WIDTH = 820
_LABEL = 190
_ROW = 24
_RIGHT = 230


@dataclass(frozen=True, slots=True)
class Bar:
    """One stacked bar: (name of the part, count, class of its colour)."""

    label: str
    parts: Sequence[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class Dot:
    """A rate with its interval; `note` stands at the right."""

    label: str
    interval: Interval
    note: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve, both from 0 to 1."""

    label: str
    x: float
    y: Interval


def bars(rows: Sequence[Bar], *, title: str) -> str:
    """Stacked bars, each as wide as the plot; a legend below."""
    height = _ROW * len(rows) + 44
    plot = WIDTH - _LABEL - 20
    out = [svg_open(WIDTH, height, title)]
    for number, row in enumerate(rows):
        top = number * _ROW + 4
        out.append(svg_text(_LABEL - 8, top + 14, row.label, "end"))
        whole = max(1, sum(count for _, count, _ in row.parts))
        left = float(_LABEL)
        for name, count, kind in row.parts:
            if not count:
                continue
            # What must not happen is never too small to be seen.
            size = max(2.0, plot * count / whole) if kind == "bad" else plot * count / whole
            size = min(size, _LABEL + plot - left) if kind != "bad" else size
            told = f"{name}: {count} ({100 * count / whole:.2f} %)"
            out.append(
                f'<rect class="{kind}" x="{left:.1f}" y="{top}" width="{size:.1f}" height="18">'
                f"<title>{escape(told)}</title></rect>"
            )
            left += size
    names = {name: kind for row in rows for name, _, kind in row.parts}
    left, top = float(_LABEL), len(rows) * _ROW + 14
    for name, kind in names.items():
        out.append(f'<rect class="{kind}" x="{left:.0f}" y="{top}" width="12" height="12"/>')
        out.append(svg_text(left + 16, top + 11, name))
        left += 34 + 7.2 * len(name)
    return "".join([*out, "</svg>"])


def dots(rows: Sequence[Dot], *, title: str) -> str:
    """Rates as dots with their intervals, on an axis that begins where it must for all to be seen."""
    lows = [one for row in rows for one in (row.interval.low, row.interval.rate) if one is not None]
    least = _floor(min(lows, default=0.0))
    height = _ROW * len(rows) + 34
    plot = WIDTH - _LABEL - _RIGHT

    def x(value: float) -> float:
        return _LABEL + plot * (value - least) / (1 - least)

    out = [svg_open(WIDTH, height, title)]
    for tick in _ticks(least):
        out.append(f'<line class="grid" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="0" y2="{_ROW * len(rows)}"/>')
        out.append(svg_text(x(tick), _ROW * len(rows) + 16, f"{100 * tick:g} %", "middle", "tick"))
    for number, row in enumerate(rows):
        middle = number * _ROW + 12
        out.append(svg_text(_LABEL - 8, middle + 4, row.label, "end"))
        rate, low, high = row.interval.rate, row.interval.low, row.interval.high
        if rate is None:
            out.append(svg_text(_LABEL + 4, middle + 4, "nothing to measure", kind="tick"))
            continue
        if low is not None and high is not None:
            out.append(f'<line class="range" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{middle}" y2="{middle}"/>')
        out.append(f'<circle class="dot" cx="{x(rate):.1f}" cy="{middle}" r="4"/>')
        out.append(svg_text(WIDTH - _RIGHT + 12, middle + 4, f"{100 * rate:.1f} % · {row.note}", kind="tick"))
    return "".join([*out, "</svg>"])


def curve(points: Sequence[Point], *, title: str, x_title: str, y_title: str) -> str:
    """Points joined in their order, with intervals upright."""
    height, left, bottom, top = 300, 70, 44, 16
    width = WIDTH - left - 170
    peaks = [one for point in points for one in (point.y.high, point.y.rate) if one is not None]
    most = max([0.001, *peaks]) * 1.1

    def at(x: float, y: float) -> tuple[float, float]:
        return left + width * x, top + (height - top - bottom) * (1 - min(y, most) / most)

    out = [svg_open(WIDTH, height, title)]
    step = nice_step(most)
    quarters = ((part, at(part / 4, 0)[0]) for part in range(5))
    out += [svg_text(x, height - bottom + 16, f"{25 * part} %", "middle", "tick") for part, x in quarters]
    for part in range(int(most / step) + 1):
        y = step * part
        out.append(
            f'<line class="grid" x1="{left}" x2="{left + width}" y1="{at(0, y)[1]:.1f}" y2="{at(0, y)[1]:.1f}"/>'
        )
        out.append(svg_text(left - 6, at(0, y)[1] + 4, f"{100 * y:.4g} %", "end", "tick"))
    out.append(svg_text(left + width / 2, height - 8, x_title, "middle"))
    out.append(f'<g transform="rotate(-90 12 {height / 2:.0f})">{svg_text(12, height / 2, y_title, "middle")}</g>')
    drawn = [(point, *at(point.x, point.y.rate)) for point in points if point.y.rate is not None]
    if len(drawn) > 1:
        out.append(f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for _, x, y in drawn)}"/>')
    taken: list[float] = []
    for point, x, y in drawn:
        low, high = point.y.low, point.y.high
        if low is not None and high is not None:
            out.append(
                f'<line class="range" x1="{x:.1f}" x2="{x:.1f}" y1="{at(0, low)[1]:.1f}" y2="{at(0, high)[1]:.1f}"/>'
            )
        out.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(point.label)}</title></circle>')
        beside = min(y, height - bottom - 6)
        while any(abs(beside - other) < 14 for other in taken):
            beside -= 14
        taken.append(beside)
        out.append(f'<line class="lead" x1="{x + 5:.1f}" y1="{y:.1f}" x2="{left + width + 8}" y2="{beside:.1f}"/>')
        out.append(svg_text(left + width + 10, beside + 4, point.label, kind="tick"))
    return "".join([*out, "</svg>"])


def _floor(least: float) -> float:
    """Where the axis begins, so that the least still has room."""
    return next((one for one in _STEPS if least > one), 0.0)


# Where an axis begins, and the distance of its ticks.
_STEPS = {0.98: 0.005, 0.9: 0.02, 0.75: 0.05, 0.5: 0.1, 0.0: 0.2}


def _ticks(least: float) -> list[float]:
    step = _STEPS[least]
    return [least + step * part for part in range(round((1 - least) / step) + 1)]
