"""Pages straightened and their ruling lines made into grids, on pictures drawn here."""

from types import SimpleNamespace

import pytest

np = pytest.importorskip("numpy", reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")
cv2 = pytest.importorskip("cv2", reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")

from extractor.read.picture.cells import Cut, hidden_ink, lines_in  # noqa: E402
from extractor.read.picture.figures import Seen  # noqa: E402
from extractor.read.picture.ink import character_size, ink_of  # noqa: E402
from extractor.read.picture.page import _pale, _with_signs  # noqa: E402
from extractor.read.picture.ruling import Ruled, RuledCell, find_tables, is_open_below, rule  # noqa: E402
from extractor.read.picture.sign import minus_before  # noqa: E402
from extractor.read.picture.upright import even, skew, straighten  # noqa: E402

SIZE = 24.0


def drawn(*, pale: int = 0) -> "np.ndarray":
    """A grid of 4 × 4 cells, 120 × 50 pixels each, with a figure in every cell."""
    page = np.full((420, 620), 255, np.uint8)
    for row in range(5):
        cv2.line(page, (60, 100 + 50 * row), (540, 100 + 50 * row), pale, 2)
    for column in range(5):
        cv2.line(page, (60 + 120 * column, 100), (60 + 120 * column, 300), pale, 2)
    for row in range(4):
        for column in range(4):
            at = (100 + 120 * column, 134 + 50 * row)
            cv2.putText(page, f"{row}{column}8", at, cv2.FONT_HERSHEY_SIMPLEX, 0.75, 0, 2)
    return page


def white(page: "np.ndarray", x0: int, y0: int, x1: int, y1: int) -> None:
    page[y0:y1, x0:x1] = 255


def tables(page: "np.ndarray") -> list[Ruled]:
    evened = even(page)
    return list(find_tables(rule(evened, ink_of(evened), SIZE), SIZE))


class TestGrids:
    def test_every_cell_is_found(self) -> None:
        (found,) = tables(drawn())
        assert len(found.cells) == 16
        assert [round(x) for x in found.xs] == pytest.approx([60, 180, 300, 420, 540], abs=2)
        assert [round(y) for y in found.ys] == pytest.approx([100, 150, 200, 250, 300], abs=2)

    def test_a_border_that_is_missing_joins_two_cells(self) -> None:
        page = drawn()
        white(page, 170, 105, 190, 146)
        white(page, 64, 195, 176, 206)
        (found,) = tables(page)
        assert RuledCell(0, 0, 1, 2) in found.cells
        assert RuledCell(1, 0, 2, 1) in found.cells
        assert len(found.cells) == 14

    def test_lines_that_are_broken_or_pale_are_lines(self) -> None:
        broken = drawn()
        for at in range(70, 540, 37):
            white(broken, at, 90, at + 5, 98 + 4)
            white(broken, at, 196, at + 5, 205)
        (found,) = tables(broken)
        assert len(found.cells) == 16
        (found,) = tables(drawn(pale=120))
        assert len(found.cells) == 16

    def test_a_one_between_two_borders_is_no_border(self) -> None:
        page = np.full((300, 700), 255, np.uint8)
        for row in range(6):
            cv2.line(page, (60, 100 + 32 * row), (540, 100 + 32 * row), 0, 2)
        for column in range(5):
            cv2.line(page, (60 + 120 * column, 100), (60 + 120 * column, 260), 0, 2)
        for row in range(5):
            cv2.line(page, (120, 107 + 32 * row), (120, 126 + 32 * row), 0, 2)
        noisy = cv2.GaussianBlur(page, (0, 0), 1.0)
        (found,) = tables(noisy)
        assert (len(found.xs), len(found.ys), len(found.cells)) == (5, 6, 20)

    @pytest.mark.parametrize("top", [True, False])
    def test_a_row_that_a_page_break_left_open_is_a_row(self, top: bool) -> None:
        page = drawn()
        white(page, 40, 97 if top else 297, 560, 103 if top else 303)
        (found,) = tables(page)
        assert len(found.cells) == 16
        assert [round(y) for y in found.ys] == pytest.approx([100, 150, 200, 250, 300], abs=6)
        white(page, 40, 156 if top else 60, 560, 330 if top else 244)
        (found,) = tables(page)  # one line across alone
        assert len(found.cells) == 4

    def test_a_head_that_a_page_break_cut_through_is_a_table(self) -> None:
        page = np.full((300, 620), 255, np.uint8)
        cv2.line(page, (60, 100), (540, 100), 0, 2)
        for x in (60, 300, 540):
            cv2.line(page, (x, 100), (x, 183), 0, 2)
        cv2.line(page, (300, 140), (540, 140), 0, 2)  # 申请人情况
        cv2.line(page, (360, 180), (480, 180), 0, 2)  # what stands beside it goes on overleaf
        for x in (360, 480):
            cv2.line(page, (x, 140), (x, 180), 0, 2)
        (found,) = tables(page)
        assert len(found.cells) == 5
        evened = even(page)
        ruling = rule(evened, ink_of(evened), SIZE)
        assert is_open_below(ruling, found, 60, 300, SIZE)
        assert not is_open_below(ruling, found, 360, 480, SIZE)

    def test_noise_on_a_page_with_few_words_is_no_ink(self) -> None:
        page = np.full((1500, 1200), 255, np.uint8)
        for y in (100, 145):
            cv2.line(page, (60, y), (540, y), 0, 2)
        for column in range(5):
            cv2.line(page, (60 + 120 * column, 100), (60 + 120 * column, 145), 0, 2)
        for column in range(4):
            for place in (75, 140):
                cv2.putText(page, "8", (place + 120 * column, 132), cv2.FONT_HERSHEY_SIMPLEX, 0.85, 0, 3)
        noise = cv2.GaussianBlur(np.random.default_rng(5).normal(0, 90, page.shape), (0, 0), 1.2)
        shown = 255 - (255 - cv2.GaussianBlur(page, (0, 0), 1.0).astype(np.float32)) * 0.6
        evened = even(np.clip(shown + noise, 0, 255).astype(np.uint8))
        ink = ink_of(evened)
        assert character_size(ink) < 0.5 * SIZE < character_size(ink, SIZE) < 1.3 * SIZE
        (found,) = find_tables(rule(evened, ink, SIZE), SIZE)
        assert (len(found.xs), len(found.ys), len(found.cells)) == (5, 2, 4)

    def test_text_alone_is_no_table(self) -> None:
        page = np.full((300, 900), 255, np.uint8)
        for line in range(4):
            cv2.putText(page, "EHEHEHEH TEXT EHEHEHEH", (20, 60 + 60 * line), cv2.FONT_HERSHEY_DUPLEX, 1.6, 0, 4)
        assert tables(page) == []
        assert tables(np.full((300, 300), 255, np.uint8)) == []


class TestCells:
    def test_a_cell_has_ink_or_not(self) -> None:
        page = drawn()
        white(page, 190, 110, 290, 140)
        page[120:122, 240:242] = 0  # a speck is no figure
        evened = even(page)
        ruling = rule(evened, ink_of(evened), SIZE)
        (found,) = find_tables(ruling, SIZE)
        first, second = (found.box(cell) for cell in found.cells[:2])
        (line,) = lines_in(ruling, first, SIZE)
        assert 95 < line.x0 < 108 and 110 < line.top < 122
        assert lines_in(ruling, second, SIZE) == []
        assert hidden_ink(evened, second, SIZE) is None

    def test_a_figure_that_is_all_but_gone_is_not_nothing(self) -> None:
        page = drawn()
        white(page, 190, 110, 290, 140)
        cv2.putText(page, "18", (220, 134), cv2.FONT_HERSHEY_SIMPLEX, 0.75, 205, 2)
        evened = even(page)
        (found,) = tables(drawn())
        assert hidden_ink(evened, found.box(found.cells[1]), SIZE) is not None


class TestSigns:
    @staticmethod
    def seen(stroke: tuple[int, int, int, int] | None, pale: int, noise: float) -> bool:
        page = np.full((60, 160), 255, np.uint8)
        cv2.putText(page, "33", (80, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.75, 60, 2)
        if stroke is not None:
            page[stroke[1] : stroke[3], stroke[0] : stroke[2]] = pale
        chance = np.random.default_rng(7)
        page = np.clip(page + chance.normal(0, noise, page.shape), 0, 255).astype(np.uint8)
        ink = np.where(cv2.GaussianBlur(page, (0, 0), 1) < 150, 255, 0).astype(np.uint8)
        ink[:, :78] = 0  # the recognition saw nothing there
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        line = Cut(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        return minus_before(page, ink, line, 10, SIZE)

    @pytest.mark.parametrize("noise", [0.0, 12.0])
    @pytest.mark.parametrize("pale", [60, 150])
    def test_a_pale_stroke_before_a_figure_may_be_a_minus(self, pale: int, noise: float) -> None:
        assert self.seen((64, 31, 75, 33), pale, noise)

    @pytest.mark.parametrize("noise", [0.0, 12.0])
    def test_paper_a_speck_or_an_upright_stroke_is_none(self, noise: float) -> None:
        assert not self.seen(None, 0, noise)
        assert not self.seen((67, 31, 69, 33), 60, noise)
        assert not self.seen((70, 20, 73, 45), 60, noise)
        assert not self.seen((12, 31, 30, 33), 60, noise)  # too far away


class TestFiguresOnAPage:
    @pytest.mark.parametrize(("darkness", "hard"), [(110.0, False), (80.0, True)])
    def test_small_and_pale_figures_are_hardly_legible(self, darkness: float, hard: bool) -> None:
        lines = [Cut(0, 0, 20, high) for high in (20, 22, 24)]
        sheet = SimpleNamespace(zoom=2.0, darkness=darkness)
        assert _pale(sheet, lines, [Seen("1", "1")] * 3) is hard
        assert not _pale(sheet, lines, [Seen("情况")] * 3)

    @pytest.mark.parametrize(
        ("first", "second", "minus", "both"),
        [
            ("33", "33", True, Seen("33", "-33")),
            ("33", "33", False, Seen("33", "33")),
            ("-33", "33", True, Seen("-33", "-33")),
            ("-33", "33", False, Seen("-33", "33")),
            ("其他", None, True, Seen("其他", None)),
        ],
    )
    def test_a_minus_that_is_there_is_read_once_or_twice(
        self, first: str, second: str | None, minus: bool, both: Seen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("extractor.read.picture.page.minus_before", lambda *_: minus)
        sheet = SimpleNamespace(upright=SimpleNamespace(pixels=None), ruling=SimpleNamespace(rest=None), size=SIZE)
        assert _with_signs(sheet, [Cut(0, 0, 20, 20)], [Seen(first, second)], [0.0]) == [both]


class TestUpright:
    @pytest.mark.parametrize("angle", [-4.0, -1.3, 0.0, 0.7, 3.0])
    def test_skew_is_measured_and_taken_out(self, angle: float) -> None:
        turn = cv2.getRotationMatrix2D((310, 210), angle, 1.0)
        page = cv2.warpAffine(drawn(), turn, (620, 420), borderValue=255)
        assert skew(even(page)) == pytest.approx(-angle, abs=0.1)
        assert abs(skew(straighten(even(page), 0).pixels)) < 0.1

    @pytest.mark.parametrize("turns", range(4))
    def test_boxes_lie_on_the_page_as_given(self, turns: int) -> None:
        page = np.full((300, 400), 255, np.uint8)
        page[50:60, 80:100] = 0
        given = np.ascontiguousarray(np.rot90(page, turns))
        upright = straighten(given, turns)
        assert (upright.pixels == page).all()
        left, top, right, bottom = (round(one) for one in upright.box(80, 50, 100, 60, 1.0))
        assert (given[top:bottom, left:right] == 0).all() and (right - left) * (bottom - top) == 200

    def test_the_size_of_characters(self) -> None:
        assert 15 < character_size(ink_of(drawn())) < 28
        assert character_size(ink_of(np.full((50, 50), 255, np.uint8))) == 0
