"""Tables in pictures whose ruling lines are not drawn, or only some: words by their places. No picture is read."""

import pytest

pytest.importorskip("cv2", reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")

from extractor.read.flow import FlowCell, Word
from extractor.read.picture.aligned import aligned_rows, aligned_tables, is_stacked
from extractor.read.picture.cells import Cut
from extractor.read.picture.figures import UNREADABLE

SIZE = 20
HEADS = (0, ("指标", 100), ("本年", 300), ("累计", 420))


def line(text: str, middle: int, y: int, *, wide: int | None = None) -> tuple[Cut, Word]:
    """A line of text around the point (middle, y); a digit is half as wide as a character."""
    width = wide or sum(10 if one.isascii() else 20 for one in text)
    cut = Cut(middle - width // 2, y - 8, middle + width // 2, y + 8)
    return cut, Word(text, 1, (float(cut.x0), float(cut.top), float(cut.x1), float(cut.bottom)))


def lines(*rows: tuple[int | tuple[str, int], ...]) -> list[tuple[Cut, Word]]:
    return [line(text, middle, row[0]) for row in rows for text, middle in row[1:]]  # type: ignore[misc, arg-type]


def texts(rows: tuple[tuple[FlowCell, ...], ...]) -> list[list[str]]:
    return [["".join(word.text for word in cell.words) for cell in row] for row in rows]


class TestWithoutLines:
    def test_a_label_that_is_wrapped_is_with_its_figures(self) -> None:
        seen = lines(
            HEADS,
            (40, ("受理数", 100), ("12", 300), ("40", 420)),
            (70, ("同意公开和部分", 100)),
            (82, ("3", 300), ("9", 420)),
            (94, ("公开答复数", 100)),
            (130, ("不属于本机关", 100)),
            (155, ("公开范围及其他", 100), ("4", 300), ("8", 420)),
            (180, ("各种情形", 100)),
            (220, ("复议数", 100), ("5", 300), ("6", 420)),
        )
        (table,), rest = aligned_tables(seen, SIZE)
        assert rest == []
        assert texts(table.rows) == [
            ["指标", "本年", "累计"],
            ["受理数", "12", "40"],
            ["同意公开和部分公开答复数", "3", "9"],
            ["不属于本机关公开范围及其他各种情形", "4", "8"],
            ["复议数", "5", "6"],
        ]

    def test_the_label_of_an_empty_row_is_not_its_neighbours(self) -> None:
        seen = lines(
            (40, ("受理数", 100), ("12", 300), ("40", 420)),
            (70, ("空白数", 100)),
            (100, ("答复数", 100), ("3", 300), ("9", 420)),
            (130, ("复议数", 100), ("5", 300), ("6", 420)),
        )
        (table,), _ = aligned_tables(seen, SIZE)
        assert texts(table.rows)[1] == ["空白数", "", ""]

    def test_rows_far_apart_are_one_table_if_they_are_alike(self) -> None:
        rows = [(100 * number, ("受理数", 100), ("12", 300), ("40", 420)) for number in range(1, 5)]
        (table,), rest = aligned_tables(lines(*rows), SIZE)
        assert (len(table.rows), rest) == (4, [])

    def test_a_heading_behind_it_is_not_of_it(self) -> None:
        rows = [(40 * number, ("受理数", 100), ("12", 300), ("40", 420)) for number in range(1, 5)]
        (table,), rest = aligned_tables([*lines(*rows), line("说明", 60, 200)], SIZE)
        assert len(table.rows) == 4 and [word.text for _, word in rest] == ["说明"]

    def test_two_figures_read_as_one_are_unreadable(self) -> None:
        rows = [(40 * number, ("受理数", 100), ("107", 300), ("1139", 340)) for number in range(1, 5)]
        glued = [line("答复数", 100, 200), line("1071139", 325, 200, wide=80), line("5", 500, 200)]
        seen = [*lines(*rows), *(line("5", 500, 40 * number) for number in range(1, 5)), *glued]
        (table,), _ = aligned_tables(seen, SIZE)
        assert texts(table.rows)[-1] == ["答复数", UNREADABLE, UNREADABLE, "5"]
        assert texts(table.rows)[0] == ["受理数", "107", "1139", "5"]

    @pytest.mark.parametrize(
        ("last", "unsure"),
        [
            (("0 3", 425, 100), True),  # a blank between them
            (("1163", 431, 112), True),  # 1 and 163: as wide as five digits and more
            (("1163", 380, None), False),
            (("111163", 380, None), False),
            (("1,163.5", 380, None), False),
        ],
    )
    def test_where_two_figures_were_read_as_one_the_columns_are_not_certain(
        self, last: tuple[str, int, int | None], unsure: bool
    ) -> None:
        rows = [(40 * number, ("受理数", 100), ("12", 300), ("0", 380)) for number in range(1, 5)]
        text, middle, wide = last
        glued = [*lines((200, ("答复数", 100), ("3", 300))), line(text, middle, 200, wide=wide)]
        (table,), _ = aligned_tables([*lines(*rows), *glued], SIZE)
        assert (len(table.xs) - 1, table.unsure) == (3, unsure)

    def test_among_narrow_ones_other_digits_are_no_two_figures(self) -> None:
        rows = [line(text, at, 40 * n) for n in range(1, 5) for text, at in (("受理数", 100), ("计数项", 160))]
        ones = [line("1", at, 40 * n, wide=4) for n in range(1, 5) for at in (300, 420)]
        last = lines((200, ("答复数", 100), ("20", 300), ("308", 420)))
        (table,), _ = aligned_tables([*rows, *ones, *last], SIZE)
        assert not table.unsure


class TestWithSomeLines:
    XS = (0.0, 200.0, 360.0, 500.0)

    def test_rows_without_lines_between_them_are_told_by_what_stands_in_them(self) -> None:
        seen = lines(
            HEADS,
            (40, ("受理数", 100), ("12", 300), ("40", 420)),
            (80, ("同意公开", 100)),
            (92, ("3", 300), ("9", 420)),
            (104, ("答复数", 100)),
            (140, ("复议数", 100), ("5", 300), ("6", 420)),
        )
        assert is_stacked(seen, 1)
        assert not is_stacked(seen, 4)
        assert texts(aligned_rows(seen, self.XS, SIZE)) == [
            ["指标", "本年", "累计"],
            ["受理数", "12", "40"],
            ["同意公开答复数", "3", "9"],
            ["复议数", "5", "6"],
        ]
