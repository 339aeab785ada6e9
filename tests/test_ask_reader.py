"""Asking a document's questions: what one answer costs, what a second one is for, what a failure takes with it."""

import asyncio

import pytest
from asked import Scripted

from extractor.ask.ground import Outcome
from extractor.ask.model import Answer, Question, Reply
from extractor.ask.prompt import load_prompt
from extractor.ask.reader import Heard, listen
from extractor.errors import ModelError
from extractor.pipeline import Draft, draft, extract_asking, finish
from extractor.read import read
from extractor.report import Report, Severity, Status, Usage

NEW, REVIEW = "applications.new.total", "review_litigation.review.total"
ISSUED = "proactive.normative_documents.issued"
TITLE = "青溪市水利局2023年政府信息公开工作年度报告\n"
FORM = "依照《政府信息公开工作年度报告格式》（国办公开办函〔2021〕30号）编制。\n"
RECEIVED = "过去一年，群众向我单位递交的政府信息公开申请总计20件。"
ISSUES = "这一年我单位拟定并印发的行政规范性文件有4件。"
MEANTIME = "领导高度重视，各科室密切配合。"
TEXT = f"{TITLE}{FORM}一、总体情况\n（一）主动公开。{ISSUES}{MEANTIME}\n（二）依申请公开。{RECEIVED}\n"
TRUE = {"申请总件数": ("20", RECEIVED), "规范性文件件数": ("4", ISSUES)}


def first() -> Draft:
    return draft(read(TEXT.encode(), name="report.txt"))


def items(question: Question) -> list[tuple[str, str]]:
    return [
        (number, wording)
        for number, _, wording in (line[2:].partition("：") for line in question.user.split("项目：\n")[1].splitlines())
    ]


def truly(question: Question) -> list[Answer]:
    out = []
    for number, wording in items(question):
        value, quote = next((one for words, one in TRUE.items() if words in wording), (None, ""))
        out.append(Answer(cell=number, value=value, quote=quote))
    return out


def silent(question: Question) -> list[Answer]:
    return [] if question.user else truly(question)


def heard_from(model: Scripted) -> Heard:
    return asyncio.run(listen(model, *first().questions()))


def report_of(model: Scripted) -> Report:
    return finish(first(), heard_from(model))


def numbered(question: Question, words: str) -> str:
    return next(number for number, wording in items(question) if words in wording)


def test_the_rules_alone_leave_these_open() -> None:
    cells = finish(first()).cells
    assert {cells[NEW].status, cells[ISSUED].status} == {Status.MISSING}


def test_a_true_model_fills_the_gaps() -> None:
    report = report_of(Scripted(truly))
    for cell, value in ((NEW, 20), (ISSUED, 4)):
        state = report.cells[cell]
        assert (state.value, state.status, state.read_by) == (value, Status.REPORTED, ("llm",))
        assert state.evidence is not None
        assert TEXT[state.evidence.start : state.evidence.end] == str(value)
    asked = {one.cell: one for one in report.trace}
    assert (asked[NEW].outcome, asked[NEW].value, asked[NEW].prompt) == ("accepted", "20", load_prompt().id)


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question for each cell."""
    monkeypatch.setattr("extractor.ask.plan._MOST_CELLS", 1)


@pytest.mark.usefixtures("one_by_one")
def test_a_passage_that_fails_costs_only_itself() -> None:
    def script(question: Question) -> list[Answer]:
        if "规范性文件件数" in question.user:
            raise ModelError("endpoint: 503")
        return truly(question)

    report = report_of(Scripted(script))
    assert report.cells[NEW].value == 20
    assert report.cells[ISSUED].status is Status.MISSING
    finding = next(one for one in report.findings if one.rule == "document.unasked")
    assert finding.severity is Severity.WARNING
    assert "endpoint: 503" in finding.message
    assert "endpoint: 503" in finding.message_en


def test_a_model_that_never_answers_costs_no_report() -> None:
    def script(question: Question) -> list[Answer]:
        raise ModelError(f"gone: {question.prompt}")

    model = Scripted(script)
    report = report_of(model)
    assert report.cells[NEW].status is Status.MISSING
    assert report.usage == Usage()
    assert "document.unasked" in {one.rule for one in report.findings}


def test_nothing_is_unasked_where_nothing_was_found() -> None:
    report = report_of(Scripted(silent))
    assert "document.unasked" not in {one.rule for one in report.findings}


def test_it_is_asked_once_more_with_the_reason() -> None:
    def script(question: Question) -> list[Answer]:
        if question.retort is None:
            return [one.model_copy(update={"quote": "报告里没有的一句话,写得很长"}) for one in truly(question)]
        return truly(question)

    model = Scripted(script)
    assert report_of(model).cells[NEW].value == 20
    again = [one for one in model.asked if one.retort]
    assert again
    assert all("引文在原文中找不到" in one.retort[1] for one in again if one.retort)
    assert len(again) == len([one for one in model.asked if not one.retort])


def test_only_what_failed_is_asked_again() -> None:
    def script(question: Question) -> list[Answer]:
        answers = truly(question)
        return [
            one if one.value else one.model_copy(update={"value": "7", "quote": "不存在的引文啊"}) for one in answers
        ]

    model = Scripted(script)
    heard = heard_from(model)
    assert {one.value for one in heard.facts} == {20, 4}
    for one in model.asked:
        if one.retort:
            assert not {words for words in TRUE if words in one.user}


def test_it_is_never_asked_a_third_time() -> None:
    model = Scripted(lambda question: [Answer(cell=one, value="7", quote="没有这句话") for one, _ in items(question)])
    heard = heard_from(model)
    assert heard.facts == ()
    assert len(model.asked) == 2 * len([one for one in model.asked if one.retort is None])
    assert {one.outcome for one in heard.trace} == {"no_quote"}


def test_a_retort_that_fails_keeps_what_was_heard() -> None:
    def script(question: Question) -> list[Answer]:
        if question.retort:
            raise ModelError("gone")
        return [one if one.value else one.model_copy(update={"value": "7"}) for one in truly(question)]

    heard = heard_from(Scripted(script))
    assert {one.value for one in heard.facts} == {20, 4}
    assert heard.unasked == 0


def test_usage_adds_up() -> None:
    model = Scripted(truly, tokens=10, cost=0.25)
    heard = heard_from(model)
    calls = len(model.asked)
    assert heard.usage == Usage(calls, 10 * calls, 20 * calls, 0.25 * calls)


def test_what_came_from_the_cache_costs_nothing() -> None:
    class Cached(Scripted):
        async def ask(self, question: Question) -> Reply:
            return Reply(tuple(truly(question)), calls=0, cached=True)

    heard = heard_from(Cached(truly))
    assert (heard.usage.llm_calls, heard.usage.prompt_tokens, heard.usage.completion_tokens) == (0, 0, 0)
    assert {one.value for one in heard.facts} == {20, 4}


def test_an_answer_nobody_asked_for_is_told_and_dropped() -> None:
    def script(question: Question) -> list[Answer]:
        return [*truly(question), Answer(cell="applications.granted.total", value="20", quote=RECEIVED)]

    heard = heard_from(Scripted(script))
    assert {one.value for one in heard.facts} == {20, 4}
    assert Outcome.NOT_ASKED.value in {one.outcome for one in heard.trace}


@pytest.mark.parametrize("order", [("20", "4"), ("20", "4", "20")])
def test_answers_that_contradict_each_other_are_dropped(order: tuple[str, ...]) -> None:
    other = "群众递交的涉及征地的政府信息公开申请4件。"
    one = draft(read(f"{TITLE}{FORM}一、总体情况\n{RECEIVED}{other}\n".encode(), name="report.txt"))

    def script(question: Question) -> list[Answer]:
        number = numbered(question, "申请总件数")
        return [Answer(cell=number, value=value, quote=RECEIVED if value == "20" else other) for value in order]

    heard = asyncio.run(listen(Scripted(script), *one.questions()))
    assert heard.facts == ()
    assert {asked.outcome for asked in heard.trace} == {"unbound"}


def test_a_claim_is_shown_and_disputed() -> None:
    text = f"{TITLE}{FORM}一、总体情况\n群众递交的涉及征地的政府信息公开申请9件。\n"

    def script(question: Question) -> list[Answer]:
        return [
            Answer(cell=one, value="9", quote="群众递交的涉及征地的政府信息公开申请9件") for one, _ in items(question)
        ]

    one = draft(read(text.encode(), name="report.txt"))
    state = finish(one, asyncio.run(listen(Scripted(script), *one.questions()))).cells[NEW]
    assert (state.value, state.status, state.alternatives) == (9, Status.DISPUTED, (None,))


def test_the_whole_way() -> None:
    report = asyncio.run(extract_asking(TEXT.encode(), Scripted(truly), name="report.txt"))
    assert report.cells[NEW].value == 20
    assert report.usage.llm_calls > 0


@pytest.mark.usefixtures("one_by_one")
def test_all_questions_are_under_way_at_once() -> None:
    """One that hangs does not keep the others from being sent."""
    under_way = 0

    class Slow(Scripted):
        async def ask(self, question: Question) -> Reply:
            nonlocal under_way
            under_way += 1
            await asyncio.sleep(0)
            most.append(under_way)
            under_way -= 1
            return Reply(tuple(truly(question)))

    most: list[int] = []
    passages, speech = first().questions()
    asyncio.run(listen(Slow(truly), passages, speech))
    assert max(most) == len(passages) > 1
