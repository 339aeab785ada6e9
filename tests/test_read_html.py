"""HTML: the visible text, and tables whose spans lie."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import DocumentError, UnreadableError
from extractor.read import Document, Grid, read


def page(html: str) -> Document:
    return read(html, media_type="text/html")


def table(html: str) -> tuple[Document, Grid]:
    document = page(html)
    assert len(document.grids) == 1
    return document, document.grids[0]


def matrix(document: Document, grid: Grid) -> list[list[str]]:
    """The grid spread out: a spanning cell in each of its places, . where there is none."""
    rows = [["."] * grid.columns for _ in range(grid.rows)]
    for cell in grid.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            for column in range(cell.column, cell.column + cell.column_span):
                assert rows[row][column] == ".", "two cells in one place"
                rows[row][column] = document.text[cell.start : cell.end]
    return rows


def rows_of(html: str) -> list[str]:
    return ["|".join(row) for row in matrix(*table(html))]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        ("<div>一<div>二</div>三</div>四", "一\n二\n三\n四"),
        ("一<br>二<br/><br>三", "一\n二\n三"),
        ("<p>共<b>1</b><span>2</span>件</p>", "共12件"),
        ("<p>  a \n b\t<i> c </i> d </p>", "a b c d"),
        ("<p>\n</p><p> </p>x", "x"),
        ("<p>a&nbsp;b&#12288;c&lt;&amp;&#x4e00;</p>", "a\xa0b\u3000c<&一"),
        ("a<script>var x = '<p>1</p>'</script><style>p{}</style>b", "ab"),
        ("a<!-- 5 --><noscript>6</noscript><template>7</template>b", "ab"),
        ("<head><title>t</title></head><body>x</body>", "x"),
        ("a<p style='color:red; DISPLAY : none'>9</p><p hidden>8</p>b", "a\nb"),
        ("<!--[if gte mso 9]><xml>5</xml><![endif]--><p>x<o:p>&nbsp;</o:p></p>", "x\xa0"),
        ("<xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><p>x</p>", "x"),
        ("<p><![if !supportLists]>1.<![endif]>x</p>", "1.x"),
        ("<ul><li>一<li>二</ul>", "一\n二"),
        ("<pre>一  1\n二 2\n</pre>三", "一 1\n二 2\n三"),
        ("<textarea>5</textarea><select><option>6</select>x", "x"),
        ("<svg><text>5</text></svg>x", "x"),
        ("no markup < here", "no markup < here"),
    ],
)
def test_visible_text(html: str, text: str) -> None:
    assert page(html).text == text


def test_cells_are_tabs_and_rows_are_lines() -> None:
    document = page("前<table><tr><td>规章<td>0<td></tr><tr><th>合计</th><td>12</td><td>3</td></tr></table>后")
    assert document.text == "前\n规章\t0\t\n合计\t12\t3\n后"
    (grid,) = document.grids
    assert (grid.rows, grid.columns) == (2, 3)
    assert [document.text[cell.start : cell.end] for cell in grid.cells] == ["规章", "0", "", "合计", "12", "3"]
    assert [cell.header for cell in grid.cells] == [False] * 3 + [True, False, False]
    assert document.text[grid.start : grid.end] == "规章\t0\t\n合计\t12\t3"


def test_a_break_in_a_cell_does_not_break_the_row() -> None:
    document, grid = table("<table><tr><td>本年新<br/>制作数量<td><p>1</p>\n<p>2</p><td>3<b>4</b></table>")
    assert document.text == "本年新 制作数量\t1\v2\t34\n"
    assert matrix(document, grid) == [["本年新 制作数量", "1\v2", "34"]]


def test_pieces_of_one_figure_stay_together_and_figures_stay_apart() -> None:
    assert rows_of("<table><tr><td><span>1</span><span>2</span><td>1<!-- -->2<td><p>1<p>2<td>1<br>2</table>") == [
        "12|12|1\v2|1\v2"
    ]


def test_white_space_around_a_cell_is_not_part_of_it() -> None:
    document, grid = table(
        "<table><tr><td>\n  <p> 规章&nbsp;</p>\n </td><td>&nbsp;</td><td>\u3000 5 6</td></tr></table>"
    )
    assert matrix(document, grid) == [["规章", "", "5 6"]]
    blank = grid.cells[1]
    assert blank.start == blank.end


def test_spans() -> None:
    html = """<table>
    <tr><td rowspan=2>A<td colspan=2>B<td rowspan="2">C</tr>
    <tr><td>d<td>e</tr>
    <tr><td>1<td>2<td>3<td>4</tr></table>"""
    assert rows_of(html) == ["A|B|B|C", "A|d|e|C", "1|2|3|4"]


@pytest.mark.parametrize("span", ["0", "-1", "abc", "", " ", "1.5", "１"])
def test_column_spans_that_are_no_numbers_are_one(span: str) -> None:
    assert rows_of(f'<table><tr><td colspan="{span}">a<td>b</tr><tr><td>1<td>2</tr></table>') == ["a|b", "1|2"]


def test_an_enormous_column_span_is_cut() -> None:
    html = f'<table><tr><td colspan="{"9" * 30}">a<td>b</tr><tr><td>1<td>2</tr></table>'
    assert rows_of(html) == ["a|a|b", "1|2|."]


def test_a_colspan_of_100_percent_adds_no_columns() -> None:
    html = "<table><tr><td colspan='100%'>标题</tr><tr><td>a<td>b</tr><tr><td>1<td>2</tr></table>"
    assert rows_of(html) == ["标题|标题", "a|b", "1|2"]


def test_rowspan_zero_reaches_the_end_of_its_section() -> None:
    html = """<table><thead><tr><th>h<th>i<tbody><tr><td rowspan=0>A<td>1<tr><td>2<tr><td>3
    <tfoot><tr><td>B<td>4</table>"""
    document, grid = table(html)
    assert ["|".join(row) for row in matrix(document, grid)] == ["h|i", "A|1", "A|2", "A|3", "B|4"]
    assert [cell.header for cell in grid.cells[:3]] == [True, True, False]


def test_a_rowspan_beyond_the_last_row_is_cut() -> None:
    html = "<table><tr><td rowspan=500>A<td>1</tr><tr><td>2</tr></table>"
    assert rows_of(html) == ["A|1", "A|2"]


def test_a_rowspan_that_is_too_long_does_not_push_the_next_row() -> None:
    html = """<table><tr><td>x<td>自然人<td>商业企业<td>总计</tr>
    <tr><td rowspan=3>A<td>1<td>2<td>3</tr>
    <tr><td>4<td>5<td>6</tr>
    <tr><td>B<td>7<td>8<td>15</tr>
    <tr><td>C<td>1<td>1<td>2</tr></table>"""
    document, grid = table(html)
    assert ["|".join(row) for row in matrix(document, grid)] == [
        "x|自然人|商业企业|总计",
        "A|1|2|3",
        "A|4|5|6",
        "B|7|8|15",
        "C|1|1|2",
    ]
    assert any("rowspan" in note.en for note in document.notes)


def test_rows_of_unequal_length() -> None:
    assert rows_of("<table><tr><td>a<td>b<td>c</tr><tr><td>1</tr><tr></tr><tr><td>2<td>3</tr></table>") == [
        "a|b|c",
        "1|.|.",
        ".|.|.",
        "2|3|.",
    ]


def test_columns_where_no_cell_begins_are_dropped() -> None:
    html = "<table><tr><td colspan=3>a<td colspan=2>b</tr><tr><td colspan=3>1<td colspan=2>2</tr></table>"
    assert rows_of(html) == ["a|b", "1|2"]


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>a<td>b<tr><td>1<td>2</table>",
        "<table><td>a<td>b<tr><td>1<td>2",
        "<table><tr><th>a<th>b<tr><th>1<th>2</table>",
        "<table><thead><tr><td>a<td>b</thead><tbody><tr><td>1<td>2</tbody></table>",
        "<TABLE><TR><TD>a</TD><TD>b</TD></TR><TR><TD>1</TD><TD>2</TD></TR></TABLE>",
        "<td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr>",
        "<tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr>",
        "<TR><TD>a</TD><TD>b</TD></TR><TR><TD>1</TD><TD>2</TD></TR>",
        "<table><form><tr><td>a</td><td>b</td></tr></form><tr><td>1</td><td>2</td></tr></table>",
        "<div><p><table><tr><td><p><b>a</p></td><td>b</b></td></tr><tr><td>1</td><td>2</td></tr></table>",
    ],
)
def test_broken_markup(html: str) -> None:
    assert rows_of(html) == ["a|b", "1|2"]


def test_rows_after_a_table_closed_too_early_do_not_run_together() -> None:
    document = page("<table><tr><td>a</td><td>b</td></tr></table><tr><td>1</td><td>2</td></tr><p>后</p>")
    assert document.text == "a\tb\n1\t2\n后"
    assert len(document.grids) == 2
    assert any("outside any table" in note.en for note in document.notes)


def test_a_table_that_lays_out_the_page_is_no_grid() -> None:
    html = """<table><tr><td><a>首页</a></td><td><a>打印</a></td></tr>
    <tr><td>导航</td><td><h1>年度报告</h1><p>一、总体情况</p><p>正文</p>
      <table><tr><td>规章<td>1</tr><tr><td>规范性文件<td>2</tr></table><p>结尾</p><p>落款</p>
      <table><tr><td>x<td>9</table>
    </td></tr></table>"""
    document = page(html)
    assert [matrix(document, grid) for grid in document.grids] == [[["规章", "1"], ["规范性文件", "2"]], [["x", "9"]]]
    assert "年度报告\n一、总体情况\n正文\n规章\t1\n规范性文件\t2\n结尾\n落款\nx\t9\n" in document.text


def test_a_single_cell_around_everything_is_no_grid() -> None:
    text = "本机关认真贯彻落实条例" * 20
    document = page(f"<table><tr><td><p>{text}</p><p>{text}</p><br>完</td></tr></table>")
    assert document.grids == ()
    assert document.text == f"{text}\n{text}\n完\n"


def test_a_table_within_a_cell_of_a_real_table() -> None:
    html = """<table><tr><td>a<td>b<td>c</tr><tr><td>1<td>2<table><tr><td>8<td>9</table>after<td>3</tr>
    <tr><td>4<td>5<td>6</tr></table>"""
    document = page(html)
    outer, inner = document.grids
    assert matrix(document, outer) == [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]]
    assert matrix(document, inner) == [["8", "9"]]
    assert outer.start < inner.start < inner.end < outer.end


def test_hidden_cells_and_scripts_in_cells() -> None:
    html = "<table><tr><td>a<td style='display:none'>x<td>1<script>2</script></td></tr><tr><td>b<td>2</tr></table>"
    assert rows_of(html) == ["a|1", "b|2"]
    assert rows_of("<table><tr><td>a<td>1<script>2</script></td></tr><tr><td>b<td>2</tr></table>") == ["a|1", "b|2"]


def test_a_caption_belongs_to_no_cell() -> None:
    document, grid = table("<table><caption>统计表</caption><tr><td>a<td>1</table>")
    assert document.text == "统计表\na\t1\n"
    assert matrix(document, grid) == [["a", "1"]]


def test_text_put_between_rows_is_kept() -> None:
    assert page("<table><tr><td>a<td>1</tr>单位：件<tr><td>b<td>2</tr></table>").text == "单位：件\na\t1\nb\t2\n"


def test_notes_are_given_once() -> None:
    document = page("<p hidden>x</p><p style='display:none'>y</p>z")
    assert [note.en for note in document.notes] == ["2 hidden elements left out"]


@pytest.mark.parametrize("html", ["<html></html>", "<script>1</script>", "<img src=a.png>", "<p>&nbsp;</p>"])
def test_no_visible_text_is_unreadable(html: str) -> None:
    with pytest.raises(UnreadableError, match="no visible text"):
        page(html)


PIECES: Sequence[str] = (
    *("<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th rowspan=2>", "<td colspan=3>", "<td rowspan=0>"),
    *("<td rowspan=9 colspan=2>", "<thead>", "<tbody>", "<p>", "</p>", "<br>", "<div>", "</div>", "<b>", "</b>"),
    *(
        "<script>",
        "</script>",
        "<pre>",
        "</pre>",
        "<!--",
        "-->",
        "<p hidden>",
        "&nbsp;",
        " ",
        "\n",
        "1",
        "规章",
        "<li>",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_soup_gives_sound_grids(pieces: list[str]) -> None:
    try:
        document = page("".join(pieces))
    except DocumentError:
        return
    assert len(document.folded) == len(document.text)
    for grid in document.grids:
        assert 0 <= grid.start <= grid.end <= len(document.text)
        check_sound(document, grid)


def check_sound(document: Document, grid: Grid) -> None:
    last = (-1, -1)
    for cell in grid.cells:
        assert (cell.row, cell.column) > last
        last = (cell.row, cell.column)
        assert cell.row_span >= 1
        assert cell.column_span >= 1
        assert cell.row + cell.row_span <= grid.rows
        assert cell.column + cell.column_span <= grid.columns
        assert grid.start <= cell.start <= cell.end <= grid.end
        assert "\t" not in document.text[cell.start : cell.end]


def cell(html: str) -> str:
    """What the reader makes of a cell."""
    document, grid = table(f"<table><tr><td>规章<td>{html}</table>")
    assert [one.column for one in grid.cells] == [0, 1]
    last = grid.cells[1]
    return document.text[last.start : last.end]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<del>85</del>86", "86"),
        ("<s>1200</s> 1234", "1234"),
        ("<STRIKE>5</STRIKE>", ""),
        ("1<s>2</s>3", "1 3"),
        ("<span style='color:red;TEXT-DECORATION : underline line-through'>5</span>6", "6"),
        ("<span style='text-decoration-line:line-through'>5</span>6", "6"),
        ("<span style='text-line-through:none'>5</span>", "5"),
        ("<span style='text-decoration:underline'>5</span>", "5"),
    ],
)
def test_struck_text_is_left_out(html: str, text: str) -> None:
    assert cell(html) == text


def test_a_struck_cell_keeps_its_place() -> None:
    assert rows_of("<table><tr><td>规章<td style='text-decoration:line-through'>5<td>6</table>") == ["规章||6"]


def test_struck_by_a_style_sheet() -> None:
    rules = "a:hover, .x .y{text-decoration:line-through} p.old,#z {color:red;text-decoration:line-through}"
    document = page(f"<style>{rules}</style><p>1<p class=old>2<p id=z>3<p class=y>4")
    assert document.text == "1\n4"
    assert [note.en for note in document.notes] == ["struck-out text left out (2 places)"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("5<sup>1</sup>", "5¹"),
        ("5<sup>[1]</sup>", "5[¹]"),
        ("5<sub>１０</sub>", "5₁₀"),
        ("<sup>4</sup>", "⁴"),
        ("5<sup><a href=#n><b>1</b></a></sup>6", "5¹6"),
        ("5<span style='vertical-align: super'>1</span>", "5¹"),
        ("5<span style='vertical-align:SUB'>1</span>", "5₁"),
        ("<p style='vertical-align:super'>5</p>", "5"),
        ("5<span style='vertical-align:middle'>1</span>", "51"),
    ],
)
def test_raised_digits_are_marks(html: str, text: str) -> None:
    assert cell(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<input value=1234>", "1234"),
        ("<input value='12'>3", "12 3"),
        ("<input>", ""),
        ("<input type=hidden value=7>", ""),
        ("<input type=radio value=7>", "[控件]"),
        ("<textarea>\n86 </textarea>", "86"),
        ("<select><option>5<option selected>6</select>", "6"),
        ("<button>7</button>", "7"),
        ("<img alt=86>", "[图]"),
        ("<svg><text>5</text></svg>", "[图]"),
        ("<canvas></canvas>", "[图]"),
        ("<object data=x></object>", "[图]"),
        ("5<img>", "5[图]"),
        ("5件<img>", "5件"),
        ("<img width=1 height=20>", ""),
        ("<img hidden>", ""),
    ],
)
def test_a_cell_with_something_to_see_is_not_blank(html: str, text: str) -> None:
    assert cell(html) == text


def test_pictures_alone_are_no_table() -> None:
    assert page("<table><tr><td><img><td><img></table>x").grids == ()


def test_pictures_within_the_page_are_said_to_be_unread() -> None:
    assert page("<p>年度报告<img src='data:image/png;base64," + "A" * 200 + "'></p>").notes == ()
    (note,) = page("<p>年度报告<img src='data:image/png;base64," + "A" * 20_000 + "'></p>").notes
    assert note.en == "1 picture in the document was not read: a table may stand there"
