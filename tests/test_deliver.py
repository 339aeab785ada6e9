"""Reports as JSON, CSV and terminal tables: complete, parseable, harmless."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest
from rich.console import Console, RenderableType

from extractor.deliver.printable import printable
from extractor.deliver.summary import failure_reason, summarise
from extractor.deliver.summary_table import summary_view
from extractor.deliver.to_csv import COLUMNS, write_csv
from extractor.deliver.to_json import json_line, json_text, write_json, write_jsonl
from extractor.deliver.to_table import legend, report_view
from extractor.forms.model import Form
from extractor.report import Cell, Evidence, Finding, Number, Report, Severity, Source, Status, Verdict

FORM = Form.model_validate(
    {
        "id": "toy",
        "title": "玩具表",
        "years": [2021, None],
        "markers": [{"text": "申请"}],
        "tables": [
            {
                "id": "applications",
                "titles": ["三、申请情况"],
                "columns": [
                    {"id": "person", "labels": ["自然人"]},
                    {"id": "other", "labels": ["其他"]},
                    {"id": "total", "labels": ["总计"]},
                ],
                "rows": [
                    {"id": "new", "labels": ["一、新收"]},
                    {"id": "extra", "labels": ["自行加印"], "optional": True},
                ],
            },
            {
                "id": "fees",
                "titles": ["五、收费"],
                "columns": [{"id": "amount", "labels": ["金额（单位：万元）"], "kind": "amount", "unit": "万元"}],
                "rows": [{"id": "fees", "labels": ["收费"]}],
            },
        ],
    }
)
FORMS = {"toy": FORM}


def reported(value: Number, *, start: int = 7, text: str | None = None) -> Cell:
    shown = str(value) if text is None else text
    return Cell(value, Status.REPORTED, ("rules",), Evidence(start, start + len(shown), shown), shown)


def make(
    cells: Mapping[str, Cell] | None = None,
    *,
    name: str = "报告.txt",
    organ: str | None = "某局",
    findings: tuple[Finding, ...] = (),
    verdict: Verdict = Verdict.CLEAN,
) -> Report:
    if cells is None:
        cells = {
            "applications.new.person": reported(1),
            "applications.new.other": Cell(2, Status.DERIVED),
            "applications.new.total": reported(3),
            "fees.fees.amount": Cell(None, Status.BLANK),
        }
    source = Source(name, "ab" * 32, "text/plain")
    form, year = ("toy", 2023) if cells else (None, None)
    return Report(source, form, organ, year, cells, findings, verdict)


FAILED = make(
    {},
    name="坏.pdf",
    organ=None,
    findings=(Finding("document.unreadable", Severity.ERROR, "不读 PDF", "PDF documents are not read yet"),),
    verdict=Verdict.FAILED,
)


def shown(renderable: RenderableType, width: int = 100, *, colour: bool = False) -> str:
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        legacy_windows=False,
    )
    console.print(renderable)
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


def rows_of(*reports: Report) -> list[dict[str, str]]:
    stream = io.StringIO(newline="")
    write_csv(reports, stream, FORMS)
    stream.seek(0)
    return list(csv.DictReader(stream))


class TestJSON:
    def test_line_is_the_contract_object(self) -> None:
        line = json_line(make())
        assert "\n" not in line
        assert json.loads(line) == make().to_dict()

    def test_chinese_stays_readable(self) -> None:
        assert "某局" in json_text(make())

    def test_line_separators_in_text_do_not_split_a_line(self) -> None:
        line = json_line(make(organ="甲\n乙\r丙"))
        assert line.splitlines() == [line]
        assert json.loads(line)["organ"] == "甲\n乙\r丙"

    def test_one_report_is_an_object(self) -> None:
        stream = io.StringIO()
        write_json([make()], stream, array=False)
        assert json.loads(stream.getvalue())["organ"] == "某局"

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_array_of(self, count: int) -> None:
        stream = io.StringIO()
        write_json([make()] * count, stream, array=True)
        assert json.loads(stream.getvalue()) == [make().to_dict()] * count

    def test_jsonl_is_written_as_the_reports_come(self) -> None:
        stream = io.StringIO()
        seen: list[int] = []

        def coming() -> Iterator[Report]:
            for report in (make(), make()):
                seen.append(stream.getvalue().count("\n"))
                yield report

        write_jsonl(coming(), stream)
        assert seen == [0, 1]

    @pytest.mark.parametrize("value", [Decimal("1" + "0" * 400 + ".5"), Decimal("NaN")])
    def test_no_number_that_json_lacks(self, value: Decimal) -> None:
        def refuse(constant: str) -> None:
            raise AssertionError(constant)

        cells = {"fees.fees.amount": Cell(value, Status.REPORTED, printed=str(value))}
        cell = json.loads(json_line(make(cells)), parse_constant=refuse)["cells"]["fees.fees.amount"]
        assert cell["value"] is None
        assert cell["printed"] == str(value)


class TestCSV:
    def test_a_line_a_cell_with_its_source(self) -> None:
        first, *others = rows_of(make())
        assert tuple(first) == COLUMNS
        assert len(others) == 3
        assert first == {
            "name": "报告.txt",
            "sha256": "ab" * 32,
            "form": "toy",
            "organ": "某局",
            "year": "2023",
            "cell": "applications.new.person",
            "table": "三、申请情况",
            "row": "一、新收",
            "column": "自然人",
            "value": "1",
            "status": "reported",
            "printed": "1",
            "start": "7",
            "end": "8",
            "evidence": "1",
            "read_by": "rules",
            "verdict": "clean",
        }

    def test_blank_is_neither_zero_nor_missing(self) -> None:
        blank = rows_of(make())[-1]
        assert (blank["value"], blank["status"]) == ("", "blank")

    def test_a_failed_document_is_not_left_out(self) -> None:
        (line,) = rows_of(FAILED)
        assert (line["name"], line["cell"], line["value"], line["verdict"]) == ("坏.pdf", "", "", "failed")

    def test_ids_where_the_form_is_not_at_hand(self) -> None:
        stream = io.StringIO(newline="")
        write_csv([make()], stream, {})
        assert "applications.new.person,applications,new,person,1," in stream.getvalue()

    @pytest.mark.parametrize(
        "evil", ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1+1", "\r=1", "=cmd|' /C calc'!A0"]
    )
    def test_no_text_runs_as_a_formula(self, evil: str) -> None:
        cells = {"fees.fees.amount": reported(1, text=evil)}
        (line,) = rows_of(make(cells, name=evil, organ=evil))
        for column in ("name", "organ", "printed", "evidence"):
            assert line[column] == f"'{evil}".replace("\r", "\\r").replace("\t", "\\t")

    def test_a_line_is_a_cell_whatever_characters_stand_in_it(self) -> None:
        evil = "a\nb\r\x1b[31mc\x00\x85\u2028\u202ed\v"
        stream = io.StringIO(newline="")
        write_csv([make({"fees.fees.amount": reported(1, text=evil)}, name=evil, organ=evil)], stream, {"toy": FORM})
        head, line, end = stream.getvalue().split("\n")
        assert (head[:5], end) == ("name,", "")
        assert line.count("a\\nb\\r\\x1b[31mc\\x00\\x85\\u2028\\u202ed\\x0b") == 4
        assert line.isprintable()

    @pytest.mark.parametrize("harmless", ["-", "-18", "－1,234", "12.5", "12件", "不适用", ""])
    def test_what_tables_print_is_left_alone(self, harmless: str) -> None:
        (line,) = rows_of(make({"fees.fees.amount": reported(1, text=harmless)}))
        assert line["printed"] == harmless

    @pytest.mark.parametrize(("value", "text"), [(Decimal("1E+3"), "1000"), (Decimal("0.10"), "0.10"), (-7, "-7")])
    def test_every_digit_never_an_exponent(self, value: Number, text: str) -> None:
        (line,) = rows_of(make({"fees.fees.amount": reported(value)}))
        assert line["value"] == text


class TestTable:
    def test_header_names_the_report(self) -> None:
        assert shown(report_view(make(), FORM)).startswith("报告.txt  某局  2023  toy  clean")

    def test_rows_and_columns_as_in_the_form(self) -> None:
        lines = shown(report_view(make(), FORM)).splitlines()
        assert any(line.split() == ["自然人", "其他", "总计"] for line in lines)
        assert any(line.split() == ["一、新收", "1", "2", "3"] for line in lines)

    def test_optional_row_only_where_something_was_found(self) -> None:
        assert "自行加印" not in shown(report_view(make(), FORM))
        cells = {**make().cells, "applications.extra.total": reported(9)}
        assert "自行加印" in shown(report_view(make(cells), FORM))

    def test_missing_table_takes_one_line(self) -> None:
        text = shown(report_view(make({"applications.new.total": reported(3)}), FORM))
        assert "五、收费  not found in this document" in text
        assert "万元" not in text

    def test_every_status_is_told_apart_without_colour(self) -> None:
        for status, sign in {
            Status.REPORTED: "5",
            Status.DERIVED: "5~",
            Status.CORRECTED: "5*",
            Status.DISPUTED: "5?",
            Status.BLANK: "·",
            Status.NOT_APPLICABLE: "/",
        }.items():
            value = None if status in (Status.BLANK, Status.NOT_APPLICABLE) else 5
            text = shown(report_view(make({"fees.fees.amount": Cell(value, status)}), FORM, plain=True))
            assert any(line.split() == ["收费", sign] for line in text.splitlines()), status

    def test_colours(self) -> None:
        text = shown(report_view(make(), FORM), colour=True)
        assert re.search(r"\x1b\[36m *2\x1b\[0m", text)  # derived is cyan

    def test_legend_names_what_occurs(self) -> None:
        text = shown(legend({Status.DERIVED, Status.MISSING}, plain=True))
        assert text.strip() == "figures: ~ derived  – missing"

    @pytest.mark.parametrize("width", [60, 80, 120])
    def test_no_figure_is_broken_or_lost(self, width: int) -> None:
        cells = {f"applications.new.{column}": reported(123456789) for column in ("person", "other", "total")}
        text = shown(report_view(make(cells), FORM), width)
        assert text.count("123456789") == 3

    def test_finding_with_operands_suspects_and_quotes(self) -> None:
        finding = Finding(
            "applications.row_sum.new",
            Severity.ERROR,
            "各列之和应等于总计",
            "the columns add up to the total",
            operands={"applications.new.person": 1, "applications.new.other": None, "applications.new.total": 3},
            suspects=("applications.new.total",),
            quotes=(Evidence(40, 46, "共收到\n3件"),),
        )
        text = shown(report_view(make(findings=(finding,), verdict=Verdict.REVIEW), FORM))
        assert "error  各列之和应等于总计  applications.row_sum.new" in text
        assert "the columns add up to the total" in text
        assert "suspect: 一、新收 / 总计" in text
        assert "“共收到 3件”  at 40" in text

    def test_disputed_cell_lists_what_remains_possible(self) -> None:
        cell = Cell(12, Status.DISPUTED, printed="12 3", alternatives=(123,), because="the digits can be split twice")
        text = shown(report_view(make({"fees.fees.amount": cell}), FORM))
        assert "12 or 123 (read as “12 3”)  the digits can be split twice" in text

    def test_markup_and_escapes_in_documents_do_nothing(self) -> None:
        evil = "[bold red]局[/]\x1b]0;title\x07\u202e"
        text = shown(report_view(make(organ=evil, name=evil), FORM))
        assert "[bold red]局[/]" in text
        assert not {"\x1b", "\x07", "\u202e"} & set(text)

    def test_failed_report_says_why(self) -> None:
        text = shown(report_view(FAILED, None))
        assert "坏.pdf  ?  ?  ?  failed" in text
        assert "PDF documents are not read yet" in text


class TestSummary:
    def test_counts(self) -> None:
        info = Finding("note", Severity.INFO, "供参考", "good to know")
        summary = summarise(make(findings=(info,)))
        assert (summary.cells[Status.REPORTED], summary.cells[Status.DERIVED], summary.findings) == (2, 1, 0)
        assert summary.reason is None

    def test_failure_reason(self) -> None:
        assert failure_reason(FAILED) == "PDF documents are not read yet"
        assert failure_reason(make({}, verdict=Verdict.FAILED))
        assert failure_reason(make()) is None

    def test_a_line_a_report_and_the_sum(self) -> None:
        text = shown(summary_view([summarise(make()), summarise(FAILED)]), 120)
        lines = [" ".join(line.split()) for line in text.splitlines()]
        assert "报告.txt 某局 2023 toy clean 2 1 0 0 0" in lines
        assert "2 documents: 1 clean, 1 failed" in text

    def test_long_paths_keep_their_end(self) -> None:
        text = shown(summary_view([summarise(make(name="很长的文件夹/" * 20 + "report-7.html"))]), 80)
        assert "report-7.html" in text


def test_printable_keeps_the_number_of_characters() -> None:
    text = "a\x1b[1m\n\t\u202e\ud800\x9b"
    assert len(printable(text)) == len(text) == len(printable(text, keep_lines=True))
    assert "\n" in printable(text, keep_lines=True)
    assert "\n" not in printable(text)
