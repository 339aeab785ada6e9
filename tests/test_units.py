"""Printed units: exact in the form's unit, or nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.parse.units import scaled
from extractor.read.figures import read_figure
from extractor.report import Number


@pytest.mark.parametrize(
    ("value", "printed", "form", "expected"),
    [
        (15000, "元", "万元", Decimal("1.5")),
        (Decimal("1.25"), "亿元", "万元", 12500),
        (Decimal("1.25"), "亿", "万元", 12500),
        (3, "万", "万元", 3),
        (3, "万元", "万元", 3),
        (4, "千元", "万元", Decimal("0.4")),
        (5, "百元", "万元", Decimal("0.05")),
        (2, "百万元", "万元", 200),
        (Decimal("12.50"), None, "万元", Decimal("12.50")),
        (Decimal("1.5"), "万元", "元", 15000),
        (4, "千", "元", 4000),
        (1, "元", "亿元", Decimal("0.00000001")),
        (Decimal("1.2"), "万件", None, 12000),
        (Decimal("1.2"), "万件", "件", 12000),
        (3, "万", "件", 30000),
        (4, "千件", "条", 4000),
        (2, "千万", None, 20_000_000),
        (5, "件", None, 5),
        (5, "人次", "件", 5),
        (-18, "项", "项", -18),
        (0, "元", "万元", 0),
        (7, None, None, 7),
    ],
)
def test_scaled(value: Number, printed: str | None, form: str | None, expected: Number) -> None:
    result = scaled(value, printed, form)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("value", "printed", "form"),
    [
        (4, "千", "万元"),
        (5, "件", "万元"),
        (5, "元", "件"),
        (5, "万元", None),
        (5, "$", "万元"),
        (5, "美元", "万元"),
        (5, "", "万元"),
        (Decimal("1.23456"), "万件", "件"),
        (Decimal("1.5"), "件", None),
    ],
)
def test_what_cannot_be_told(value: Number, printed: str | None, form: str | None) -> None:
    assert scaled(value, printed, form) is None


@given(st.decimals(0, 10**17, places=6), st.sampled_from(["元", "千元", "万元", "亿元"]))
def test_money_keeps_every_digit(value: Decimal, printed: str) -> None:
    there = scaled(value, printed, "万元")
    assert there is not None
    assert scaled(there, "万元", printed) == value


@pytest.mark.parametrize(("text", "expected"), [("15000元", Decimal("1.5")), ("1.25亿元", 12500), ("３万", 3)])
def test_from_a_cell(text: str, expected: Number) -> None:
    figure = read_figure(text)
    assert figure.value is not None
    assert scaled(figure.value, figure.unit, "万元") == expected
