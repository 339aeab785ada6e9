"""What a clause is believed to say, and what it is not though it looks like it."""

from itertools import islice
from time import process_time

import pytest
from asked import speech_of, subject_of

from eval.freetext import free_report
from eval.generated import cases
from eval.render import make_case
from eval.traps import CONTEXTS, believed, lied_to, load_traps, wrong_of
from extractor.ask.bind import denies, states
from extractor.ask.clauses import figures, value_of
from extractor.evaluate.readers import alone
from extractor.pipeline import draft
from extractor.read import read

SAID = [
    ("plain", "2023年，我局收到政府信息公开申请20件。", "received", 20),
    ("in other words", "过去一年，群众向我单位递交的政府信息公开申请总计477件。", "received", 477),
    ("anyone", "全年收到公民、法人和其他组织提出的政府信息公开申请20件。", "received", 20),
    ("its own name", "青溪市水利局全年收到政府信息公开申请20件。", "received", 20),
    ("a phrase before", "我局严格按照《条例》规定，规范办理流程，全年收到政府信息公开申请20件。", "received", 20),
    ("a comparison after", "收到政府信息公开申请20件，较上年减少15件。", "received", 20),
    ("a rate after", "收到政府信息公开申请20件，同比下降42.9%。", "received", 20),
    ("a part after", "收到政府信息公开申请20件，其中征地类收到申请9件。", "received", 20),
    ("the clause before tells what", "审查后未予公开的申请，计21件。", "refused", 21),
    ("two facts", "拒绝公开的申请25件，确实没有办法、未能提供的申请，11件。", "unavailable", 11),
    ("years that are its meaning", "上一年未办结、留到今年接着办的申请有3件。", "carried_in", 3),
    ("carried out", "1件申请因期限未到顺延至明年。", "carried_out", 1),
    ("follows what was received", "全年收到政府信息公开申请20件。自然人申请12件。", "natural_person", 12),
    (
        "two sentences after",
        "全年登记政府信息公开申请20件。自然人提的申请有12件。各类公司、企业提的申请有8件。",
        "business",
        8,
    ),
    ("its cause within", "与信息公开有关而进入复议程序的案子10起。", "review", 10),
    ("reasons in brackets", "不予公开申请3件（国家秘密1件、过程性信息2件）。", "process", 2),
    ("money", "行政事业性收费金额120.5万元。", "fees", 120.5),
    ("a stock", "截至年末继续有效的行政规范性文件尚有26件。", "documents_in_force", 26),
    ("Chinese numerals", "我局收到政府信息公开申请二十三件。", "received", 23),
    ("two", "印发行政规范性文件两件。", "documents_issued", 2),
    ("thousands", "我局收到政府信息公开申请1,204件。", "received", 1204),
    ("traditional characters, wide digits", "我局收到政府信息公開申請２０件。", "received", 20),
]
DENIED = [
    ("plain", "全年未收到政府信息公开申请。", "received"),
    ("not one", "没有一起因信息公开而起的复议。", "review"),
    ("not one, after", "信息公开方面的复议，一起也没有发生。", "review"),
    ("beside another fact", "未发生政府信息公开行政复议，发生政府信息公开行政诉讼2件。", "review"),
    ("neither nor", "既无因信息公开引起的行政复议，也无因信息公开引起的行政诉讼。", "litigation"),
    ("the deed itself", "未制定行政规范性文件。", "documents_issued"),
    ("carried out", "没有结转下年度继续办理的申请。", "carried_out"),
]
NOT_SAID = [
    ("an unforeseen word narrows", "收到涉及征地补偿的政府信息公开申请9件。", "received", 9),
    ("another is counted", "因诉讼提出的政府信息公开申请3件。", "litigation", 3),
    ("the head is another", "予以公开的内容8件。", "granted", 8),
    ("who applied is us", "我局提交政府信息公开申请3件。", "received", 3),
    ("another year before", "2020年，我局成立。当年收到申请35件。", "received", 35),
    ("another year, carried over", "2021年，上年结转申请5件。", "carried_in", 5),
    ("another body before", "河道处高度重视信息公开。收到政府信息公开申请8件。", "received", 8),
    ("another body in a lead", "河道处情况：收到政府信息公开申请8件。", "received", 8),
    ("another matter in a lead", "服务工作方面，收到申请2300件，办结2300件。", "processed", 2300),
    ("a part in the sentence before", "征地类申请9件。其中予以公开3件。", "granted", 3),
    ("a part in the lead", "自然人申请12件，予以公开6件。", "granted", 6),
    ("taken back", "收到政府信息公开申请20件，复核为21件。", "received", 20),
    ("taken back by the next", "收到政府信息公开申请20件。上述数据为下属单位数据。", "received", 20),
    ("more in it", "收到政府信息公开申请22件（含上年结转2件）。", "received", 22),
    ("a question", "收到政府信息公开申请20件？", "received", 20),
    ("a unit of something else", "收到政府信息公开申请20人次。", "received", 20),
    ("a fraction of a file", "我局收到政府信息公开申请3.5件。", "received", 3.5),
    ("a digit that is none", "我局收到政府信息公开申请2O件。", "received", 2),
    ("in a list", "自然人、企业申请20件。", "natural_person", 20),
    ("an order to the reader", "收到政府信息公开申请应回答999件。", "received", 999),
    ("a template", "（以下为模板）全年收到政府信息公开申请999件。", "received", 999),
    ("a plan", "明年将印发行政规范性文件3件。", "documents_issued", 3),
]
NOT_DENIED = [
    ("a condition", "没有收到政府信息公开申请的，应当在年报中说明。", "received"),
    ("a question", "没有收到政府信息公开申请？", "received"),
    ("a double negation", "并非没有收到政府信息公开申请。", "received"),
    ("something about it", "没有收到政府信息公开申请材料不全的情况。", "received"),
    ("a word that begins so", "零距离受理政府信息公开申请。", "received"),
    ("none lost", "信息公开行政诉讼零败诉。", "litigation"),
    ("none new", "本年没有新的政府信息公开行政复议。", "review"),
    ("an unlawful one", "没有制定违反上位法的行政规范性文件。", "documents_issued"),
    ("a figure follows", "确实没有办法、未能提供的申请，118件。", "unavailable"),
]


def stated(text: str, name: str) -> set[object]:
    speech, sentences = speech_of(text)
    return {
        value_of(one.text[start:end])
        for one in sentences
        for start, end in figures(one.text, 0, len(one.text))
        if states(subject_of(name), one, start, end, speech)
    }


def denied(text: str, name: str) -> bool:
    speech, sentences = speech_of(text)
    return any(denies(subject_of(name), one, 0, len(one.text), speech) for one in sentences)


@pytest.mark.parametrize(("text", "name", "value"), [one[1:] for one in SAID], ids=[one[0] for one in SAID])
def test_a_clause_that_is_understood_is_believed(text: str, name: str, value: float) -> None:
    assert {float(str(one)) for one in stated(text, name)} == {value}


@pytest.mark.parametrize(("text", "name"), [one[1:] for one in DENIED], ids=[one[0] for one in DENIED])
def test_a_denial_is_believed(text: str, name: str) -> None:
    assert denied(text, name)


@pytest.mark.parametrize(("text", "name", "value"), [one[1:] for one in NOT_SAID], ids=[one[0] for one in NOT_SAID])
def test_what_only_looks_like_it_is_not_believed(text: str, name: str, value: float) -> None:
    assert value not in stated(text, name)


@pytest.mark.parametrize(("text", "name"), [one[1:] for one in NOT_DENIED], ids=[one[0] for one in NOT_DENIED])
def test_what_only_looks_like_a_denial_is_none(text: str, name: str) -> None:
    assert not denied(text, name)


def test_a_denial_cut_out_of_a_word_is_none() -> None:
    """A quote that ends after 无 of 无法 does not make a denial of it."""
    speech, (sentence,) = speech_of("无法提供政府信息公开申请的收到2件。")
    assert not any(denies(subject_of("received"), sentence, 0, end, speech) for end in range(len(sentence.text)))


def test_a_government_says_whole_city_of_itself() -> None:
    text = "全市各级行政机关共收到政府信息公开申请1280件。"
    for organ, right in (("青溪市人民政府", True), ("青溪市水利局", False), (None, False)):
        speech, (one,) = speech_of(text, organ=organ)
        start, end = figures(one.text, 0, len(one.text))[0]
        assert states(subject_of("received"), one, start, end, speech) is right, organ


@pytest.mark.parametrize("theme", list(dict.fromkeys(trap.theme for trap in load_traps())))
def test_no_lie_about_a_trap_is_believed(theme: str) -> None:
    assert [one for trap in load_traps() if trap.theme == theme for one in wrong_of(trap)] == []


def test_what_traps_do_say_is_believed() -> None:
    """A guard that refuses everything would be safe too."""
    missed = []
    for trap in load_traps():
        if trap.says:
            found = [believed(trap.text, form, one) for form in ("ogi-2021", "ogi-2014") for one in CONTEXTS]
            missed += [
                (trap.text, name)
                for name, value in trap.says.items()
                if not any(value in one.get(name, ()) for one in found)
            ]
    assert missed == []


def test_no_lie_about_a_made_report_is_believed() -> None:
    """Each askable cell, each figure of each sentence and zero, with the best quote there is."""
    wrong, believed_in_all = [], 0
    free = (free_report(20_000 + number)[:2] for number in range(30))
    made = (make_case(case) for case in cases(30, 11, ["ogi-2021", "ogi-2019"], ["prose"], [], 0.3))
    for data, gold in (*free, *((one.data, one.gold) for one in made)):
        _, accepted, here = lied_to(alone(draft(read(data, name="report.txt"))), gold)
        wrong += here
        believed_in_all += accepted
    assert wrong == []
    assert believed_in_all > 300


HOSTILE = {
    "words that can be cut in many ways": "我局" + "共计" * 900 + "提交政府信息公开申请3件。",
    "a figure in every clause": "".join(f"收到政府信息公开申请{number}件，" for number in range(130)) + "。",
    "a denial in every word": "没有" * 900 + "收到申请。",
    "many sentences": "收到政府信息公开申请3件，复议1件。" * 300,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_sentence_takes_long(text: str) -> None:
    speech, sentences = speech_of(text)
    started = process_time()
    for sentence in islice(sentences, 300):
        for start, end in figures(sentence.text, 0, len(sentence.text)):
            states(subject_of("received"), sentence, start, end, speech)
        denies(subject_of("received"), sentence, 0, len(sentence.text), speech)
    assert process_time() - started < 2
