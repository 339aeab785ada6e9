"""Strangers' documents: too large, too deep, built to be slow."""

import os
from pathlib import Path

import pytest

from extractor.errors import LimitError, UnreadableError
from extractor.read import Limits, read, read_path


def test_limits_are_frozen_and_have_defaults() -> None:
    limits = Limits()
    assert limits.max_bytes == 20_000_000
    with pytest.raises(AttributeError):
        limits.max_bytes = 1  # type: ignore[misc]


def test_bytes() -> None:
    assert read(b"x" * 10, limits=Limits(max_bytes=10)).text == "x" * 10
    with pytest.raises(LimitError, match=r"11 found, 10 allowed \(max_bytes\)"):
        read(b"x" * 11, limits=Limits(max_bytes=10))
    with pytest.raises(LimitError, match="max_bytes"):
        read("x" * 11, limits=Limits(max_bytes=10))


def test_characters() -> None:
    with pytest.raises(LimitError, match=r"11 found, 10 allowed \(max_characters\)"):
        read("规" * 11, limits=Limits(max_characters=10))
    # Of HTML the visible text counts.
    assert read("<p class='a long attribute'>规</p>", limits=Limits(max_characters=10)).text == "规"


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes("一、总体情况".encode("gb18030"))
    document = read_path(path)
    assert (document.text, document.source.name) == ("一、总体情况", str(path))
    with pytest.raises(LimitError, match="max_bytes"):
        read_path(path, Limits(max_bytes=3))
    with pytest.raises(FileNotFoundError):
        read_path(tmp_path / "none.txt")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 10_000 + "x",
        "<DIV\n>" * 100_000 + "x" + "</DIV>" * 100_000,
        "<table><tr><td>" * 10_000 + "1",
        "<span>" * 10_000 + "x",
        "".join(f"<p><font color={n}>x" for n in range(20_000)),
        "<x-y>" * 5_000 + "1",
    ],
)
def test_depth(html: str) -> None:
    with pytest.raises(LimitError, match=r"1,001 found, 1,000 allowed \(max_depth\)"):
        read(html, media_type="text/html")


@pytest.mark.parametrize(
    "html",
    [
        "<div><object></div></object>",  # the end of a div does not reach out of an object
        "<div><table><td></div></table>",
        "<div><title></div></title>",  # nor is it one, in a title
        "<x.y></x>",
        "<rp>",
        "<optgroup>",
    ],
)
def test_depth_that_closing_tags_hide(html: str) -> None:
    """A parser takes minutes over so many elements within each other, before anybody can count them."""
    with pytest.raises(LimitError, match="allowed"):
        read(html * 30_000, media_type="text/html")


def test_depth_is_configurable_for_small_pages_too() -> None:
    html = "<div>" * 30 + "x" + "</div>" * 30
    assert read(html).text == "x"
    with pytest.raises(LimitError, match="max_depth"):
        read(html, limits=Limits(max_depth=20))


def test_deep_but_closed_is_not_taken_for_deep() -> None:
    html = "<p>一</p>" * 3_000 + "<li>二" * 3_000 + "<br>" * 3_000 + "<div>三</div>" * 3_000
    assert read(html).text.count("\n") == 8_999


def test_script_text_is_not_counted_as_markup() -> None:
    html = "<script>" + "if (i<n && j<m) {}\n" * 3_000 + "</script><!--" + "<div>" * 5_000 + "--><p>x</p>"
    assert read(html).text == "x"


def test_attributes() -> None:
    with pytest.raises(LimitError, match="attributes"):
        read("<div " + " ".join(f"a{n}" for n in range(50_000)) + ">x</div>")


def test_formatting_left_open_without_end() -> None:
    block = "".join(f"<font size={n}>" for n in range(900))
    with pytest.raises(LimitError, match="formatting left open"):
        read(block + "<p>x" * 5_000)


def test_cells() -> None:
    html = "<table>" + ("<tr>" + "<td>1" * 10) * 10_000 + "</table>"
    with pytest.raises(LimitError, match=r"50,010 found, 50,000 allowed \(max_cells\)"):
        read(html)
    assert len(read(html, limits=Limits(max_cells=100_000)).grids[0].cells) == 100_000


def test_cells_of_all_tables_count_together() -> None:
    html = "<table><tr><td>1<td>2</table>" * 6
    assert len(read(html).grids) == 6
    with pytest.raises(LimitError, match="max_cells"):
        read(html, limits=Limits(max_cells=11))


def test_a_grid_may_not_be_blown_up_by_spans() -> None:
    html = "<table>" + ("<tr>" + "<td rowspan=100 colspan=100>1" * 10) * 4_000 + "</table>"
    with pytest.raises(LimitError, match="max_slots"):
        read(html)


def test_spans_are_cut_at_the_limit() -> None:
    html = "<table><tr><td rowspan=65534 colspan=1000>a</tr><tr><td>1<td>2</tr><tr><td>3<td>4</tr></table>"
    (grid,) = read(html).grids
    assert grid.columns <= 3
    assert grid.rows == 3


@pytest.mark.parametrize(
    "text",
    ["<" * 300_000, "<!--" * 100_000 + "x", "<script" * 100_000, "<a" * 200_000, "&amp;" * 200_000, "<td>1" * 20_000,
     "x" + " " * 1_000_000 + "<p>y", "<table>" * 900 + "1<td>", "<td>" + "a b " * 100_000],
)  # fmt: skip
def test_floods_come_back(text: str) -> None:
    try:
        document = read("规章 " + text, media_type="text/html")
    except LimitError:
        return
    assert document.text.startswith("规章")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    pipe, loop, link, file = (tmp_path / name for name in ("pipe", "loop", "link", "file"))
    file.write_text("规章")
    link.symlink_to(file)
    loop.symlink_to(loop)
    assert read_path(link).text == "规章"
    with pytest.raises(UnreadableError, match="a folder, not a file"):
        read_path(tmp_path)
    with pytest.raises(UnreadableError, match="leads back to itself"):
        read_path(loop)
    with pytest.raises(FileNotFoundError):
        read_path(tmp_path / "gone")
    if hasattr(os, "mkfifo"):
        os.mkfifo(pipe)
        with pytest.raises(UnreadableError, match="a named pipe, not a file"):
            read_path(pipe)
