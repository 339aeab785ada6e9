"""The other systems do what a competent afternoon's work does: right where the page is tidy, no better than that."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from endpoint import Endpoint as Scripted
from endpoint import content

from eval.gold import ROOT, find_samples
from eval.others import SYSTEMS
from eval.others.asked import RECORDING, Endpoint, Recorder, Replay
from eval.others.forms import fill, number
from eval.others.label_reader import LabelReader, read_text
from eval.others.pandas_html import PandasHtml
from eval.others.pdf_tables import PdfTables
from eval.others.recorded import main, recorded_samples, score_system
from eval.others.whole_form import WholeForm, whole_model
from extractor.errors import UnreadableError, UsageError
from extractor.evaluate.scoring import Outcome
from extractor.evaluate.systems import System
from extractor.forms.load import load_forms

FORMS = load_forms()
SAMPLES = {sample.name: sample for sample in find_samples(ROOT / "eval" / "samples")}


def counts(system: System, name: str) -> dict[Outcome, int]:
    return dict(score_system(system, SAMPLES[name]).counts)


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_they_can_be_sent_to_processes(system: System) -> None:
    again = pickle.loads(pickle.dumps(system))
    assert (again.name, again.suffixes) == (system.name, system.suffixes)
    assert all(suffix.startswith(".") for suffix in system.suffixes)


def test_pandas_reads_tidy_pages_and_nothing_without_tables() -> None:
    pytest.importorskip("pandas")
    assert counts(PandasHtml(), "clean-html-2022") == {Outcome.RIGHT: 200}
    assert counts(PandasHtml(), "gbk-2020") == {Outcome.RIGHT: 198}
    assert counts(PandasHtml(), "statistics-2016") == {Outcome.RIGHT: 58}
    assert counts(PandasHtml(), "fujian-table-in-html-2012")[Outcome.RIGHT] >= 30
    form = FORMS["ogi-2021"]
    assert dict(PandasHtml().extract("<p>行政许可12件</p>".encode(), "report.html", form).cells) == {}


def test_the_label_reader_reads_flat_text_whose_rows_are_whole() -> None:
    assert counts(LabelReader(), "clean-html-2022") == {Outcome.RIGHT: 200}
    assert counts(LabelReader(), "county-and-library-2023") == {Outcome.RIGHT: 200}
    assert counts(LabelReader(), "glued-2021")[Outcome.SILENTLY_WRONG] > 20
    text = "主动公开政府信息数 条 1,204\n七、依申请公开信息收取的费用（万元） 0.5"
    cells = LabelReader().extract(text.encode("gb18030"), "report.txt", FORMS["ogi-2014"]).cells
    assert (cells["statistics.disclosed.year"], str(cells["statistics.fees.year"])) == (1204, "0.5")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_decoded(encoding: str) -> None:
    assert read_text("政府信息公开".encode(encoding)) == "政府信息公开"


def test_rows_by_label_columns_by_head_else_from_the_right() -> None:
    cells: dict[str, object] = {}
    form = FORMS["ogi-fujian"]
    grid = [
        ["指标名称", "单位", "历年累计", "2015年度"],
        ["主动公开文件数", "条", "90", "7"],
        ["其中：1.政府网站公开数", "条", "", "6"],
        ["没有这一行", "条", "1", "2"],
    ]
    fill(form, grid, cells)  # type: ignore[arg-type]
    assert cells == {
        "statistics.disclosed.cumulative": 90,
        "statistics.disclosed.year": 7,
        "statistics.disclosed_website.cumulative": None,
        "statistics.disclosed_website.year": 6,
    }
    headless: dict[str, object] = {}
    fill(form, [["行政复议数", "件", "3", "8"]], headless)  # type: ignore[arg-type]
    assert headless == {"statistics.reviews.year": 3, "statistics.reviews.cumulative": 8}


@pytest.mark.parametrize(("text", "value"), [("1,204件", 1204), ("－3", -3), ("１２", 12), ("", None), ("无", None)])
def test_numbers(text: str, value: int | None) -> None:
    assert number(text) == value


def ruled_pdf(rows: list[list[str]]) -> bytes:
    """A page with a ruled table, in a font that is not embedded."""
    left, top, width, height = 40, 800, 130, 24
    right, bottom = left + width * len(rows[0]), top - height * len(rows)
    lines = [f"{left} {top - height * n} m {right} {top - height * n} l S" for n in range(len(rows) + 1)]
    lines += [f"{left + width * n} {top} m {left + width * n} {bottom} l S" for n in range(len(rows[0]) + 1)]
    for down, row in enumerate(rows):
        for along, text in enumerate(row):
            x, y = left + width * along + 4, top - height * down - 16
            lines.append(f"BT /F 8 Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET")
    stream = "\n".join(lines).encode()
    font = b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>"
    inner = (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/FontDescriptor 7 0 R>>"
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R/Resources<</Font<</F 4 0 R>>>>>>"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page,
        font,
        inner,
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -200 1000 900]/Ascent 800/Descent -200>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for count, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (count, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    return out + head + table + b"trailer<</Size %d/Root 1 0 R>>startxref\n%d\n%%%%EOF" % (len(parts) + 1, len(out))


def test_pdfplumber_reads_ruled_tables() -> None:
    pytest.importorskip("pdfplumber")
    rows = [
        ["指标名称", "单位", "2015年度", "历年累计"],
        ["主动公开文件数", "条", "7", "90"],
        ["行政复议数", "件", "0", "3"],
    ]
    cells = PdfTables().extract(ruled_pdf(rows), "report.pdf", FORMS["ogi-fujian"]).cells
    assert cells == {
        "statistics.disclosed.year": 7,
        "statistics.disclosed.cumulative": 90,
        "statistics.reviews.year": 0,
        "statistics.reviews.cumulative": 3,
    }
    with pytest.raises(UnreadableError):
        PdfTables().extract(b"<html>", "report.html", FORMS["ogi-fujian"])


# The whole form at once


@pytest.mark.parametrize("form", FORMS)
def test_the_model_holds_every_cell_and_requires_it(form: str) -> None:
    model = whole_model(form)
    answer = {t.id: {r.id: dict.fromkeys(t.columns_of(r)) for r in t.rows} for t in FORMS[form].tables}
    kept = model.model_validate(answer).model_dump()
    named = {f"{t}.{r}.{c}" for t, rows in kept.items() for r, columns in rows.items() for c in columns}
    assert named == set(FORMS[form].cells)
    answer["statistics" if "statistics" in answer else "applications"].popitem()
    with pytest.raises(ValueError, match="Field required"):
        model.model_validate(answer)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    rows = {r.id: {"year": 4, "cumulative": None} for r in FORMS["ogi-fujian"].tables[0].rows}
    with Scripted(lambda _request, _n: content(json.dumps({"statistics": rows}))) as endpoint:
        monkeypatch.setenv("GOUJI_LLM_BASE_URL", endpoint.url)
        monkeypatch.setenv("GOUJI_LLM_MODEL", "test-model")
        yield endpoint


def test_an_endpoint_is_asked_once_and_recorded(answering: Scripted, tmp_path: Path) -> None:
    sample, path = SAMPLES["fujian-tabs-2015"], tmp_path / "kept.jsonl"
    data, form = sample.report.read_bytes(), FORMS["ogi-fujian"]
    made = WholeForm(Recorder(Endpoint(), path)).extract(data, "report.txt", form)
    assert made.cells["statistics.reviews.year"] == 4
    assert made.cells["statistics.reviews.cumulative"] is None
    assert (made.usage.llm_calls, made.usage.prompt_tokens, made.usage.completion_tokens) == (1, 100, 20)
    assert len(answering.requests) == 1
    again = WholeForm(Replay(path)).extract(data, "report.txt", form)
    assert again == made
    assert len(answering.requests) == 1
    with pytest.raises(UnreadableError, match="not in the recording"):
        WholeForm(Replay(path)).extract(data + b" ", "report.txt", form)
    assert score_system(WholeForm(Replay(path)), sample).harm > 0


def test_without_an_endpoint_it_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GOUJI_LLM_BASE_URL", "GOUJI_LLM_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no endpoint is configured"):
        WholeForm(Endpoint()).extract("主动公开文件数 1 2".encode(), "report.txt", FORMS["ogi-fujian"])


def test_the_recording_of_a_real_model_is_replayed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """If this fails, a prompt, a form or a sample has changed since: record again (eval/others/recorded.py)."""
    lines = RECORDING.read_text("utf-8").splitlines()
    kept = list(recorded_samples())
    assert len(kept) == len(lines) >= 1
    assert all(score_system(WholeForm(Replay()), sample).printed > 0 for sample in kept)
    monkeypatch.setattr("sys.argv", ["recorded"])
    assert main() == 0
    shown = capsys.readouterr().out
    assert "gouji, rules" in shown and WholeForm.name in shown
