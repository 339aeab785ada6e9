"""Why a figure is doubted, and what the reader put up with, is said in Chinese and in English, and neither in both."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import extractor
from eval.generated import cases, make_case
from eval.layouts import LAYOUTS
from eval.mess import MESS
from eval.truth import FORMS
from extractor.batch import failed
from extractor.errors import DocumentError
from extractor.forms.load import load_forms
from extractor.parse.recognise.recognise import recognise
from extractor.parse.tables import read_tables
from extractor.pipeline import extract_document
from extractor.read import Document, read
from extractor.reconcile.operations import Move
from extractor.reconcile.repair import _misread
from extractor.report import Cell, Reason, Report, Status

PACKAGE = Path(extractor.__file__).parent
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")  # two words: UTF-8, NUL and gb18030 are names
QUOTED = re.compile(r"“[^”]*”")
MANY = 150
"""More than every form in every layout."""


@cache
def made() -> tuple[tuple[str, Document, Report], ...]:
    """Messy documents in every form and layout, as they are read and what comes out."""
    out = []
    for case in cases(MANY, 3, list(FORMS), list(LAYOUTS), list(MESS), 0.6):
        rendered = make_case(case)
        document = read(rendered.data, name=rendered.name)
        out.append((case.id, document, extract_document(document, form=case.form)))
    return tuple(out)


def reasons(document: Document, report: Report) -> Iterator[Reason]:
    """Every Reason that was given on the way to the report."""
    forms = load_forms()
    form = forms[report.form or ""]
    recognised = recognise(document, forms, form.id)
    choices = read_tables(document, form, recognised.year).choices
    yield from document.notes
    yield from (choice.because for choice in choices if choice.because is not None)
    for cell in report.cells.values():
        assert (cell.because is None) is (cell.because_zh is None)
        if cell.because is not None and cell.because_zh is not None:
            yield Reason(cell.because, cell.because_zh)


def mixed(reason: Reason, document: Document, labels: str) -> bool:
    """Whether a half is in the other's language, apart from what it quotes of the document or the form."""
    unquoted = QUOTED.sub("", reason.zh)
    strange = [run for run in CHINESE.findall(reason.en) if run not in document.text and run not in labels]
    return bool(strange) or ENGLISH.search(unquoted) is not None or CHINESE.search(unquoted) is None


def test_every_reason_given_is_in_both_languages() -> None:
    forms = load_forms()
    seen: set[Reason] = set()
    for name, document, report in made():
        form = forms[report.form or ""]
        labels = "\n".join(label for table in form.tables for row in table.rows for label in row.labels)
        given = set(reasons(document, report))
        assert [one for one in given if mixed(one, document, labels)] == [], name
        seen |= given
    kinds = {re.sub(r"\d+|: .*|may be .*", "", one.en) for one in seen}
    assert len(kinds) > 20


@pytest.mark.parametrize("rule", ["document.ambiguous_row", "document.reading"])
def test_findings_give_reasons_in_their_own_language(rule: str) -> None:
    found = [finding for _, _, report in made() for finding in report.findings if finding.rule == rule]
    assert found
    for finding in found:
        assert CHINESE.search(finding.message.partition("：")[2]), finding
        assert not ENGLISH.search(QUOTED.sub("", finding.message)), finding
        assert ENGLISH.search(finding.message_en), finding


def given_in_source() -> Iterator[tuple[str, str, str]]:
    """The words of every Reason that the package can give: where, in English, in Chinese."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
                if all(isinstance(part, ast.Name) for part in node.args):
                    continue  # read back from a result
                english, chinese = (
                    "".join(
                        one.value for one in ast.walk(part) if isinstance(one, ast.Constant) and type(one.value) is str
                    )
                    for part in node.args
                )
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", english, chinese


def test_every_reason_there_is_has_both_languages() -> None:
    """Also those that no generated document calls for."""
    given = list(given_in_source())
    assert len(given) > 40
    for where, english, chinese in given:
        assert english and not CHINESE.search(english), where
        assert CHINESE.search(chinese) and not ENGLISH.search(chinese), where


@pytest.mark.parametrize("move", Move)
def test_every_move_has_a_name_in_both_languages(move: Move) -> None:
    reason = _misread(move, 3)
    assert not CHINESE.search(reason.en)
    assert not ENGLISH.search(reason.zh) and "3" in reason.zh


def codes() -> list[str]:
    return [DocumentError.code, *(kind.code for kind in DocumentError.__subclasses__()), "crashed", "internal"]


@pytest.mark.parametrize("code", codes())
def test_a_failure_is_named_in_chinese_with_the_detail_in_brackets(code: str) -> None:
    (finding,) = failed(Path("nowhere"), code, "why it failed").findings
    assert finding.message_en == "why it failed"
    phrase = re.fullmatch(r"未能读出报告：(.+)（why it failed）", finding.message)
    assert phrase is not None and CHINESE.fullmatch(phrase[1])


def test_each_kind_of_failure_has_words_of_its_own() -> None:
    assert len({failed(Path("nowhere"), code, "").findings[0].message for code in codes()}) == len(codes())


def test_a_cell_gives_its_reason_in_both_languages_or_not_at_all() -> None:
    plain = Cell(3, Status.REPORTED)
    assert plain.for_reason(None) is plain
    assert not {"because", "because_zh"} & plain.to_dict().keys()
    doubted = plain.for_reason(Reason("doubted", "存疑")).to_dict()
    assert (doubted["because"], doubted["because_zh"]) == ("doubted", "存疑")
