"""What is asked: only open cells, only in sentences that may state them, a few at a time."""

import pytest
from asked import FORM, ORGAN, YEAR, speech_of

from eval.freetext import free_report
from eval.generated import cases
from eval.render import make_case
from extractor.ask.plan import gaps, plan
from extractor.ask.prompt import load_prompt, question
from extractor.ask.subjects import load_asking
from extractor.errors import RulesError
from extractor.forms.load import load_forms
from extractor.pipeline import draft
from extractor.read import read
from extractor.report import Cell, Status

ALL = tuple(load_asking().of_form(FORM))
NEW, REVIEW = "applications.new.total", "review_litigation.review.total"
ISSUED = "proactive.normative_documents.issued"
TEXT = (
    "收到政府信息公开申请20件。组织培训3次。局领导高度重视。没有一起因信息公开而起的复议。"
    "\n\n二、其他情况\n\n全年印发行政规范性文件4件。"
)


@pytest.mark.parametrize("status", list(Status))
def test_only_missing_and_disputed_cells_are_open(status: Status) -> None:
    cells = {cell: Cell(None, Status.REPORTED) for cell in load_forms()[FORM].cells}
    cells[NEW] = Cell(None, status)
    assert gaps(load_forms()[FORM], cells) == ((NEW,) if status in (Status.MISSING, Status.DISPUTED) else ())


def test_a_cell_without_a_wording_is_never_asked_for() -> None:
    cells = {cell: Cell(None, Status.MISSING) for cell in load_forms()[FORM].cells}
    assert set(gaps(load_forms()[FORM], cells)) == set(ALL) < set(cells)


def test_only_sentences_with_the_words_are_sent() -> None:
    speech, _ = speech_of(TEXT)
    (asked,) = plan((NEW, REVIEW, ISSUED), speech)
    assert asked.text == "收到政府信息公开申请20件。\n没有一起因信息公开而起的复议。\n全年印发行政规范性文件4件。"
    assert {cell for cell, _ in asked.cells} == {NEW, REVIEW, ISSUED}


def test_what_is_little_goes_into_one_question_and_what_is_much_into_several() -> None:
    speech, _ = speech_of(TEXT)
    assert len(plan((NEW, REVIEW), speech)) == 1
    longer = TEXT.replace("一起因信息公开", "一起因" + "相关的" * 230 + "信息公开")
    speech, _ = speech_of(longer)
    assert [[cell for cell, _ in one.cells] for one in plan((NEW, ISSUED, REVIEW), speech)] == [
        [NEW],
        [REVIEW],
        [ISSUED],
    ]


def test_only_cells_that_are_open_are_asked_for() -> None:
    speech, _ = speech_of(TEXT)
    assert [cell for one in plan((REVIEW,), speech) for cell, _ in one.cells] == [REVIEW]
    assert plan((), speech) == []


def test_a_cell_of_which_no_sentence_speaks_is_not_asked_for() -> None:
    speech, _ = speech_of("收到政府信息公开申请20件。")
    assert plan((ISSUED,), speech) == []


def test_questions_are_small() -> None:
    text = "".join(free_report(number)[0].decode().replace("\n", "。") for number in range(20))
    speech, _ = speech_of(text)
    passages = plan(ALL, speech)
    assert len(passages) > 20
    for passage in passages:
        assert 1 <= len(passage.cells) <= 8
        assert len(passage.text) <= 700 + max(len(one.text) for one in passage.sentences) + len(passage.sentences)
        assert [one.index for one in passage.sentences] == sorted({one.index for one in passage.sentences})


def test_a_report_that_was_read_asks_nothing() -> None:
    for case in cases(8, 3, [FORM, "ogi-2019"], ["html", "pipe"], [], 0.0):
        passages, _ = draft(read(make_case(case).data, name="report.html")).questions()
        assert passages == [], case.id


def test_a_question_holds_the_text_and_the_wording_and_nothing_else() -> None:
    asked = question("收到政府信息公开申请20件。", [("q1", "总件数")])
    assert asked.user == "原文：收到政府信息公开申请20件。\n项目：\n- q1：总件数"
    assert asked.system == load_prompt().text
    assert asked.prompt == load_prompt().id
    assert asked.retort is None


def test_no_value_of_the_parser_is_shown() -> None:
    speech, _ = speech_of("收到政府信息公开申请20件。")
    (passage,) = plan((NEW,), speech)
    asked = question(passage.text, [("q1", subject.asks) for _, subject in passage.cells])
    assert (str(YEAR), ORGAN) not in ((asked.user, asked.system),)
    assert sum(character.isdigit() for character in asked.user) == len("201")


def test_a_prompt_that_is_missing_is_named() -> None:
    with pytest.raises(RulesError, match=r"prompts/no-such\.md: "):
        load_prompt("no-such")


def test_the_prompt_is_named_with_its_hash() -> None:
    name, _, digest = load_prompt().id.partition("@")
    assert name == "read-figures.v1"
    assert len(digest) == 12
