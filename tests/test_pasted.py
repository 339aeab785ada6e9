"""Tables that stand as pictures in web pages and Word files: which pictures are read, where they go, what is said."""

import base64
import io
import zipfile
from pathlib import Path

import pytest
from test_scans import MISPRINTED, SCANS, gold_of

from eval.pasted import as_docx, as_mhtml
from extractor.evaluate.scoring import Outcome, score_report
from extractor.pipeline import extract
from extractor.read import Limits, pasted, pictures, read
from extractor.read.document import Parts, Pasted
from extractor.read.locator import Locator
from extractor.report import Status

Image = pytest.importorskip("PIL.Image")
pytest.importorskip("rapidocr", reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")

SCAN = SCANS / "misprint-2021.jpg"
# A piece of the table of applications.
PIECE = (SCANS / "small" / "table.jpg").read_bytes()
TITLE = "丹枫市人民政府2021年政府信息公开工作年度报告"
UNREAD = "not read: a table may stand there"


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height), 255).save(out, kind)
    return out.getvalue()


def page_with(folder: Path, *sources: str, text: str = "") -> Path:
    page = folder / "page.html"
    shown = "".join(f'<p><img src="{source}"></p>' for source in sources)
    page.write_text(f"<h1>{TITLE}</h1><p>前面的话。</p>{shown}<p>后面的话。</p>{text}", encoding="utf-8")
    return page


def address(data: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


def names_in(page: Path) -> list[str]:
    return [name for name, _ in Locator.of(page).pictures(Limits())]


class TestReports:
    def test_a_page_whose_tables_are_a_picture(self, tmp_path: Path) -> None:
        (tmp_path / "page_files").mkdir()
        (tmp_path / "page_files" / "表.jpg").write_bytes(SCAN.read_bytes())
        page = page_with(tmp_path, "page_files/%E8%A1%A8.jpg")
        report = extract(page)
        score = score_report(report, gold_of("misprint-2021"))
        assert score.harm == 0
        assert score.counts[Outcome.RIGHT] == score.printed, score.cells
        # A misprint is reported and left as printed, as in a scan.
        cell = report.cells[MISPRINTED]
        assert (cell.value, cell.status) == (75, Status.REPORTED)
        assert cell.evidence is not None and cell.evidence.box is not None
        assert (cell.evidence.page, cell.evidence.picture) == (1, "page_files/表.jpg")
        assert 0 < cell.evidence.box[2] < 780
        document = Locator.of(page).document(Limits())
        assert document.text[cell.evidence.start : cell.evidence.end] == cell.evidence.text == "75"
        assert document.text.index("前面的话") < cell.evidence.start < document.text.index("后面的话")
        assert any("1 picture in the document was recognised (page_files/表.jpg)" in one.en for one in document.notes)

    def test_text_around_a_picture_is_no_part_of_it(self) -> None:
        word = as_docx(f"<body><p>{TITLE}</p><table></table><p>规章3件</p></body>", [SCAN.read_bytes()])
        document = read(word)
        assert document.pages is not None
        before, within, after = (document.text.index(word) for word in (TITLE, "自然人", "规章3件"))
        assert before < within < after
        assert document.pages.scanned(within)
        assert not document.pages.scanned(before) and not document.pages.scanned(after)
        assert document.pages.place(after, after + 2) is None
        assert document.pages.pages[0].picture == "word/media/image1.jpg"
        grid = max(document.grids, key=lambda one: len(one.cells))
        assert any(document.text[cell.start : cell.end] == "75" for cell in grid.cells)


class TestWhichAreRead:
    def test_a_piece_of_a_table_in_each_carrier(self) -> None:
        html = f"<html><body><p>{TITLE}</p><table></table></body></html>"
        for data in (
            as_mhtml(html, [PIECE]),
            html.replace("<table></table>", f'<img src="{address(PIECE)}">').encode(),
        ):
            ((name, content),) = pictures(data)
            assert content == PIECE
            assert name in ("image1.jpg", "img 1")
        ((name, _),) = pictures(as_docx(html, [PIECE]))
        assert name == "word/media/image1.jpg"

    def test_logos_rules_and_banners_are_not(self) -> None:
        small = [picture(120, 120), picture(1000, 40), picture(2000, 100), picture(200, 900)]
        assert pictures("".join(f"<p>字<img src='{address(one)}'>" for one in small).encode()) == []

    @pytest.mark.parametrize(
        "reference",
        [
            "../secret.jpg",
            "page_files/../../secret.jpg",
            "secret.jpg",
            "file:///{folder}/secret.jpg",
            "{folder}/secret.jpg",
            "http://127.0.0.1:9/secret.jpg",
            "//127.0.0.1/secret.jpg",
            "page_files/link.jpg",
            "page_files\\..\\secret.jpg",
        ],
    )
    def test_nothing_outside_of_the_folder_of_the_page(self, tmp_path: Path, reference: str) -> None:
        inner = tmp_path / "inner"
        (inner / "page_files").mkdir(parents=True)
        for folder in (tmp_path, inner):
            (folder / "secret.jpg").write_bytes(PIECE)
        (inner / "page_files" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
        assert names_in(page_with(inner, reference.format(folder=inner))) == []

    def test_in_an_archive_only_what_is_in_it(self, tmp_path: Path) -> None:
        page = page_with(tmp_path, "images/t.jpg", "../../../etc/passwd").read_bytes()
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("page.html", page)
            archive.writestr("images/t.jpg", PIECE)
        inside = Locator.of(tmp_path / "a.zip").within(0, "page.html")
        assert [name for name, _ in inside.pictures(Limits())] == ["images/t.jpg"]

    def test_hidden_and_repeated_ones_are_not(self) -> None:
        shown = f'<img src="{address(PIECE)}">'
        assert pictures(f"<p>字<div style='display:none'>{shown}</div>".encode()) == []
        # In a page a data: address is named by its number; parts of a file by their name.
        word = as_docx("<body><p>字</p><table></table><table></table></body>", [PIECE, PIECE])
        assert len(pictures(word)) == 1

    def test_a_document_with_tables_of_its_own_is_left_alone(self, tmp_path: Path) -> None:
        rows = "".join(f"<tr><td>行{n}</td>{'<td>7</td>' * 6}</tr>" for n in range(12))
        page = page_with(tmp_path, address(PIECE), text=f"<table>{rows}</table>")
        assert names_in(page) == []
        document = Locator.of(page).document(Limits())
        assert document.pages is None
        assert any(UNREAD in note.en for note in document.notes)

    def test_not_without_what_reads_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pasted, "is_installed", lambda: False)
        large = SCAN.read_bytes()
        (note,) = read(f"<p>{TITLE}<img src='{address(large)}'>".encode()).notes
        assert UNREAD in note.en and "gouji[ocr]" in note.en

    def test_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shown = [address(picture(400, 300 + number)) for number in range(4)]
        html = "".join(f"<p>字<img src='{one}'>" for one in shown).encode()
        assert len(pictures(html)) == 4
        assert len(pictures(html, limits=Limits(max_pixels=400 * 302))) == 3
        monkeypatch.setattr(pasted, "_MOST_READ", 2)
        assert len(pictures(html)) == 2
        monkeypatch.setattr(pasted, "_MOST_PIXELS", 130_000)
        assert len(pictures(html)) == 1
        assert any("3 pictures in the document were not read" in note.en for note in read(html).notes)

    def test_a_broken_picture_costs_nothing_else(self) -> None:
        document = read(f"<p>{TITLE}<img src='{address(SCAN.read_bytes()[:9_000])}'>".encode())
        assert TITLE in document.text
        assert any(UNREAD in note.en for note in document.notes)

    def test_a_cropped_picture_shows_more_in_its_file(self) -> None:
        data = as_docx("<body><p>字</p><table></table></body>", [PIECE])
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        body = members["word/document.xml"].replace(b"<a:stretch>", b'<a:srcRect b="40000"/><a:stretch>')
        assert body != members["word/document.xml"]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, body if name == "word/document.xml" else content)
        assert pictures(out.getvalue()) == []
        assert any(UNREAD in note.en for note in read(out.getvalue()).notes)


def test_the_review_page_shows_the_pictures(tmp_path: Path) -> None:
    pytest.importorskip("fastapi", reason="the extra 'review' is not installed: pip install 'gouji[review]'")
    import httpx
    from reviewing import key_of, served, shelved

    word = tmp_path / "report.docx"
    word.write_bytes(as_docx(f"<body><p>{TITLE}</p><table></table></body>", [SCAN.read_bytes()]))
    with (
        shelved(tmp_path, [word]) as shelf,
        served(shelf) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as http,
    ):
        key = key_of(shelf, "report")
        source = http.get(f"/d/{key}/source").text
        assert 'data-view="pictures"' in source and source.count('class="sheet"') == 1
        assert f'data-c="{MISPRINTED}"' in source
        assert http.get(f"/d/{key}/page/1.png").content.startswith(b"\x89PNG")
        assert http.get(f"/d/{key}/page/2.png").status_code == 404
        assert TITLE in http.get(f"/d/{key}/source?view=text").text


def test_text_and_tables_are_moved_by_what_is_put_in() -> None:
    html = "<table><tr><td>甲</td><td>1</td></tr><tr><td>乙<img></td><td>2</td></tr></table><p>丙</p>"
    whole = read(html.encode())
    shown = Parts("图\n")
    moved = pasted._spliced(Parts(whole.text, whole.grids), shown, [len("甲\t1\n乙\t2\n")], [2])
    assert moved.text == "甲\t1\n乙\t2\n图\n丙"
    assert pasted._line_after(5, whole.text, whole.grids) == len("甲\t1\n乙\t2\n")
    before = pasted._spliced(Parts(whole.text, whole.grids), shown, [0], [2])
    (grid,) = before.grids
    assert [before.text[cell.start : cell.end] for cell in grid.cells] == ["甲", "1", "乙", "2"]


def test_a_picture_is_noted_where_it_stands() -> None:
    seen: list[Pasted] = []
    from extractor.read.html import read_html

    seen += read_html(f"<p>一</p><img src='{address(PIECE)}'><p>二</p>", Limits()).pasted
    assert [one.at for one in seen] == [1]
