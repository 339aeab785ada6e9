"""Office files: what a reader of them would see, in text and grids."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from eval.gold import Gold
from eval.score import extract_and_score
from extractor.errors import LimitError, UnreadableError
from extractor.read import Document, Limits, read
from extractor.read.office import soffice
from extractor.read.office.sheets import _number

FILES = Path(__file__).parent / "files"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def packed(members: dict[str, str | bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def relations(*parts: tuple[str, str], kind: str = RELS) -> str:
    inner = "".join(f'<Relationship Id="r{n}" Type="{kind}/{a}" Target="{b}"/>' for n, (a, b) in enumerate(parts))
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{inner}</Relationships>'


def docx(body: str, *, namespace: str = W, rels: str = RELS, **parts: str) -> bytes:
    def part(root: str, inner: str) -> str:
        return f'<w:{root} xmlns:w="{namespace}" xmlns:v="urn:schemas-microsoft-com:vml">{inner}</w:{root}>'

    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relations(("officeDocument", "word/document.xml"), kind=rels),
        "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": relations(*((name, f"{name}.xml") for name in parts), kind=rels),
    }
    members |= {f"word/{name}.xml": part(name, inner) for name, inner in parts.items()}
    return packed(dict(members))


def p(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cells(document: Document, number: int = 0) -> list[tuple[str, int, int, int, int]]:
    return [
        (document.text[one.start : one.end], one.row, one.column, one.row_span, one.column_span)
        for one in document.grids[number].cells
    ]


def shown(body: str, **parts: str) -> str:
    return read(docx(body, **parts)).text


class TestSameReport:
    @pytest.mark.parametrize("kind", ["docx", "doc", "xlsx", "xls", "mht"])
    def test_every_printed_cell_is_right(self, kind: str) -> None:
        score = extract_and_score(FILES / f"report.{kind}", Gold.load(FILES / "gold.json"))
        assert (score.failed, score.percent(), score.harm) == (None, 100.0, 0)
        assert score.printed > 150

    @pytest.mark.skipif(soffice.available() is None, reason="LibreOffice is not installed")
    def test_rtf(self) -> None:
        score = extract_and_score(FILES / "report.rtf", Gold.load(FILES / "gold.json"))
        assert (score.failed, score.percent(), score.harm) == (None, 100.0, 0)

    @pytest.mark.parametrize("kind", ["docx", "doc", "xlsx", "xls", "mht"])
    def test_the_type_is_told_by_the_content(self, kind: str) -> None:
        data = (FILES / f"report.{kind}").read_bytes()
        text = read(data, name=f"report.{kind}").text
        assert read(data, name="report.pdf").text == read(data, name="report").text == text

    def test_html_saved_as_a_workbook(self) -> None:
        page = "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>规章<td x:num>3</table></html>"
        document = read(page.encode("gbk"), name="报告.xls")
        assert (document.source.media_type, document.text) == ("text/html", "规章\t3\n")

    def test_without_libreoffice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(soffice, "available", lambda: None)
        with pytest.raises(UnreadableError, match=r"RTF.*LibreOffice.*not installed"):
            read((FILES / "report.rtf").read_bytes())
        broken = (FILES / "report.doc").read_bytes().replace(b"\xec\xa5", b"\0\0", 1)
        with pytest.raises(UnreadableError, match=r"Word document.*LibreOffice.*not installed"):
            read(broken)


class TestWord:
    def test_merged_cells(self) -> None:
        down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
        wide = '<w:gridSpan w:val="2"/>'
        document = read(docx(table(tc("a", down) + tc("b", wide), tc("gone", on) + tc("c") + tc("１２"))))
        assert cells(document) == [("a", 0, 0, 2, 1), ("b", 0, 1, 1, 2), ("c", 1, 1, 1, 1), ("１２", 1, 2, 1, 1)]
        assert "12" in document.folded
        assert "gone" not in document.text

    def test_cells_merged_across_in_the_old_way(self) -> None:
        begun, on = '<w:hMerge w:val="restart"/>', "<w:hMerge/>"
        document = read(docx(table(tc("a", begun) + tc("", on) + tc("b"), tc("1") + tc("2") + tc("3"))))
        assert cells(document)[:2] == [("a", 0, 0, 1, 2), ("b", 0, 2, 1, 1)]

    def test_rows_that_begin_later_or_end_earlier(self) -> None:
        late = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>'
        early = '<w:trPr><w:gridAfter w:val="1"/></w:trPr>'
        document = read(docx(table(late + tc("x"), early + tc("1"), tc("3") + tc("4"))))
        assert cells(document) == [
            ("", 0, 0, 1, 1), ("x", 0, 1, 1, 1), ("1", 1, 0, 1, 1), ("", 1, 1, 1, 1), ("3", 2, 0, 1, 1),
            ("4", 2, 1, 1, 1),
        ]  # fmt: skip

    def test_a_merged_cell_with_nothing_above_stands(self) -> None:
        document = read(docx(table(tc("1", "<w:vMerge/>") + tc("2"))))
        assert [one[0] for one in cells(document)] == ["1", "2"]

    def test_a_line_break_in_a_cell(self) -> None:
        cell = "<w:tc><w:p><w:r><w:t>行政</w:t><w:br/><w:t>许可</w:t></w:r></w:p><w:p/></w:tc>"
        assert cells(read(docx(table(cell + tc("7")))))[0][0] == "行政\n许可"

    def test_nested_tables_are_tables_of_their_own(self) -> None:
        inner = table(tc("i") + tc("5"))
        outer = table(tc("o") + f"<w:tc>{p('text')}{inner}{p('')}</w:tc>")
        document = read(docx(outer))
        assert [one[0] for one in cells(document)] == ["o", "text"]
        assert [one[0] for one in cells(document, 1)] == ["i", "5"]

    def test_a_table_that_only_lays_out_the_page(self) -> None:
        document = read(docx(table(f"<w:tc>{p('before')}{table(tc('i') + tc('5'))}{p('after')}</w:tc>")))
        assert document.text == "before\ni\t5\nafter\n"
        assert len(document.grids) == 1

    def test_text_boxes_come_once(self) -> None:
        box = f"<w:txbxContent>{p('in the box')}</w:txbxContent>"
        alternatives = (
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f"<mc:Choice><w:drawing><wps xmlns='x'>{box}</wps></w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
        )
        assert shown(f"<w:p><w:r><w:t>one</w:t>{alternatives}</w:r></w:p>{p('two')}") == "one\nin the box\ntwo\n"

    def test_tracked_changes(self) -> None:
        body = (
            "<w:p><w:r><w:t>新收</w:t></w:r><w:del><w:r><w:delText>5</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>6</w:t></w:r></w:ins><w:r><w:t>件</w:t></w:r></w:p>"
        )
        document = read(docx(body + table("<w:trPr><w:del/></w:trPr>" + tc("9"), tc("1") + tc("2"))))
        assert document.text == "新收6件\n1\t2\n"
        assert any("tracked changes" in str(note) for note in document.notes)

    def test_hidden_and_struck_out_text(self) -> None:
        styles = '<w:style w:type="character" w:styleId="h"><w:rPr><w:vanish/></w:rPr></w:style>'
        runs = "".join(
            f"<w:r><w:rPr>{one}</w:rPr><w:t>{text}</w:t></w:r>"
            for one, text in (("<w:vanish/>", "1"), ('<w:rStyle w:val="h"/>', "2"), ("<w:strike/>", "3"),
                              ('<w:vanish w:val="0"/>', "4"))
        )  # fmt: skip
        document = read(docx(f"<w:p>{runs}</w:p>", styles=styles))
        assert document.text == "4\n"
        assert len(document.notes) == 2

    def test_raised_digits_are_no_part_of_a_figure(self) -> None:
        runs = '<w:r><w:t>12</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r>'
        assert shown(f"<w:p>{runs}</w:p>") == "12¹\n"

    def test_footnotes_stand_at_the_end(self) -> None:
        note = f'<w:footnote w:id="1">{p("a note")}</w:footnote>'
        separator = f'<w:footnote w:type="separator" w:id="0">{p("---")}</w:footnote>'
        assert shown(p("text"), footnotes=separator + note) == "text\na note\n"

    def test_list_numbers(self) -> None:
        levels = "".join(
            f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
            '<w:suff w:val="nothing"/></w:lvl>'
            for n, kind, text in (
                (0, "chineseCounting", "%1、"),
                (1, "chineseCounting", "（%2）"),
                (2, "decimal", "%1.%3"),
            )
        )
        numbering = f'<w:abstractNum w:abstractNumId="3">{levels}</w:abstractNum>'
        numbering += '<w:num w:numId="1"><w:abstractNumId w:val="3"/></w:num>'

        def item(level: int, text: str) -> str:
            number = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
            return p(text, f"<w:pPr>{number}</w:pPr>")

        body = item(0, "总体") + item(1, "甲") + item(1, "乙") + item(0, "申请") + item(1, "丙") + item(2, "丁")
        assert shown(body, numbering=numbering).split() == [
            "一、总体",
            "（一）甲",
            "（二）乙",
            "二、申请",
            "（一）丙",
            "二.1丁",
        ]

    def test_strict_documents(self) -> None:
        data = docx(p("严格") + table(tc("1") + tc("2")), namespace=STRICT, rels=STRICT_RELS)
        assert read(data).text == "严格\n1\t2\n"

    def test_external_targets_are_not_followed(self) -> None:
        members = {
            "[Content_Types].xml": "<Types/>",
            "word/x.xml": "",
            "_rels/.rels": relations(("officeDocument", "http://127.0.0.1:9/document.xml")).replace(
                "/>", ' TargetMode="External"/>'
            ),
        }
        with pytest.raises(UnreadableError, match="without a main part"):
            read(packed(dict(members)))


class TestSheets:
    @pytest.mark.parametrize(
        ("value", "text"),
        [(3.0, "3"), (3.5, "3.5"), (0.1 + 0.2, "0.3"), (-2.0, "-2"), (1e-7, "0.0000001"),
         (123456789012.0, "123456789012"), (float("inf"), "")],
    )  # fmt: skip
    def test_figures_are_as_a_sheet_shows_them(self, value: float, text: str) -> None:
        assert _number(value) == text

    def workbook(self, rows: str, merged: str = "", *, hidden: str = "") -> bytes:
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        sheets = '<sheet name="表" sheetId="1" r:id="r0"/>'
        sheets += f'<sheet name="底稿" sheetId="2" r:id="r1" state="{hidden}"/>' if hidden else ""
        sheet = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{merged}</worksheet>'
        types = "".join(
            f'<Override PartName="/xl/worksheets/s{n}.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for n in (1, 2)
        )
        related = relations(("worksheet", "worksheets/s1.xml"), ("worksheet", "worksheets/s2.xml"))
        content = "http://schemas.openxmlformats.org/package/2006/content-types"
        return packed(
            {
                "[Content_Types].xml": f'<Types xmlns="{content}">{types}</Types>',
                "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
                "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{RELS}"><sheets>{sheets}</sheets></workbook>',
                "xl/_rels/workbook.xml.rels": related,
                "xl/worksheets/s1.xml": sheet,
                "xl/worksheets/s2.xml": sheet,
            }
        )  # fmt: skip

    def row(self, number: int, *values: str | float | None) -> str:
        out = ""
        for column, value in zip("ABCDEF", values, strict=False):
            if isinstance(value, str):
                out += f'<c r="{column}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
            elif value is not None:
                out += f'<c r="{column}{number}"><v>{value}</v></c>'
        return f'<row r="{number}">{out}</row>'

    def test_merged_ranges_blanks_and_prose(self) -> None:
        rows = self.row(1, "某局2023年报告") + self.row(2, "项目", "数量") + self.row(3, None, "制发", "废止")
        rows += self.row(4, "规章", 3.0) + self.row(5, "其他")
        merged = '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="B2:C2"/></mergeCells>'
        document = read(self.workbook(rows, merged))
        assert document.text == "某局2023年报告\n项目\t数量\n制发\t废止\n规章\t3\t\n其他\t\t\n"
        assert cells(document)[:2] == [("项目", 0, 0, 2, 1), ("数量", 0, 1, 1, 2)]
        assert cells(document)[-1] == ("", 3, 2, 1, 1)

    def test_a_heading_inside_begins_another_table(self) -> None:
        rows = (
            self.row(1, "规章", 1, 2)
            + self.row(2, "二、下一张表的标题")
            + self.row(3, "结果维持", "总计")
            + self.row(4, 5, 5)
        )
        assert len(read(self.workbook(rows)).grids) == 2
        blank = self.row(1, "规章", 1, 2) + self.row(2, "一、本年新收") + self.row(3, "二、上年结转", 3, 4)
        assert len(read(self.workbook(blank)).grids) == 1

    def test_hidden_sheets_are_left_out_and_named(self) -> None:
        document = read(self.workbook(self.row(1, "规章", 1), hidden="hidden"))
        assert document.text == "规章\t1\n"
        assert any("底稿" in str(note) for note in document.notes)

    def test_a_stray_cell_far_away(self) -> None:
        with pytest.raises(LimitError, match="max_slots"):
            read(self.workbook('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))


class TestSavedPages:
    def test_frames_within_a_message(self) -> None:
        document = read((FILES / "report.mht").read_bytes())
        assert document.source.media_type == "multipart/related"
        assert len(document.grids) >= 2

    def test_charset_of_the_part(self) -> None:
        page = "<p>规章三件</p>".encode("gbk")
        head = b"MIME-Version: 1.0\nContent-Type: text/html; charset=gb2312\nContent-Transfer-Encoding: 8bit\n\n"
        assert read(head + page).text.strip() == "规章三件"

    def test_frames_of_the_network_and_loops(self) -> None:
        head = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n'
        part = b'--b\nContent-Type: text/html\nContent-Location: a.htm\n\n<p>x<iframe src="a.htm"></iframe>'
        part += b'<iframe src="http://127.0.0.1:9/y"></iframe>\n--b--\n'
        document = read(head + part)
        assert document.text.strip() == "x"
        assert any("frames" in str(note) for note in document.notes)

    def test_a_letter_is_no_page(self) -> None:
        with pytest.raises(UnreadableError, match="without a web page"):
            read(b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\nhello\n--b--\n')


def test_limits_hold_for_office_files() -> None:
    with pytest.raises(LimitError, match="max_cells"):
        read(docx(table(*[tc("1") * 10] * 20)), limits=Limits(max_cells=100))
    with pytest.raises(LimitError, match="max_unpacked"):
        read(docx(p("x" * 5_000)), limits=Limits(max_unpacked=2_000))


@pytest.mark.parametrize(
    ("drawing", "said"),
    [
        ('<w:drawing><extent cx="5000000" cy="2000000"/><blip/></w:drawing>', True),
        ('<w:drawing><extent cx="900000" cy="900000"/><blip/></w:drawing>', False),
        ('<w:drawing><extent cx="5000000" cy="2000000"/></w:drawing>', False),
        ('<w:pict><shape style="width:415pt;height:120.5pt"><imagedata/></shape></w:pict>', True),
        ('<w:pict><shape style="width:12pt;height:12pt"><imagedata/></shape></w:pict>', False),
    ],
)
def test_pictures_in_a_document_are_said_to_be_unread(drawing: str, said: bool) -> None:
    document = read(docx(p("年度报告") + f"<w:p><w:r>{drawing}</w:r></w:p>"))
    told = ["1 picture in the document was not read: a table may stand there"]
    assert [note.en for note in document.notes] == told * said


def test_hidden_rows_of_a_sheet_are_named() -> None:
    (path,) = FILES.glob("*.xlsx")
    data = path.read_bytes()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    assert "hidden rows or columns of a sheet are read as well" not in [note.en for note in read(data).notes]
    name = next(name for name in members if name.startswith("xl/worksheets/sheet"))
    members[name] = str(members[name], "utf-8").replace("<row ", '<row hidden="1" ', 1)
    assert "hidden rows or columns of a sheet are read as well" in [note.en for note in read(packed(members)).notes]
