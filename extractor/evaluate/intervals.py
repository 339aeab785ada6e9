"""How sure a measured rate is, when cells stand or fall together report by report.

Cells of one report are not independent: one misread row costs seven. So the report is the unit everywhere. Rates are
ratios of sums over reports; their intervals come from drawing reports with replacement (the cluster bootstrap: Davison
and Hinkley, Bootstrap Methods and their Application, 1997, 2.4 and 3.8; Cameron, Gelbach and Miller, Review of
Economics and Statistics 90, 2008), as percentiles. Two runs over the same reports are compared by flipping the signs
of the reports' differences at random (a paired randomisation test: Fisher 1935; for language systems Yeh, COLING 2000;
Dror and others, ACL 2018), with the p-value counted as Phipson and Smyth (2010) ask for, never 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

__all__ = ["LEVEL", "RESAMPLES", "Interval", "difference", "proportion", "ratio", "sign_flip"]

LEVEL = 0.95
RESAMPLES = 2000
_EXACT = 12  # so many differing reports and fewer: all sign flips are tried
_Z = 1.959964  # of 95 %
_SEED = 20_260_101
_BLOCK = 2_000_000  # numbers drawn at once: 16 MB


@dataclass(frozen=True, slots=True)
class Interval:
    """A rate and its interval, all from 0 to 1 (a difference: from -1 to 1); None where nothing can be said."""

    rate: float | None
    low: float | None = None
    high: float | None = None

    def to_list(self) -> list[float | None]:
        return [None if one is None else round(one, 6) for one in (self.rate, self.low, self.high)]


def ratio(parts: Sequence[int], wholes: Sequence[int]) -> Interval:
    """The rate sum(parts) / sum(wholes) over reports, a part and a whole for each.

    One report alone gives no interval. Where all reports say the same (every cell right), resampling would give an
    interval of no width; then the exact binomial bound (Clopper and Pearson 1934) is taken as if each report were one
    trial: as wide as if the cells of a report always stood or fell together, which is the careful end.
    """
    pairs = [(part, whole) for part, whole in zip(parts, wholes, strict=True) if whole]
    total = sum(whole for _, whole in pairs)
    if not total:
        return Interval(None)
    rate = sum(part for part, _ in pairs) / total
    if len(pairs) < 2:
        return Interval(rate)
    if rate in (0.0, 1.0):
        bound = 1 - ((1 - LEVEL) / 2) ** (1 / len(pairs))
        return Interval(rate, 0.0, bound) if rate == 0.0 else Interval(rate, 1 - bound, 1.0)
    import numpy

    weights = _weights(len(pairs))
    above = weights @ numpy.array([part for part, _ in pairs], dtype=float)
    below = weights @ numpy.array([whole for _, whole in pairs], dtype=float)
    return Interval(rate, *_percentiles(above / below))


def proportion(part: int, whole: int) -> Interval:
    """The rate part / whole of things that are independent, such as reports: Wilson's score interval (Journal of the
    American Statistical Association 22, 1927)."""
    if not whole:
        return Interval(None)
    rate = part / whole
    middle = (rate + _Z**2 / (2 * whole)) / (1 + _Z**2 / whole)
    half = _Z / (1 + _Z**2 / whole) * math.sqrt(rate * (1 - rate) / whole + (_Z / (2 * whole)) ** 2)
    return Interval(rate, max(0.0, middle - half), min(1.0, middle + half))


def difference(before: Sequence[int], after: Sequence[int], wholes: Sequence[int]) -> Interval:
    """How much higher the rate of `after` is than that of `before`, over the same reports."""
    triples = [one for one in zip(before, after, wholes, strict=True) if one[2]]
    total = sum(whole for _, _, whole in triples)
    if not total:
        return Interval(None)
    change = [new - old for old, new, _ in triples]
    rate = sum(change) / total
    if len(triples) < 2:
        return Interval(rate)
    import numpy

    weights = _weights(len(triples))
    drawn = (weights @ numpy.array(change, dtype=float)) / (
        weights @ numpy.array([whole for _, _, whole in triples], dtype=float)
    )
    return Interval(rate, *_percentiles(drawn))


def sign_flip(changes: Sequence[int], *, resamples: int = 10_000) -> float:
    """The two-sided p-value of the reports' `changes` adding up to so much, if either sign were as likely in each.

    Exact for up to 12 reports that changed at all; the smallest p-value with n of them is 2 / 2**n. 1.0 for none.
    """
    moved = [one for one in changes if one]
    if not moved:
        return 1.0
    import numpy

    observed = abs(sum(moved))
    steps = numpy.array(moved, dtype=float)
    if len(moved) <= _EXACT:
        bits = (numpy.arange(2 ** len(moved))[:, None] >> numpy.arange(len(moved))) & 1
        return float(numpy.mean(numpy.abs((2 * bits - 1) @ steps) >= observed - 1e-9))
    rng = numpy.random.default_rng(_SEED)
    reached = 0
    block = max(1, _BLOCK // len(moved))
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        signs = 2.0 * rng.integers(0, 2, (size, len(moved))) - 1
        reached += int(numpy.sum(numpy.abs(signs @ steps) >= observed - 1e-9))
    return (reached + 1) / (resamples + 1)


@cache
def _weights(reports: int) -> "NDArray[numpy.float64]":
    """How often each report is drawn, in every resample; the same for all rates over as many reports."""
    import numpy

    rng = numpy.random.default_rng(_SEED)
    return rng.multinomial(reports, [1 / reports] * reports, size=RESAMPLES).astype(float)


def _percentiles(drawn: "NDArray[numpy.float64]") -> tuple[float, float]:
    import numpy

    low, high = numpy.percentile(drawn, [100 * (1 - LEVEL) / 2, 100 * (1 + LEVEL) / 2])
    return float(low), float(high)
