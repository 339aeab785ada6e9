"""Files of results read back: every shape that gouji writes, and what strangers' files are answered."""

import codecs
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from extractor import extract
from extractor.audit import results
from extractor.audit.filed import filed_report, filed_result, needed_cells
from extractor.audit.model import Filed, NotAudited
from extractor.audit.results import holds_results, read_results
from extractor.batch import failed
from extractor.deliver.to_json import json_line, json_text
from extractor.errors import ForeignResultError, ResultError
from extractor.report import JSONValue, Status
from tests.audited import FORMS

ROOT = Path(__file__).resolve().parents[1]
MISPRINT = ROOT / "eval" / "samples" / "misprint-2023" / "report.html"
NEEDED = needed_cells(FORMS)


@pytest.fixture(scope="module")
def line() -> str:
    return json_line(extract(MISPRINT))


def places(content: str | bytes, suffix: str = "") -> list[tuple[str, str]]:
    """Where each result was found, and what it is: the sha256 of a result, else what is wrong with it."""
    data = content if isinstance(content, bytes) else content.encode()
    told = []
    for place, result in read_results(io.BufferedReader(io.BytesIO(data)), suffix):  # type: ignore[arg-type]
        told.append((place, str(result) if isinstance(result, ResultError) else json.dumps(result, default=str)))
    return told


class TestShapes:
    def test_one_object(self, line: str) -> None:
        for text in (json.dumps(json.loads(line), indent=2), json.dumps(json.loads(line), indent=2) + "\n\n"):
            ((place, _),) = places(text)
            assert place == ""

    def test_one_line(self, line: str) -> None:
        assert [place for place, _ in places(line)] == [":1"]

    def test_lines(self) -> None:
        assert places('{"a": 1}\n\n{"a": 2}\r\n{"a": 3}') == [
            (":1", '{"a": 1}'),
            (":3", '{"a": 2}'),
            (":4", '{"a": 3}'),
        ]

    def test_array(self) -> None:
        assert places('[\n{"a": 1},\n{"a": [{}]}\n]\n') == [("[1]", '{"a": 1}'), ("[2]", '{"a": [{}]}')]
        assert places("[]") == []

    @pytest.mark.parametrize("size", [1, 2, 7])
    def test_array_in_pieces_of_any_size(self, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(results, "_CHUNK", size)
        objects: list[JSONValue] = [{"a": '],{"}'}, {"b": [[], {}]}, {"c": None}]
        content = json.dumps(objects, indent=1)
        assert [json.loads(text) for _, text in places(content)] == objects

    @pytest.mark.parametrize("bom", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
    def test_what_windows_makes_of_it(self, bom: bytes) -> None:
        encoding = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}[bom]
        content = bom + '{"局": 1}\r\n{"局": 2}\r\n'.encode(encoding)
        assert holds_results(content[:256])
        assert [json.loads(text) for _, text in places(content)] == [{"局": 1}, {"局": 2}]

    def test_what_is_taken_for_results(self) -> None:
        assert all(map(holds_results, (b'{"a"', b" [\n {", b"[]", b"{}", b'\xef\xbb\xbf{\n  "a')))
        assert not any(map(holds_results, (b"", "[首页](a.html)".encode(), b"<html>", b"{{title}}", b"1", b"null")))


class TestDamage:
    def test_a_line_costs_only_itself(self) -> None:
        told = places(b'{"a": 1}\n{"a": \n\xff{"a"}\n{"a": 4}\n', ".jsonl")
        assert [place for place, _ in told] == [":1", ":2", ":3", ":4"]
        assert told[1][1].startswith("not JSON: Expecting value")
        assert told[2][1] == "not UTF-8"
        assert told[3][1] == '{"a": 4}'

    def test_the_first_line_too(self) -> None:
        assert [place for place, _ in places('{"a"\n{"a": 2}\n', ".jsonl")] == [":1", ":2"]

    def test_an_array_that_breaks_off(self) -> None:
        told = places('[{"a": 1}, {"a": 2')
        assert [place for place, _ in told] == ["[1]", "[2]"]
        assert told[1][1].startswith("not JSON: ")
        assert places('[{"a": 1}')[1] == ("[2]", "not JSON: it breaks off")
        assert places('[{"a": 1} {"a": 2}]')[1] == ("[2]", "not JSON: ',' is missing")

    def test_an_array_of_something_else(self) -> None:
        assert places("[1, 2]") == [("[1]", "no result of gouji: an array of something else than objects")]

    def test_a_bad_byte_in_an_array(self) -> None:
        assert places(b'[{"a": "\xff"}]')[-1][1] == "not UTF-8"

    def test_nothing(self) -> None:
        assert places("") == places(" \n") == [("", "the file is empty")]

    @pytest.mark.parametrize("bomb", ['{"a":' * 100_000, '{"a":' + "[" * 100_000])
    def test_nested_without_end(self, bomb: str) -> None:
        for content, suffix in ((bomb, ""), (bomb, ".jsonl"), ("[" + bomb, "")):
            ((_, told),) = places(content, suffix)
            assert told == "nested too deeply to be a result of gouji"

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "1" * 5000])
    def test_numbers_that_are_none(self, value: str) -> None:
        ((_, told),) = places(f'{{"a": {value}}}', ".jsonl")
        assert told.startswith("not JSON: ")

    def test_results_that_are_too_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(results, "MOST_CHARACTERS", 20)
        monkeypatch.setattr(results, "_CHUNK", 8)
        long = json.dumps({"a": "x" * 100})
        told = places(f'{{"a": 1}}\n{long}\n{{"a": 3}}\n')
        assert [(place, len(text) < 30) for place, text in told] == [(":1", True), (":2", False), (":3", True)]
        assert "too long for a result" in told[1][1]
        assert "too long for a result" in places("[" + long)[0][1]
        assert "too long for a result" in places(json.dumps({"a": "x" * 100}, indent=2))[0][1]


class TestResults:
    def test_a_result_says_what_the_report_says(self) -> None:
        unread = {"prose-statistics-2018"}  # see NOT_YET in test_pipeline.py
        nameless = {"cover-and-annexes-2023"}
        for path in sorted((ROOT / "eval" / "samples").glob("*/report.*")):
            if path.parent.name in unread | nameless:
                continue
            report = extract(path)
            kept = filed_report(report, NEEDED)
            read = filed_result(json.loads(json_text(report), parse_float=Decimal), "all.jsonl:1", NEEDED)
            assert isinstance(kept, Filed) and isinstance(read, Filed)
            assert (read.figures, read.suspects, read.errors) == (kept.figures, kept.suspects, kept.errors)
            assert (read.organ, read.year, read.form) == (kept.organ, kept.year, kept.form)
            assert (read.where, kept.where) == (f"{path} (all.jsonl:1)", str(path))

    def test_a_failed_document(self, tmp_path: Path) -> None:
        report = failed(tmp_path / "a.txt", "unreadable", "why")
        kept, read = filed_report(report, NEEDED), filed_result(report.to_dict(), "x:1", NEEDED)
        assert isinstance(kept, NotAudited) and isinstance(read, NotAudited)
        assert (kept.reason, kept.failed) == ("why", True)
        # That it failed has been said when it was extracted.
        assert (read.reason, read.failed) == ("why", False)

    @pytest.mark.parametrize(
        ("field", "reason"),
        [("organ", "its body could not be told"), ("year", "its year could not be told"), ("form", "its form could")],
    )
    def test_a_report_of_nobody_knows_what(self, line: str, field: str, reason: str) -> None:
        left_out = filed_result(json.loads(line) | {field: None}, "x:1", NEEDED)
        assert isinstance(left_out, NotAudited)
        assert left_out.reason.startswith(reason)

    @pytest.mark.parametrize(
        ("result", "message"),
        [
            ([], "no result of gouji: an array where an object should be"),
            ("x", "no result of gouji: a text"),
            ({"cells": {}}, 'no result of gouji: it has no "source", "verdict"'),
        ],
    )
    def test_what_is_no_result(self, result: object, message: str) -> None:
        with pytest.raises(ForeignResultError) as raised:
            filed_result(result, "x:1", NEEDED)
        assert str(raised.value).startswith(message)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"source": 3}, '"source" is a number where an object should be'),
            ({"source": {"name": True}}, '"source.name" is true or false where a text should be'),
            ({"cells": []}, '"cells" is an array where an object should be'),
            ({"year": "2023"}, '"year" is no year'),
            ({"year": 99999}, '"year" is no year'),
            ({"organ": {}}, '"organ" is an object where a text should be'),
            ({"findings": {}}, '"findings" is an object where an array should be'),
            ({"findings": [None]}, '"findings" is null where an object should be'),
            ({"findings": [{"suspects": 1}]}, '"suspects" is a number where an array should be'),
        ],
    )
    def test_what_is_wrong_with_it(self, line: str, change: dict[str, object], message: str) -> None:
        with pytest.raises(ResultError) as raised:
            filed_result(json.loads(line) | change, "x:1", NEEDED)
        assert str(raised.value) == message

    @pytest.mark.parametrize(
        ("cell", "message"),
        [
            (None, "is null where an object should be"),
            ({"value": 1}, "has no status that gouji gives"),
            ({"value": 1, "status": ["reported"]}, "has no status that gouji gives"),
            ({"value": "1", "status": "reported"}, "has a text where a figure should be"),
            ({"value": True, "status": "reported"}, "has true or false where a figure should be"),
            ({"value": None, "status": "reported"}, "is reported and has no figure"),
            ({"value": 1, "status": "reported", "evidence": {}}, "has evidence without start, end and text"),
        ],
    )
    def test_what_is_wrong_with_a_cell(self, line: str, cell: object, message: str) -> None:
        result = json.loads(line)
        result["cells"]["applications.carried_in.total"] = cell
        with pytest.raises(ResultError) as raised:
            filed_result(result, "x:1", NEEDED)
        assert str(raised.value) == f'"cells.applications.carried_in.total" {message}'

    @pytest.mark.parametrize("value", [10**400, Decimal("1E+999999999"), Decimal("1E-999999999"), -(10**15)])
    def test_no_figure_of_a_report(self, line: str, value: int | Decimal) -> None:
        result = json.loads(line)
        result["cells"]["applications.carried_in.total"] = {"value": value, "status": "reported"}
        read = filed_result(result, "x:1", NEEDED)
        assert isinstance(read, Filed)
        figure = read.figure("applications.carried_in.total")
        assert (figure.value, figure.status) == (None, Status.DISPUTED)

    def test_only_what_is_needed_is_kept(self, line: str) -> None:
        read = filed_result(json.loads(line), "x:1", NEEDED)
        assert isinstance(read, Filed)
        assert set(read.figures) <= NEEDED
        assert 10 < len(read.figures) < 30
