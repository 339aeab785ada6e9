"""Pictures read: small scans of ours, made by eval/make_scans.py, with what is printed on them."""

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from eval.gold import Gold
from extractor.errors import LimitError, UnreadableError
from extractor.evaluate.scoring import Outcome, Score, score_report
from extractor.pipeline import extract
from extractor.read import Limits, read
from extractor.read.picture.engine import the_engine
from extractor.report import Report, Status

np = pytest.importorskip("numpy", reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")
pytest.importorskip("rapidocr", reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")
pytest.importorskip("onnxruntime", reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")
Image = pytest.importorskip("PIL.Image")

SCANS = Path(__file__).parent / "scans"
MISPRINTED = "applications.unavailable_creation.natural_person"


def gold_of(name: str) -> Gold:
    told = json.loads((SCANS / f"{name}.json").read_text(encoding="utf-8"))
    cells = {cell: None if value is None else float(value) for cell, value in told["cells"].items()}
    return Gold(told["form"], told["organ"], told["year"], cells, {}, {}, [])


def scored(name: str) -> tuple[Report, Score]:
    report = extract(SCANS / f"{name}.jpg")
    return report, score_report(report, gold_of(name))


@pytest.fixture(scope="module")
def misprint() -> tuple[Report, Score]:
    return scored("misprint-2021")


def as_file(pixels: "np.ndarray", kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def page(height: int = 60, width: int = 80) -> "np.ndarray":
    return np.full((height, width), 255, np.uint8)


class TestReports:
    def test_a_report_is_read_whole(self, misprint: tuple[Report, Score]) -> None:
        report, score = misprint
        assert (score.form_right, score.year_right, score.organ_right) == (True, True, True)
        assert score.harm == 0
        assert score.counts[Outcome.RIGHT] == score.printed, score.cells
        assert report.source.media_type == "image/jpeg"

    def test_a_misprint_that_looks_misread_stays_as_printed(self, misprint: tuple[Report, Score]) -> None:
        report, _ = misprint
        cell = report.cells[MISPRINTED]
        assert (cell.value, cell.status) == (75, Status.REPORTED)
        assert any(MISPRINTED in finding.suspects for finding in report.findings)

    def test_evidence_has_its_place_on_the_page(self, misprint: tuple[Report, Score]) -> None:
        report, _ = misprint
        new, total = (report.cells[f"applications.new.{column}"].evidence for column in ("natural_person", "total"))
        assert new is not None and total is not None and new.box is not None and total.box is not None
        assert new.page == total.page == 1
        # On one line, which falls a little, and inside the picture of 780 × 1,968 pixels.
        assert new.box[2] < total.box[0] < 780
        assert abs(new.box[1] - total.box[1]) < 12
        assert all(5 < box[3] - box[1] < 25 for box in (new.box, total.box))

    def test_a_page_that_lay_upside_down(self) -> None:
        report, score = scored("upside-down-2019")
        assert score.harm == 0
        assert score.percent() >= 99, score.cells
        first, last = (report.cells[cell].evidence for cell in ("proactive.regulations.made", "applications.new.total"))
        assert first is not None and last is not None and first.box is not None and last.box is not None
        assert first.box[1] > last.box[1]  # as the page was given, its top is at the bottom

    def test_a_table_without_ruling_lines(self) -> None:
        _, score = scored("no-lines-2015")
        assert score.harm == 0
        assert score.percent() >= 99, score.cells


class TestFiles:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF"])
    def test_a_blank_page_is_no_empty_success(self, kind: str) -> None:
        with pytest.raises(UnreadableError, match="no text was recognised"):
            read(as_file(page(), kind))

    def test_too_many_pixels(self) -> None:
        with pytest.raises(LimitError, match=r"4,800 found, 4,000 allowed \(max_pixels\)"):
            read(as_file(page(), "PNG"), limits=Limits(max_pixels=4_000))

    def test_a_bomb_is_not_unpacked(self) -> None:
        # 1.6 milliard pixels in 200 KB: the header alone is read.
        header = as_file(page(), "PNG")
        bomb = header[:16] + (40_000).to_bytes(4, "big") * 2 + header[24:29]
        import zlib

        bomb += zlib.crc32(bomb[12:29]).to_bytes(4, "big") + header[33:]
        with pytest.raises(LimitError, match="max_pixels"):
            read(bomb)

    def test_too_many_pages(self) -> None:
        out = io.BytesIO()
        first, *rest = [Image.fromarray(page()) for _ in range(4)]
        first.save(out, "TIFF", save_all=True, append_images=rest)
        with pytest.raises(LimitError, match=r"pages: 3 found, 2 allowed \(max_pages\)"):
            read(out.getvalue(), limits=Limits(max_pages=2))

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF"])
    @pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
    def test_a_file_that_is_cut_off(self, kind: str, share: float) -> None:
        noise = np.random.default_rng(1).integers(0, 255, (90, 90)).astype(np.uint8)
        whole = as_file(noise, kind)
        cut = whole[: max(12, int(share * len(whole)))]
        with pytest.raises(UnreadableError):
            read(cut)

    def test_bytes_changed_at_random_cause_no_other_error(self) -> None:
        rng = Random(3)
        for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF"):
            whole = as_file(page(), kind)
            for _ in range(40):
                data = bytearray(whole)
                for _ in range(rng.randint(1, 6)):
                    data[rng.randrange(8, len(data))] = rng.randrange(256)
                with pytest.raises((UnreadableError, LimitError)):
                    read(bytes(data), limits=replace(Limits(), max_pixels=100_000))


class TestWithoutTheExtra:
    def test_the_command_that_installs_it_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "rapidocr", None)
        with pytest.raises(UnreadableError, match=r"pip install 'gouji\[ocr\]'"):
            read(as_file(page(), "PNG"))

    def test_weights_that_are_not_there_are_not_fetched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("extractor.read.picture.engine._WEIGHTS", {"Rec": "none.onnx"})
        with pytest.raises(UnreadableError, match=r"none\.onnx are not in the rapidocr package"):
            the_engine.__wrapped__()

    def test_the_engine_is_loaded_once(self) -> None:
        assert the_engine() is the_engine()


def test_a_scan_in_a_pdf_is_read_as_the_scan_is(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    with Image.open(SCANS / "no-lines-2015.jpg") as picture:
        picture.convert("RGB").save(path, "PDF", resolution=150)
    report = extract(path)
    gold = gold_of("no-lines-2015")
    assert score_report(report, gold).counts[Outcome.RIGHT] >= 0.9 * sum(one is not None for one in gold.cells.values())
    places = [cell.evidence for cell in report.cells.values() if cell.evidence is not None]
    assert places and all(place.page == 1 and place.box is not None for place in places)


def test_no_page_is_looked_at_with_more_pixels_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Specks that look like tiny letters had a large page enlarged sixteenfold, which took minutes."""
    from types import SimpleNamespace

    from extractor.read.picture import page as reader
    from extractor.read.picture.pieces import PageImage

    engine = SimpleNamespace(detect=lambda *_: [], upside_down=lambda _: 0.0)
    specks = page(400, 500)
    for at in range(20, 380, 12):
        for x in range(20, 480, 10):
            specks[at : at + 6, x : x + 4] = 0
    for most, zoom in ((40_000_000, 4.0), (800_000, 2.0), (200_000, 1.0)):
        monkeypatch.setattr(reader, "_MOST_PIXELS", most)
        sheet = reader._sheet(PageImage(1, specks, 0.5), engine)
        assert sheet is not None and sheet.zoom == zoom
        assert sheet.upright.pixels.size <= most
        assert sheet.scale == 0.5 / zoom
