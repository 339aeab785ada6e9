"""What becomes of one answer: believed, only claimed, or dropped, and with which evidence."""

import pytest
from asked import speech_of, subject_of

from extractor.ask.ground import Grounded, Outcome, ground
from extractor.ask.model import Answer

TEXT = (
    "2023年，我局收到政府信息公开申请20件，同比下降42.9%。对答复不服的另行处理。"
    "没有一起因信息公开而起的复议。制定行政规范性文件二十三件。"
)
RECEIVED = "我局收到政府信息公开申请20件"


def grounded(value: str | None, quote: str, name: str = "received", text: str = TEXT) -> Grounded:
    speech, sentences = speech_of(text)
    return ground(Answer(cell="q1", value=value, quote=quote), subject_of(name), "a.b.c", sentences, speech)


ANSWERS = [
    ("exact", "20", RECEIVED, "received", Outcome.ACCEPTED),
    ("with the unit", "20件", RECEIVED, "received", Outcome.ACCEPTED),
    ("as a decimal", "20.0", RECEIVED, "received", Outcome.ACCEPTED),
    ("wide digits and spaces", "２０", "我局 收到政府信息公开申请 ２０ 件", "received", Outcome.ACCEPTED),
    ("quotation marks", "20", "“我局收到政府信息公开申请20件”", "received", Outcome.ACCEPTED),
    ("a slip of the pen", "20", "2023年,我局收到了政府信息公开申请20件,同比", "received", Outcome.ACCEPTED),
    ("over two sentences", "20", f"{RECEIVED}，同比下降42.9%。对答复不服的另行处理", "received", Outcome.ACCEPTED),
    ("the full stop copied too", "0", "没有一起因信息公开而起的复议。", "review", Outcome.ACCEPTED),
    ("none in words", "无", "没有一起因信息公开而起的复议", "review", Outcome.ACCEPTED),
    ("Chinese numerals, in digits", "23", "制定行政规范性文件二十三件", "documents_issued", Outcome.ACCEPTED),
    ("Chinese numerals, as they stand", "二十三", "制定行政规范性文件二十三件", "documents_issued", Outcome.ACCEPTED),
    ("a figure of the same sentence", "20", RECEIVED, "natural_person", Outcome.NO_FIGURE),
    ("words, but not of this clause", "20", RECEIVED, "processed", Outcome.NO_FIGURE),
    ("a figure cut in two", "2", RECEIVED, "received", Outcome.NO_FIGURE),
    ("the quote cuts the figure", "2", "我局收到政府信息公开申请2", "received", Outcome.NO_FIGURE),
    ("a figure beside the quote", "20", "同比下降42.9%", "received", Outcome.NO_FIGURE),
    ("an invented figure", "21", RECEIVED, "received", Outcome.NO_FIGURE),
    ("zero without a denial", "0", RECEIVED, "received", Outcome.NO_FIGURE),
    ("a year", "2023", "2023年，我局收到政府信息公开申请20件", "received", Outcome.NO_FIGURE),
    ("an invented quote", "20", "全年登记依申请公开事项二十余项共计20件", "received", Outcome.NO_QUOTE),
    ("a quote too short to be one", "20", "20件", "received", Outcome.NO_QUOTE),
    ("no quote", "20", "", "received", Outcome.NO_QUOTE),
    ("null", None, RECEIVED, "received", Outcome.NOT_STATED),
    ("blank", "  ", RECEIVED, "received", Outcome.NOT_STATED),
    ("words that are no figure", "若干", RECEIVED, "received", Outcome.NO_FIGURE),
]


@pytest.mark.parametrize(
    ("value", "quote", "name", "outcome"), [one[1:] for one in ANSWERS], ids=[one[0] for one in ANSWERS]
)
def test_what_becomes_of_an_answer(value: str | None, quote: str, name: str, outcome: Outcome) -> None:
    one = grounded(value, quote, name)
    assert one.outcome is outcome
    assert (one.fact is not None) is (outcome in (Outcome.ACCEPTED, Outcome.UNBOUND))


def test_the_evidence_is_the_text_not_the_quote() -> None:
    text = "我局全年 收到政府信息\n公开申请  20 件，均已答复。"
    one = grounded("20", "全年收到了政府信息公开申请20件", text=text)
    assert one.outcome is Outcome.ACCEPTED
    assert one.fact is not None
    assert text[one.fact.start : one.fact.end] == "20"
    assert text[one.fact.quote_start : one.fact.quote_end] == text[:-1]
    assert (one.fact.reader, one.fact.phrasing, one.fact.bound) == ("llm", "asked.received", True)


def test_what_is_only_claimed_is_kept_as_a_claim() -> None:
    one = grounded("9", "收到涉及征地的政府信息公开申请9件", text="收到涉及征地的政府信息公开申请9件。")
    assert one.outcome is Outcome.UNBOUND
    assert one.fact is not None
    assert not one.fact.bound


@pytest.mark.parametrize("value", ["20", "21", "0"])
@pytest.mark.parametrize(
    "second", ["全年收到政府信息公开申请21件。", "全年未收到政府信息公开申请。"], ids=["figure", "denial"]
)
def test_a_model_may_not_choose_between_two_statements(value: str, second: str) -> None:
    text = f"我局收到政府信息公开申请20件。{second}"
    one = grounded(value, text, text=text)
    assert one.outcome is not Outcome.ACCEPTED


def test_what_is_said_outside_the_passage_counts_too() -> None:
    speech, sentences = speech_of("我局收到政府信息公开申请20件。我局全年收到政府信息公开申请21件。")
    answer = Answer(cell="q1", value="20", quote=RECEIVED)
    one = ground(answer, subject_of("received"), "a.b.c", sentences[:1], speech)
    assert one.outcome is Outcome.UNBOUND


def test_the_same_said_twice_is_no_contradiction() -> None:
    text = "我局收到政府信息公开申请20件。2023年，本机关收到政府信息公开申请20件。"
    assert grounded("20", RECEIVED, text=text).outcome is Outcome.ACCEPTED


def test_a_cell_that_cannot_be_denied() -> None:
    text = "没有予以公开的申请。"
    assert grounded("0", text, "granted", text).outcome is not Outcome.ACCEPTED
