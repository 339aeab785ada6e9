"""Why a cell holds what it holds, as data and on the command line."""

import asyncio
from pathlib import Path

import pytest
from asked import Scripted
from rich.console import Console
from typer.testing import CliRunner

from extractor.ask.model import Answer, Question
from extractor.ask.reader import listen
from extractor.cli.app import app
from extractor.deliver.explain_view import explain_view
from extractor.errors import UsageError
from extractor.explain import Explanation, explain
from extractor.pipeline import draft, finish
from extractor.read import read, read_path
from extractor.report import Status

SAMPLES = Path(__file__).parents[1] / "eval" / "samples"
MISPRINT = SAMPLES / "misprint-2023" / "report.html"
GLUED = next((SAMPLES / "glued-2021").glob("report.*"))
MASS = "applications.rejected_mass.public_welfare"
NEW = "applications.new.total"
CLAIM = "群众递交的涉及征地的政府信息公开申请9件"
TEXT = (
    "青溪市水利局2023年政府信息公开工作年度报告\n依照《政府信息公开工作年度报告格式》（国办公开办函〔2021〕30号）编制。\n"
    f"一、总体情况\n{CLAIM}。\n"
)


def explained(path: Path, cell: str) -> Explanation:
    first = draft(read_path(path))
    return explain(first, finish(first), cell)


def shown(explanation: Explanation) -> str:
    console = Console(width=160, force_terminal=False, no_color=True)
    with console.capture() as written:
        console.print(explain_view(explanation))
    return written.get()


def claimed() -> Explanation:
    first = draft(read(TEXT.encode(), name="report.txt"))

    def script(question: Question) -> list[Answer]:
        numbers = [line[2:].partition("：")[0] for line in question.user.split("项目：\n")[1].splitlines()]
        return [Answer(cell=number, value="9", quote=CLAIM) for number in numbers]

    heard = asyncio.run(listen(Scripted(script), *first.questions()))
    return explain(first, finish(first, heard), NEW)


def test_a_reading_of_a_table_tells_where_it_was_read() -> None:
    said = explained(MISPRINT, MASS).said
    assert [(one.reader, one.how, one.value, one.share) for one in said] == [("rules", "grid", 6, 1.0)]
    text = read_path(MISPRINT).text
    assert text[said[0].evidence.start : said[0].evidence.end] == said[0].evidence.text == "6"


def test_identities_tell_which_hold_and_which_are_broken() -> None:
    explanation = explained(MISPRINT, MASS)
    holds = {one.id: one.holds for one in explanation.identities}
    assert holds["applications.row_sum.rejected_mass"] is False
    assert holds["applications.outcomes.public_welfare"] is False
    assert {one.rule for one in explanation.findings} >= {"applications.row_sum.rejected_mass"}
    assert explanation.cell.status is Status.REPORTED


def test_what_is_not_known_neither_holds_nor_is_broken() -> None:
    first = draft(read(TEXT.encode(), name="report.txt"))
    explanation = explain(first, finish(first), NEW)
    assert explanation.said == ()
    assert explanation.identities
    assert {one.holds for one in explanation.identities} == {None}


def test_a_place_that_can_be_read_in_several_ways_tells_the_likeliest_first() -> None:
    first = draft(read_path(GLUED))
    report = finish(first)
    several = [
        [one.share for one in explain(first, report, cell).said if not one.how.startswith("sentence")]
        for cell in first.form.cells
    ]
    assert max(map(len, several)) > 1
    for shares in filter(None, several):
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1.0)


def test_what_a_model_was_asked_is_told_with_what_became_of_it() -> None:
    explanation = claimed()
    assert [(one.value, one.outcome) for one in explanation.asked] == [("9", "unbound")]
    assert explanation.cell.status is Status.DISPUTED
    view = shown(explanation)
    assert "unbound" in view
    assert CLAIM in view.replace("\n", "")


def test_a_cell_that_the_form_does_not_have() -> None:
    first = draft(read_path(MISPRINT))
    with pytest.raises(
        UsageError, match=r"form ogi-2021 has no cell 'a\.b\.c'; `gouji forms show ogi-2021` lists them"
    ):
        explain(first, finish(first), "a.b.c")


def test_the_view_tells_label_value_readings_and_identities() -> None:
    view = shown(explained(MISPRINT, MASS))
    for part in (MASS, "4.无正当理由大量反复申请", "reported", "rules", "applications.row_sum.rejected_mass"):
        assert part in view, part


def test_the_view_of_every_cell_of_a_report() -> None:
    first = draft(read_path(MISPRINT))
    report = finish(first)
    for cell in first.form.cells:
        assert cell in shown(explain(first, report, cell))


def test_markup_in_a_document_is_text() -> None:
    text = TEXT.replace("群众递交的", "[bold red]群众[/nothing]递交的")
    first = draft(read(text.encode(), name="report.txt"))
    assert NEW in shown(explain(first, finish(first), NEW))


def test_the_command() -> None:
    result = CliRunner().invoke(app, ["explain", str(MISPRINT), MASS])
    assert result.exit_code == 0, result.output
    assert MASS in result.stdout
    assert "applications.row_sum.rejected_mass" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["explain", str(MISPRINT), "a.b.c"], 2, "no cell 'a.b.c'"),
        (["explain", str(MISPRINT), MASS, "--form", "ogi-1999"], 2, "no form 'ogi-1999'"),
        (["explain", "no-such-file.html", MASS], 2, "no-such-file.html"),
        (["explain", str(MISPRINT)], 2, "CELL"),
    ],
    ids=["unknown cell", "unknown form", "no file", "no cell"],
)
def test_wrong_usage_is_told(arguments: list[str], code: int, told: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, result.output
    assert told in result.output


def test_a_document_that_is_no_report(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("今天天气很好。", encoding="utf-8")
    result = CliRunner().invoke(app, ["explain", str(path), NEW])
    assert result.exit_code == 1, result.output


def test_standard_input() -> None:
    result = CliRunner().invoke(app, ["explain", "-", MASS], input=MISPRINT.read_bytes())
    assert result.exit_code == 0, result.output
    assert MASS in result.stdout
