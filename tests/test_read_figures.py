"""The number reader: right, or words with a note."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.read.figures import FIGURE, Figure, FigureKind, chinese_number, joined_figure, parse_number, read_figure
from extractor.read.fold import fold

WHOLE = st.integers(0, 10**15)
WIDE = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")


def number(text: str, *, join: bool = False) -> Figure:
    figure = read_figure(text, join=join)
    assert figure.kind is FigureKind.NUMBER, figure
    return figure


@pytest.mark.parametrize(
    ("text", "value", "printed", "unit"),
    [
        ("0", 0, "0", None),
        ("０", 0, "０", None),
        ("  12\xa0", 12, "12", None),
        ("0件", 0, "0", "件"),
        ("1,234", 1234, "1,234", None),
        ("1，234", 1234, "1，234", None),
        ("12,345,678.5", Decimal("12345678.5"), "12,345,678.5", None),
        ("251000元", 251000, "251000", "元"),
        ("24252.311082", Decimal("24252.311082"), "24252.311082", None),
        ("73802895.90元", Decimal("73802895.9"), "73802895.90", "元"),
        ("(单位:万元)7730.28", Decimal("7730.28"), "7730.28", "万元"),
        ("（单位：万元）7730.28", Decimal("7730.28"), "7730.28", "万元"),
        ("7730.28（万元）", Decimal("7730.28"), "7730.28", "万元"),
        ("人民币12元", 12, "12", "元"),
        ("¥12", 12, "12", None),
        ("-18", -18, "-18", None),
        ("－18", -18, "－18", None),
        ("−18项", -18, "−18", "项"),
        ("+7", 7, "+7", None),
        ("12.0", 12, "12.0", None),
        ("０.００", 0, "０.００", None),
        (".5", Decimal("0.5"), ".5", None),
        ("12人次", 12, "12", "人次"),
        ("3;", 3, "3", None),
        ("5。", 5, "5", None),
    ],
)
def test_figures(text: str, value: int | Decimal, printed: str, unit: str | None) -> None:
    figure = number(text)
    assert figure.value == value
    assert text[figure.start : figure.end] == printed
    assert figure.unit == unit
    assert figure.note is None


@pytest.mark.parametrize(
    ("text", "value", "note"),
    [
        ("8件(撤销1件、警告7件)", 8, "other figures follow: (撤销1件、警告7件)"),
        ("8件,其中撤销1件", 8, "other figures follow: ,其中撤销1件"),
        ("3（含上年1）", 3, "other figures follow: (含上年1)"),
        ("3（含上年结转）", 3, "words follow: (含上年结转)"),
        ("约200", 200, "printed with 约"),
        ("500余件", 500, "printed with 余"),
        ("200左右", 200, "printed with 左右"),
        ("减18", -18, "printed as 减18"),
        ("减少18项", -18, "printed as 减少18"),
        ("增7", 7, "printed as 增7"),
        ("下降18", -18, "printed as 下降18"),
        ("↓18", -18, "printed as ↓18"),
        ("▼18", -18, "printed as ▼18"),
        ("上升2", 2, "printed as 上升2"),
        ("4↑", 4, "marked ↑"),
        ("5*", 5, "marked *"),
        ("5①", 5, "marked ①"),
        ("5[1]", 5, "marked [1]"),
        ("5²", 5, "marked ²"),
        ("5₁", 5, "marked ₁"),
        ("12（注）", 12, "marked (注)"),
    ],
)
def test_what_stands_beside_is_noted(text: str, value: int, note: str) -> None:
    figure = number(text)
    assert (figure.value, figure.note) == (value, note)


def test_a_multiplier_is_a_unit_and_never_applied() -> None:
    assert (number("1.5万").value, number("1.5万").unit) == (Decimal("1.5"), "万")
    assert (number("1.5万件").value, number("1.5万件").unit) == (Decimal("1.5"), "万件")
    assert (number("5万余元").value, number("5万余元").unit) == (5, "万元")
    assert (number("4千").value, number("4千").unit) == (4, "千")
    assert (number("4千件").value, number("4千件").unit) == (4, "千件")
    assert (number("$4").value, number("$4").unit) == (4, "$")


@pytest.mark.parametrize(
    "text", ["约1200", "大约3", "近50", "将近50", "80余件", "80多", "5万余元", "200左右", "约 12件"]
)
def test_approximate_figures_say_so(text: str) -> None:
    assert number(text).approximate


@pytest.mark.parametrize("text", ["12", "共3项", "3件（含上年约1件）", "减18", "一千二百"])
def test_exact_figures_do_not(text: str) -> None:
    assert not number(text).approximate


@pytest.mark.parametrize("text", ["", " ", "\xa0", "\u3000\n", "&nbsp;", "&nbsp;&nbsp;", "\u200b", "____"])
def test_blank(text: str) -> None:
    figure = read_figure(text)
    assert figure.kind is FigureKind.BLANK
    assert figure.start == figure.end


@pytest.mark.parametrize("text", ["不适用", "/", "-", "--", "—", "——", "无", "无。", "N/A", "（不适用）", " / ", "- -"])
def test_not_applicable_says_what_was_printed(text: str) -> None:
    figure = read_figure(text)
    assert figure.kind is FigureKind.NOT_APPLICABLE
    assert figure.value is None
    assert figure.note == fold(text).strip()
    assert text[figure.start : figure.end] == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "2.没有现成信息",
        "2.",
        "2、重复申请",
        "(2)",
        "（一）",
        "一、",
        "5属于国家秘密",
        "第3",
        "第二十条",
        "2023年",
        "3个工作日",
        "12%",
        "12.5%",
        "2 0",
        "1 234",
        "12\n34",
        "1\u200b2",
        "2648-18538",
        "+7-2",
        "1,23",
        "1,2",
        "1,234,5",
        "1.234.567",
        "0;0",
        "1、2",
        "0-",
        "1/2",
        "00",
        "007",
        "1" * 40,
        "9" * 5000,
        "一",
        "○",
        "规章",
        "O",
        "l234",
        "8O",
        "1e3",
        "=1+1",
        "@SUM(1)",
        "+1+1",
        "一18",
        "— 18 —",
        "4↓",
        "▲4",
        "www.a123",
        "电话8765432",
        "见附件2",
        "共3项已划转",
        "免征5项",
        "12万5000元",
        "4千5百",
        "5\v1",
        "⁴",
        "不足5",
        "十二点五",
        "l2",
        "三安全一稳定",
        "|",
        "٣",
        "\ud800",
        "1\ufffd2",
    ],
)
def test_words(text: str) -> None:
    figure = read_figure(text)
    assert figure.kind is FigureKind.TEXT
    assert figure.value is None


@pytest.mark.parametrize(
    ("text", "value", "printed"),
    [
        ("1 234", 1234, "1 234"),
        (" 12\xa0345 678 件", 12345678, "12\xa0345 678"),
        ("- 1 234.5", Decimal("-1234.5"), "- 1 234.5"),
        ("12", 12, "12"),
    ],
)
def test_thousands_are_joined_on_request(text: str, value: int | Decimal, printed: str) -> None:
    figure = number(text, join=True)
    assert figure.value == value
    assert text[figure.start : figure.end] == printed
    assert (figure.note is not None and figure.note.startswith("spaces inside")) == (text != "12")
    assert joined_figure(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("2 0", "5 1", "12 34", "1  234", "1\n234", "1\v234", "1234 567", "1 2345", "0 123", "1 234 5", "5 1 234"),
        *("1.5 234", "1 234,5", "0 7", "2648 -18538", "1, 234"),
    ],
)
def test_two_figures_are_never_joined(text: str) -> None:
    assert read_figure(text, join=True).kind is FigureKind.TEXT


@pytest.mark.parametrize(
    ("text", "value", "printed"),
    [
        ("2 0", 20, "2 0"),
        (" 1 2 . 5 万元", Decimal("12.5"), "1 2 . 5"),
        ("1, 234 件", 1234, "1, 234"),
        ("- 1 8", -18, "- 1 8"),
        ("１　２", 12, "１　２"),
        ("1\u200b2", 12, "1\u200b2"),
    ],
)
def test_what_a_torn_figure_would_be(text: str, value: int | Decimal, printed: str) -> None:
    figure = joined_figure(text)
    assert figure is not None
    assert figure.value == value
    assert text[figure.start : figure.end] == printed
    assert figure.note is not None
    assert figure.note.startswith("spaces inside")


@pytest.mark.parametrize(
    "text", ["12", "1 234", "", "规 章", "1\n2", "1\v2", "0 7", "2648 -18538", "3 件 1 件", "1 " * 40]
)
def test_nothing_to_join(text: str) -> None:
    assert joined_figure(text) is None


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("十二件", 12, "件"),
        ("二十", 20, None),
        ("〇", 0, None),
        ("零件", 0, "件"),
        ("一件", 1, "件"),
        ("两千零五", 2005, None),
        ("一千二百三十四", 1234, None),
        ("二〇二三", 2023, None),
        ("三万", 30000, None),
        ("三万件", 30000, "件"),
        ("五千元", 5000, "元"),
        ("肆", 4, None),
        ("壹佰贰拾件", 120, "件"),
    ],
)
def test_chinese_numerals_as_whole_cells(text: str, value: int, unit: str | None) -> None:
    figure = number(text)
    assert (figure.value, figure.unit, figure.note) == (value, unit, "a Chinese numeral")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("一百零五", 105),
        ("两千", 2000),
        ("两百五十", 250),
        ("一万零五", 10005),
        ("三亿五千万", 350_000_000),
        ("二〇二三", 2023),
        ("二○一九", 2019),
        ("廿五", 25),
        ("百", None),
        ("二十十", None),
        ("一百五", None),
        ("十十", None),
        ("一两", None),
        ("第三", None),
        ("三方", None),
        ("○", None),
        ("", None),
        ("十" * 50, None),
        ("九" * 18, 10**18 - 1),
        ("九" * 19, None),
        ("贰拾叁", 23),
    ],
)
def test_chinese_number(text: str, value: int | None) -> None:
    assert chinese_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-1,234", -1234),
        ("12.50", Decimal("12.5")),
        (" 7 ", 7),
        ("1,23", None),
        ("12件", None),
        ("", None),
        ("-", None),
        ("1" * 5000, None),
        ("٣", None),
    ],
)
def test_parse_number(text: str, value: int | Decimal | None) -> None:
    assert parse_number(text) == value


def test_figures_in_prose() -> None:
    # "12,5" is no grouping that means a number, and may not be cut into one.
    text = fold("2023年，共收到申请1,234件，其中：自然人12件，收费3.50万元；编号1.2.3；12，5")
    assert [found[0] for found in FIGURE.finditer(text)] == ["2023", "1,234", "12", "3.50"]


@given(WHOLE)
def test_any_whole_number_reads_back(value: int) -> None:
    for text in (
        str(value),
        f"{value:,}",
        str(value).translate(WIDE),
        f"{value:,}".translate(WIDE),
        fold(str(value).translate(WIDE)),
        f"{value}件",
        f" {value} 人次 ",
        f"（单位：万元）{value}",
        f"{value}.00",
    ):
        figure = number(text)
        assert figure.value == value
        assert parse_number(fold(text[figure.start : figure.end])) == value


@given(st.integers(-(10**12), 10**12))
def test_signs_read_back(value: int) -> None:
    assert number(str(value)).value == value
    assert number(f"{value:,}".translate(WIDE)).value == value


@given(st.decimals(0, 10**9, places=6))
def test_decimals_read_back(value: Decimal) -> None:
    assert number(f"{value:,f}万元").value == value


@given(st.integers(1, 99_999_999).filter(lambda value: value != 1))
def test_chinese_numerals_read_back(value: int) -> None:
    from cn2an import an2cn

    assert chinese_number(an2cn(str(value))) == value


@given(st.text("0123456789,.+-件元万千(（）)、:：约减 \n\v一二十百万零〇/无%①*[]&nbsp;|"), st.booleans())
def test_nothing_raises_and_offsets_hold(text: str, join: bool) -> None:
    figure = read_figure(text, join=join)
    assert 0 <= figure.start <= figure.end <= len(text)
    assert (figure.value is not None) == (figure.kind is FigureKind.NUMBER)
    joined = joined_figure(text)
    if joined is not None:
        assert figure.kind is FigureKind.TEXT or not join
        assert 0 <= joined.start < joined.end <= len(text)
        assert joined.value is not None


@given(st.text(st.characters(exclude_categories=())), st.booleans())
def test_any_text_is_survived(text: str, join: bool) -> None:
    figure = read_figure(text, join=join)
    assert 0 <= figure.start <= figure.end <= len(text)


@given(st.text("零〇○一二两三四五六七八九十廿百千万亿"))
def test_any_string_of_numerals_is_survived(text: str) -> None:
    value = chinese_number(text)
    assert value is None or value >= 0


@pytest.mark.parametrize("filler", [" ", "0", ",", "(", "余", "约 ", "1 ", "1,", "-", " 234", "\v", "一", "1千"])
def test_long_cells_take_linear_time(filler: str) -> None:
    # Without possessive quantifiers this would not come back.
    assert read_figure("约" + filler * 1900 + "x").kind is FigureKind.TEXT
    assert read_figure(filler * 100_000 + "x").kind is FigureKind.TEXT
    assert read_figure("1" + filler * 1900, join=True).start == 0
