"""What sentences state about cells, and what they do not state though they look like it."""

import json
import time
from pathlib import Path

import pytest

from extractor.forms.load import load_forms
from extractor.parse.prose.facts import is_interpretation, prose_facts
from extractor.parse.prose.rules import load_prose
from extractor.parse.readings import Fact
from extractor.parse.recognise.recognise import recognise
from extractor.read import read, read_path

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
YEAR = 2023
NEW = "applications.new.total"
IN = "applications.carried_in.total"
OUT = "applications.carried_out.total"
DONE = "applications.processed_total.total"
GRANTED, PARTIAL = "applications.granted.total", "applications.partial.total"
REFUSED, UNAVAILABLE = "applications.refused.total", "applications.unavailable.total"
REJECTED, OTHER = "applications.rejected.total", "applications.other.total"
REVIEW, LITIGATION = "review_litigation.review.total", "review_litigation.litigation.total"
ISSUED = "proactive.normative_documents.issued"
REPEALED = "proactive.normative_documents.repealed"
IN_FORCE = "proactive.normative_documents.in_force"
LICENCES, PENALTIES = "proactive.licences.decisions", "proactive.penalties.decisions"
COERCION, FEES = "proactive.coercion.decisions", "proactive.fees.amount"


NATURAL, BUSINESS = "applications.new.natural_person", "applications.new.business"
BUREAU = "青溪市水利局"


def facts_of(text: str, form: str = "ogi-2021", year: int | None = YEAR, organ: str | None = None) -> tuple[Fact, ...]:
    return prose_facts(read(text), load_forms()[form], year, organ=organ)


def said_of(organ: str | None, text: str) -> dict[str, object]:
    return {fact.cell: fact.value for fact in facts_of(f"第三部分 申请情况\n\n{text}", organ=organ)}


def values_of(text: str, form: str = "ogi-2021", year: int | None = YEAR) -> dict[str, object]:
    return {fact.cell: fact.value for fact in facts_of(text, form, year)}


RECEIVED = [
    ("2023年，我局共收到政府信息公开申请12件。", 12),
    ("全年收到政府信息公开申请 1,204 件，均按时答复。", 1204),
    ("本年度共受理依申请公开事项7宗。", 7),
    ("今年新收政府信息公开申请三十二件。", 32),
    ("2023年度，本机关接收到公民、法人和其他组织提出的政府信息公开申请共计5份。", 5),
    ("我委收到5条政府信息公开申请，已全部办结。", 5),
    ("2023年县财政局收到公民依法提出的依申请公开申请十件。", 10),
    ("（二）依申请公开情况。全年共收到申请9件。", 9),
    ("在依申请公开方面，我局共收到8件申请，均在法定期限内答复。", 8),
    ("2022年收到政府信息公开申请3件，2023年收到政府信息公开申请4件。", 4),
    ("全年累计收到政府信息公开申请15件。", 15),
    ("2023年，我局依申请公开受理5件，答复5件。", 5),
    ("全年共办理政府信息公开申请27件，其中新收25件，上年结转2件。", 25),
    ("本单位收到政府信息公开申请的数量为0，行政复议0件。", 0),
    ("与上年相比，2023年收到的申请明显增多，共收到政府信息公开申请20件。", 20),
    ("收到政府信息公开申请数量为6件。", 6),
    ("共办理申请36件，其中新收政府信息公开申请34件。", 34),
    ("全年收到政府信息公开申请\n１２\n件，全部办结。", 12),
    ("今年以来，全镇共接到政府信息公开申请2项。", 2),
    ("2023年1月1日至2023年12月31日，共收到政府信息公开申请17件。", 17),
]


@pytest.mark.parametrize(("text", "value"), RECEIVED)
def test_received(text: str, value: int) -> None:
    assert values_of(text)[NEW] == value


@pytest.mark.parametrize(
    "text",
    [
        "2023年，我局未收到政府信息公开申请。",
        "本年度没有收到任何公民、法人或其他组织的政府信息公开申请。",
        "2023年我单位未收到依申请公开件，未发生行政复议。",
        "全年无政府信息公开申请，无举报投诉。",
        "2023年未接到依申请公开事项。",
        "2023年，本机关依申请公开为零申请。",
        "我镇2023年政府信息公开申请数量为零。",
        "2023年度未受理过政府信息公开申请的情况。",
        "全年未收到有关政府信息公开方面的申请。",
    ],
)
def test_no_application_at_all(text: str) -> None:
    fact = next(fact for fact in facts_of(text) if fact.cell == NEW)
    assert (fact.value, fact.negative) == (0, True)


NO_APPLICATIONS_STATED = [
    "2022年，我局共收到政府信息公开申请12件。",
    "上年度我局共收到政府信息公开申请12件，办理情况如下。",
    "去年同期收到政府信息公开申请8件。",
    "2022年情况如下。其中收到政府信息公开申请8件。",
    "截至2023年底，累计收到政府信息公开申请300件。",
    "截至2023年12月31日，共收到政府信息公开申请30件。",
    "自2008年《条例》施行以来，我局收到政府信息公开申请120件。",
    "自条例施行以来，我局未收到政府信息公开申请。",
    "2023年上半年收到政府信息公开申请6件。",
    "2023年3月收到政府信息公开申请1件，当月答复。",
    "第一季度收到政府信息公开申请2件。",
    "近三年共收到政府信息公开申请60件。",
    "五年来，共收到政府信息公开申请60件。",
    "2021-2023年，共收到政府信息公开申请60件。",
    "2021年至2023年共收到政府信息公开申请60件。",
    "2022年，各项工作有序；收到政府信息公开申请5件。",
    "2023年度全县各部门共收到政府信息公开申请60件。",
    "全年受理信息公开申请材料3份，提供咨询30件。",
    "全年收到行政许可申请120件，依申请公开工作平稳。",
    "政府信息公开工作有序。行政审批窗口收到低保申请35件，均已办结。",
    "收到信函申请3件，网上申请12件，涉及信息公开申请。",
    "收到网上政府信息公开申请5件，窗口申请2件。",
    "通过政府网站收到政府信息公开申请5件，通过信函收到2件。",
    "下属单位共收到政府信息公开申请15件。",
    "各乡镇收到政府信息公开申请15件。",
    "全年收到政府信息公开申请近百件。",
    "全年收到政府信息公开申请30余件。",
    "全年收到政府信息公开申请约30件。",
    "收到政府信息公开申请比上年增加5件。",
    "收到政府信息公开申请同比增长12.5%。",
    "政府信息公开申请办结率100%，收到群众诉求348件。",
    "收到政府信息公开申请答复不服的投诉3件。",
    "未收到因政府信息公开申请引起的行政复议。",
    "未收到重复的政府信息公开申请。",
    "未收取政府信息公开申请费用。",
    "全年未出现政府信息公开申请超期答复的情况。",
    "共收到和结转政府信息公开申请36件。",
    "全年收到政府信息公开申请36件（含上年结转2件）。",
    "收到政府信息公开申请36件，其中上年结转2件。",
    "收到1份有关政府信息公开行政复议申请已及时处理。",
    "全年收到政府信息公开申请1 2件。",
    "收到自然人提出的政府信息公开申请11件。",
    "共收到12345热线工单2300件，未涉及依申请公开。",
    "收到人大代表建议12件、政协提案8件，均按政府信息公开要求公开。",
    "收到政府信息公开申请1.5万件。",
    "如对本报告有疑问，请与县政府信息公开申请受理办公室联系（电话：0577-12345678）。",
]


@pytest.mark.parametrize("text", NO_APPLICATIONS_STATED)
def test_no_count_of_applications_is_stated(text: str) -> None:
    assert NEW not in values_of(text)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("收到政府信息公开申请30件，上年结转3件，结转下年度2件。", {NEW: 30, IN: 3, OUT: 2}),
        ("上一年度结转政府信息公开申请4件。", {IN: 4}),
        ("其中，2022年结转4件。", {IN: 4}),
        ("其中，2021年结转4件。", {}),
        ("有2件为上年结转。", {IN: 2}),
        ("无上年结转申请。", {IN: 0}),
        ("办结政府信息公开申请31件，另有1件结转下年度继续办理。", {DONE: 31, OUT: 1}),
        ("结转2024年继续办理3件。", {OUT: 3}),
        ("结转至下一年度继续办理的政府信息公开申请3件。", {OUT: 3}),
        ("1件申请因补正延至2024年办理。", {OUT: 1}),
        ("没有结转下年度继续办理的申请。", {OUT: 0}),
        ("结转下年度项目资金3件。", {}),
        ("上年结转资金项目3件。", {}),
    ],
)
def test_carried(text: str, stated: dict[str, int]) -> None:
    assert values_of(text) == stated


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        (
            "申请答复中，予以公开10件，部分公开2件，不予公开3件，无法提供4件，不予处理1件，其他处理5件。",
            {GRANTED: 10, PARTIAL: 2, REFUSED: 3, UNAVAILABLE: 4, REJECTED: 1, OTHER: 5},
        ),
        ("申请的答复情况：同意公开的6件，同意部分公开的1件，不同意公开的0件。", {GRANTED: 6, PARTIAL: 1, REFUSED: 0}),
        ("依申请公开中，3件予以公开、2件不予公开、1件无法提供。", {GRANTED: 3, REFUSED: 2, UNAVAILABLE: 1}),
        ("申请中予以公开及部分公开25件。", {}),
        ("申请中予以公开、部分公开25件。", {}),
        ("申请中不予公开和不予处理25件。", {}),
        ("申请中不予以公开2件。", {}),
        ("申请中，因涉及国家秘密不予公开2件。", {"applications.refused_secret.total": 2}),
        ("申请中，因本机关不掌握等原因无法提供9件。", {UNAVAILABLE: 9}),
        (
            "申请中，本机关不掌握相关政府信息5件，没有现成信息需要另行制作1件。",
            {"applications.unavailable_not_held.total": 5, "applications.unavailable_creation.total": 1},
        ),
        (
            "申请中，2件属于重复申请，1件补正后申请内容仍不明确。",
            {"applications.rejected_repeat.total": 2, "applications.unavailable_unclear.total": 1},
        ),
        (
            "政府信息公开申请中，属于行政执法案卷信息的3件，属于行政查询事项4件。",
            {"applications.refused_enforcement.total": 3, "applications.refused_query.total": 4},
        ),
        ("全年在政府网站予以公开信息300件，依申请公开平稳。", {}),
        ("共收到政府信息公开申请8件，全部办结，办结率100%。", {NEW: 8}),
        ("收到政府信息公开申请8件，按时办结8件。", {NEW: 8, DONE: 8}),
        ("收到政府信息公开申请8件，按时办结5件，延期办结3件。", {NEW: 8}),
        ("收到政府信息公开申请8件，已答复7件。", {NEW: 8, DONE: 7}),
        ("收到政府信息公开申请8件（其中自然人7件），本年度办结6件。", {NEW: 8, NATURAL: 7, DONE: 6}),
        ("申请办理结果中，“予以公开”6件，“部分公开”1件。", {GRANTED: 6, PARTIAL: 1}),
        ("依申请公开方面，办结群众诉求162件。", {}),
        ("政府信息公开申请均已办理。按时办结建议提案12件。", {}),
        ("申请中，予以公开近10件。", {}),
    ],
)
def test_outcomes(text: str, stated: dict[str, int]) -> None:
    assert values_of(text) == stated


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("因政府信息公开发生行政复议2件，行政诉讼1件。", {REVIEW: 2, LITIGATION: 1}),
        (
            "信息公开类行政复议案件3件，其中维持2件，纠正1件。",
            {REVIEW: 3, "review_litigation.review.upheld": 2, "review_litigation.review.corrected": 1},
        ),
        ("因政府信息公开被提起行政诉讼2件，1件尚未审结。", {LITIGATION: 2, "review_litigation.litigation.pending": 1}),
        ("涉及政府信息公开的行政复议、行政诉讼各1件。", {REVIEW: 1, LITIGATION: 1}),
        ("2023年，未发生因政府信息公开引起的行政复议和行政诉讼案件。", {REVIEW: 0, LITIGATION: 0}),
        ("2023年，未收到政府信息公开申请，也未发生因此引起的行政复议、行政诉讼。", {NEW: 0, REVIEW: 0, LITIGATION: 0}),
        ("2023年，未因政府信息公开工作被申请行政复议、提起行政诉讼。", {REVIEW: 0, LITIGATION: 0}),
        ("没有因政府信息公开申请行政复议、提起行政诉讼的情况。", {REVIEW: 0, LITIGATION: 0}),
        ("全年无政府信息公开行政复议、行政诉讼和投诉举报。", {REVIEW: 0, LITIGATION: 0}),
        ("政府信息公开行政复议、行政诉讼均为0件。", {REVIEW: 0, LITIGATION: 0}),
        ("政府信息公开行政复议数为0件，行政诉讼数为0件。", {REVIEW: 0, LITIGATION: 0}),
        ("政府信息公开行政复议和行政诉讼共3件。", {}),
        ("收到1件有关政府信息公开的行政复议申请，已办理。", {REVIEW: 1}),
        ("未发生政府信息公开行政复议被纠正、行政诉讼败诉的情况。", {}),
        ("政府信息公开工作扎实推进。全年审理行政复议案件120件，办理行政诉讼应诉案件35件。", {}),
        ("全年行政复议案件120件，行政诉讼35件。", {}),
        ("2022年信息公开行政复议2件。", {}),
        ("未发生一起因政府信息公开引起的行政诉讼。", {LITIGATION: 0}),
        ("收到行政复议申请15件，其中信息公开类3件。", {}),
        ("本机关政府信息公开行政复议被纠正1件。", {"review_litigation.review.corrected": 1}),
        (
            "因政府信息公开，未经复议直接起诉2件，复议后起诉1件。",
            {"review_litigation.litigation_direct.total": 2, "review_litigation.litigation_after_review.total": 1},
        ),
        ("政府信息公开行政复议3件、行政诉讼2件，维持4件。", {REVIEW: 3, LITIGATION: 2}),
    ],
)
def test_review_and_litigation(text: str, stated: dict[str, int]) -> None:
    assert values_of(text) == stated


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("2023年制发行政规范性文件9件，废止2件。", {ISSUED: 9, REPEALED: 2}),
        ("全年印发规范性文件6件。", {ISSUED: 6}),
        ("今年出台了《关于促进养老服务的若干措施》等3件行政规范性文件。", {ISSUED: 3}),
        ("废止规范性文件5件，现行有效规范性文件41件。", {REPEALED: 5, IN_FORCE: 41}),
        ("截至2023年12月31日，现行有效的行政规范性文件共33件。", {IN_FORCE: 33}),
        ("修改、废止规范性文件5件。", {}),
        ("下一步将制发规范性文件5件。", {}),
        ("全年未制发行政规范性文件。", {ISSUED: 0}),
        ("未发布规范性文件解读。", {}),
        ("制定规章、规范性文件12件。", {}),
        ("发布规范性文件解读材料9件。", {}),
        ("备案审查规范性文件40件。", {}),
        ("发布政策、规范性文件类信息80条。", {}),
        ("公开规划计划21条，规范性文件80条。", {}),
        ("制定政府规章2件。", {"proactive.regulations.issued": 2}),
        (
            "2023年作出行政许可决定95件，作出行政处罚决定3件，实施行政强制28件。",
            {LICENCES: 95, PENALTIES: 3, COERCION: 28},
        ),
        ("全年办理行政许可120件、行政处罚7件。", {LICENCES: 120, PENALTIES: 7}),
        ("公示行政许可120件、行政处罚7件。", {}),
        ("主动公开信息380条，其中行政许可242件。", {}),
        ("作出不予行政处罚决定2件，撤销行政许可1件。", {}),
        ("保留行政许可事项122项，公开行政许可信息95条。", {}),
        ("行政事业性收费金额24.5万元。", {FEES: 24.5}),
        ("本年度未收取行政事业性收费。", {FEES: 0}),
        ("2023年，我局未收取政府信息公开信息处理费，未产生相关费用。", {}),
        ("2022年制发行政规范性文件9件。", {}),
    ],
)
def test_proactive(text: str, stated: dict[str, float]) -> None:
    values = {cell: float(str(value)) for cell, value in values_of(text).items()}
    assert values == stated


def test_the_edition_of_2019_counts_what_is_made_and_published() -> None:
    text = "2020年新制作行政规范性文件4件。主动公开规章1件，行政规范性文件6件。废止规范性文件5件。"
    assert values_of(text, "ogi-2019", 2020) == {
        "proactive.normative_documents.made": 4,
        "proactive.regulations.published": 1,
        "proactive.normative_documents.published": 6,
    }


@pytest.mark.parametrize("form", ["ogi-fujian", "ogi-2014"])
def test_old_forms(form: str) -> None:
    text = (
        "2017年，我局主动公开政府信息12条。2017年受理政府信息公开申请5件，其中当面申请2件、网上申请3件。"
        "同意公开4件，不予公开1件，未发生因信息公开引起的行政复议。"
    )
    assert values_of(text, form, 2017) == {
        "statistics.disclosed.year": 12,
        "statistics.received.year": 5,
        "statistics.received_in_person.year": 2,
        "statistics.received_online.year": 3,
        "statistics.answered_granted.year": 4,
        "statistics.answered_refused.year": 1,
        "statistics.reviews.year": 0,
    }


def test_all_years_together_is_a_column_of_its_own() -> None:
    text = "截至2017年底，历年累计主动公开政府信息340条，其中2017年主动公开政府信息25条。"
    assert values_of(text, "ogi-fujian", 2017) == {
        "statistics.disclosed.cumulative": 340,
        "statistics.disclosed.year": 25,
    }
    assert values_of(text, "ogi-2014", 2017) == {"statistics.disclosed.year": 25}


@pytest.mark.parametrize(
    "text",
    [
        "在互联网上，2013年主动公开政府信息222条。",
        "区直部门主动公开政府信息3933条，占79%。",
        "其中，各乡镇主动公开政府信息1037条。",
        "主动公开财政类、民生类政府信息120条。",
        "主动公开政府信息1700余条。",
    ],
)
def test_parts_of_what_was_disclosed_are_not_the_whole(text: str) -> None:
    assert values_of(text, "ogi-fujian", 2013) == {}


@pytest.mark.parametrize(
    ("organ", "text", "stated"),
    [
        (BUREAU, "全市各级机关共收到政府信息公开申请930件，予以公开410件，不予公开52件。", {}),
        (BUREAU, "据统计，全市2023年共收到政府信息公开申请930件。", {}),
        (BUREAU, "我市2023年收到政府信息公开申请930件，居全省前列。", {}),
        (BUREAU, "我市（含各开发区）受理政府信息公开申请930件，予以公开410件，我局21件。", {}),
        (BUREAU, "全省水利系统收到政府信息公开申请640件，予以公开310件。", {}),
        (BUREAU, "全市水利部门收到政府信息公开申请120件，其中市局21件。", {}),
        (BUREAU, "全市共收到政府信息公开申请930件。其中予以公开410件，不予公开52件。", {}),
        (BUREAU, "下属河道管理站收到政府信息公开申请4件，予以公开3件。", {}),
        (BUREAU, "例如，某镇受理政府信息公开申请31件，予以公开29件。", {}),
        (BUREAU, "市林业局收到政府信息公开申请6件，予以公开5件。", {}),
        (BUREAU, "东溪市水利局收到政府信息公开申请6件。", {}),
        (BUREAU, "省水利厅全年收到政府信息公开申请320件。", {}),
        (BUREAU, "有3个单位未收到政府信息公开申请。", {}),
        (BUREAU, "除市林业局外，均未收到政府信息公开申请。", {}),
        (BUREAU, "市水利局收到政府信息公开申请21件，局属灌区管理处收到政府信息公开申请4件。", {NEW: 21}),
        (BUREAU, "在市政府办公室指导下，我局全年收到政府信息公开申请21件。", {NEW: 21}),
        (BUREAU, "市水利局办公室共受理政府信息公开申请21件。", {NEW: 21}),
        (BUREAU, "全年制发行政规范性文件5件，市政府制发行政规范性文件12件。", {ISSUED: 5}),
        (BUREAU, "全市水利系统作出行政处罚86件。", {}),
        ("青溪市人民政府", "2023年，全市共收到政府信息公开申请930件，予以公开410件。", {NEW: 930, GRANTED: 410}),
        ("青溪市人民政府", "2023年，全市各级行政机关共收到政府信息公开申请930件。", {NEW: 930}),
        ("青溪市人民政府", "市政府共收到政府信息公开申请93件。", {NEW: 93}),
        ("青溪市人民政府", "全省共收到政府信息公开申请9300件。", {}),
        ("青溪市人民政府", "市教育局收到政府信息公开申请93件，予以公开41件。", {}),
        ("青溪市人民政府办公室", "全市共收到政府信息公开申请930件。", {}),
        ("青溪市人民政府办公室", "市政府办公室代表市政府受理政府信息公开申请93件。", {NEW: 93}),
        ("云湖实验区", "本年度全区共收到政府信息公开申请70件，办结69件。", {NEW: 70, DONE: 69}),
        ("云湖县岭下镇人民政府", "2023年，我镇共收到政府信息公开申请2件。", {NEW: 2}),
        ("云湖县岭下镇人民政府", "2023年，全县共收到政府信息公开申请200件。", {}),
        ("上海市科学技术委员会", "2023年市科委收到政府信息公开申请34件。", {NEW: 34}),
        ("云湖区人力资源和社会保障局", "2023年区人社局收到政府信息公开申请3件。", {NEW: 3}),
        (None, "全区共收到政府信息公开申请70件。", {}),
        (None, "县财政局收到政府信息公开申请4件，县林业局收到政府信息公开申请6件，予以公开5件。", {NEW: 4}),
    ],
)
def test_whose_figure_it_is(organ: str | None, text: str, stated: dict[str, int]) -> None:
    assert said_of(organ, text) == stated


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("与2022年收到政府信息公开申请44件相比，2023年有所下降。", {}),
        ("较2022年收到的政府信息公开申请44件有所减少。", {}),
        ("2021、2022、2023年分别收到政府信息公开申请51件、44件、21件。", {}),
        ("2022年、2023年收到政府信息公开申请分别为44件、21件。", {NEW: 21}),
        ("“十三五”期间，收到政府信息公开申请410件，予以公开260件。", {}),
        ("过去五年收到政府信息公开申请300件。", {}),
        ("自2008年5月1日至2023年12月31日，共收到政府信息公开申请300件。", {}),
        ("2023年7月1日至2023年12月31日，收到政府信息公开申请9件。", {}),
        ("2022年度和2023年度共收到政府信息公开申请65件。", {}),
        ("平均每月收到政府信息公开申请2件。", {}),
        ("比上年多收到政府信息公开申请5件。", {}),
        ("收到政府信息公开申请21件（2022年为44件），予以公开9件。", {NEW: 21, GRANTED: 9}),
        ("收到政府信息公开申请较上年增加6件，达到27件。", {NEW: 27}),
        ("于2023年收到政府信息公开申请21件。", {NEW: 21}),
        ("2023年1-12月，收到政府信息公开申请21件。", {NEW: 21}),
        ("春节期间加强值守，全年收到政府信息公开申请21件。", {NEW: 21}),
    ],
)
def test_which_period_it_is(text: str, stated: dict[str, int]) -> None:
    assert said_of(BUREAU, text) == stated


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("申请中，未予以公开3件。", {}),
        ("申请中，应予以公开9件，实际予以公开7件。", {GRANTED: 7}),
        ("申请中，没有不予公开2件的情况。", {}),
        ("力争政府信息公开申请按时办结，予以公开50件。", {}),
        ("明年将受理政府信息公开申请20件，予以公开10件。", {}),
        ("政府信息公开工作有序。办理建议、提案复文，予以公开9件，不予公开4件。", {}),
        ("依申请公开平稳。受理行政许可申请120件，予以公开15件。", {}),
        ("政府信息公开申请办理有序。群众信访35件，不予处理3件。", {}),
        ("收到举报投诉35件，不予处理3件，重复申请2件。", {}),
        ("政府信息公开申请办理有序。收到信访举报投诉800件。", {}),
        ("申请中，要求补正3件，补正后予以公开2件。", {}),
        ("申请中，撤回3件，其他处理3件，其中重复申请1件。", {}),
        ("收到政府信息公开申请21份，涉及30项信息，予以公开9项。", {NEW: 21}),
        ("自然人申请12件，予以公开8件；法人申请6件，予以公开3件。", {}),
        ("全年收到政府信息公开申请21件，其中征地拆迁类12件，予以公开8件。", {NEW: 21}),
        ("全年收到政府信息公开申请21件，其中网上申请12件，予以公开8件。", {NEW: 21}),
        (
            "收到政府信息公开申请21件，其中自然人15件、商业企业6件，予以公开8件。",
            {NEW: 21, NATURAL: 15, BUSINESS: 6, GRANTED: 8},
        ),
        ("收到政府信息公开申请21件，上年结转5件，其中自然人申请16件。", {NEW: 21, IN: 5}),
        ("共办理政府信息公开申请26件，其中自然人16件。", {}),
        ("收到政府信息公开申请21件。其中，自然人申请15件。", {NEW: 21, NATURAL: 15}),
        ("我局作为复议机关，受理行政复议120件，维持80件，信息公开类无。", {}),
        ("依申请公开平稳。全年办理各类行政复议案件120件，其中维持80件，与政府信息公开无关。", {}),
        ("政府信息公开工作扎实推进，全年行政复议35件，行政诉讼12件。", {}),
        ("依申请公开平稳。受理行政复议案件120件，办结110件；行政应诉35件。", {}),
        ("因土地征收引发行政复议35件，因政府信息公开引发行政复议2件。", {REVIEW: 2}),
        ("政府信息公开行政复议2件；其他行政复议12件。", {REVIEW: 2}),
    ],
)
def test_what_it_is_about(text: str, stated: dict[str, int]) -> None:
    assert said_of(BUREAU, text) == stated


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        (
            "申请中，予以公开、部分公开、不予公开、无法提供分别为9、1、2、6件。",
            {GRANTED: 9, PARTIAL: 1, REFUSED: 2, UNAVAILABLE: 6},
        ),
        ("申请中，予以公开、部分公开和不予公开分别为9件、1件和2件。", {GRANTED: 9, PARTIAL: 1, REFUSED: 2}),
        ("申请中，予以公开、部分公开、不予公开分别为9件、1件。", {}),
        ("申请中，予以公开9件、1件、2件。", {}),
        ("行政许可、行政处罚分别为120件、8件。", {LICENCES: 120, PENALTIES: 8}),
        ("政府信息公开行政复议、行政诉讼依次为2件和1件。", {REVIEW: 2, LITIGATION: 1}),
        ("收到政府信息公开申请数为零，行政复议为零，行政诉讼为零。", {NEW: 0, REVIEW: 0, LITIGATION: 0}),
        ("收到政府信息公开申请21件次，办结19件次。", {NEW: 21, DONE: 19}),
        ("收到政府信息公开申请1.2万件。", {}),
    ],
)
def test_lists_and_other_ways_to_say_it(text: str, stated: dict[str, int]) -> None:
    assert said_of(BUREAU, text) == stated


def test_a_list_dealt_out_keeps_its_offsets() -> None:
    text = "申请答复中，予以公开、部分公开分别为 １２、3 件，均已送达。"
    first, second = facts_of(text)
    assert (text[first.start : first.end], text[second.start : second.end]) == ("１２", "3")
    assert text[second.quote_start : second.quote_end].startswith("申请答复中")


def test_a_heading_on_its_own_line_is_no_part_of_the_sentence() -> None:
    text = "三、收到和处理政府信息公开申请情况\n未收到政府信息公开申请，未发生行政复议。"
    assert values_of(text) == {NEW: 0, REVIEW: 0}


def test_an_interpretation_gives_way_to_what_is_said_outright() -> None:
    (fact,) = facts_of("政府信息公开申请中，属于已主动公开的8件。")
    assert (fact.cell, fact.value, is_interpretation(fact.phrasing)) == (GRANTED, 8, True)
    assert values_of("政府信息公开申请中，属于已主动公开的8件，予以公开3件。") == {GRANTED: 3}


def test_both_values_of_a_contradiction_are_told() -> None:
    facts = facts_of("全年收到政府信息公开申请12件。2023年共受理政府信息公开申请13件。")
    assert [(fact.cell, fact.value) for fact in facts] == [(NEW, 12), (NEW, 13)]


def test_the_same_said_twice_is_told_once() -> None:
    assert len(facts_of("全年收到政府信息公开申请12件。2023年共受理政府信息公开申请12件。")) == 1


def test_offsets_point_at_the_figure_and_its_sentence() -> None:
    text = (
        "一、总体情况\n本局工作有序。全年收到政府信息\n公开申请 ３４ 件，上年结转政府信\n"
        "息公开申请 2\n件，均已办理。下一步继续。"
    )
    new, carried = facts_of(text)
    assert text[new.start : new.end] == "３４"
    assert text[carried.start : carried.end] == "2"
    quote = text[new.quote_start : new.quote_end]
    assert quote.startswith("全年收到") and quote.endswith("均已办理")


@pytest.mark.parametrize(
    "text",
    [
        "一、本年新收政府信息公开申请数量|5件|\n二、上年结转政府信息公开申请数量|2件|",
        "行政处罚\n8件\n行政强制\n2件\n行政许可\n7件",
        "行政处罚\t8件\n行政强制\t2件",
        "第二十条第（一）项信息内容本年制发件数本年废止件数现行有效件数规章0件0件0件行政规范性文件6件9件3件，行政许可22件。",
        "指标名称 计量单位 2013年度 历年累计 受理申请总数 件 3件，主动公开政府信息 4条。",
    ],
)
def test_rows_of_tables_are_no_prose(text: str) -> None:
    assert facts_of(text) == ()
    assert facts_of(text, "ogi-fujian", 2013) == ()


def test_a_figure_in_a_grid_is_no_prose() -> None:
    row = "<tr><td>说明：全年收到政府信息公开申请5件。</td><td>5</td></tr>"
    page = f"<html><body><table>{row}{row}</table><p>全年收到政府信息公开申请6件。</p></body></html>"
    assert values_of(page) == {NEW: 6}


def test_every_cell_named_in_the_rules_exists() -> None:
    forms = load_forms()
    for phrasing in load_prose().compiled:
        for named in (phrasing.cells, phrasing.cumulative):
            for form, cells in named.items():
                unknown = [cell for cell in cells if "{subject}" not in cell and cell not in forms[form].cells]
                assert not unknown, f"{phrasing.id}: {unknown}"


@pytest.mark.parametrize(
    "text",
    [
        "申请" * 40_000,
        "收到" * 40_000 + "1件",
        "未发生" * 30_000 + "行政复议",
        "1件、" * 40_000 + "申请",
        "《" * 60_000 + "申请1件",
        "收到申请1件，" * 20_000,
        "".join(f"收到政府信息公开申请{n}件，予以公开{n}件。" for n in range(4_000)),
        "予以公开、" * 300 + "分别为" + "1、" * 300 + "件",
        "全市" * 40_000 + "收到申请1件",
        "," * 1_900 + "收到政府信息公开申请1件。其中予以公开1件。",
        "信息公开行政复议" * 10_000 + "1件",
        "\n" * 100_000 + "收到政府信息公开申请1件。",
        " " * 100_000 + "收到政府信息公开申请1件。",
    ],
    ids=range(13),
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    document = read(text)
    started = time.process_time()
    prose_facts(document, load_forms()["ogi-2021"], YEAR)
    assert time.process_time() - started < 2


def corpus() -> list[Path]:
    return sorted(path for path in CORPUS.glob("*/report.*") if path.suffix != ".pdf") if CORPUS.is_dir() else []


# Where prose and table of the same report really disagree, as the gold notes say.
DISAGREE = {
    ("pingtan-2013", "statistics.disclosed.year"): 4970,
    ("pingtan-2013", "statistics.reviews.year"): 1,
    ("stcsm-2024", OUT): 1,
    ("shanghai-gb-2019", OTHER): 0,
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.parent.name)
def test_real_reports_agree_with_what_was_read_by_eye(path: Path) -> None:
    gold = json.loads((path.parent / "gold.json").read_text())
    document = read_path(path)
    organ = recognise(document, load_forms()).organ
    for fact in prose_facts(document, load_forms()[gold["form"]], gold["year"], organ):
        if fact.cell in gold["cells"]:
            expected = DISAGREE.get((path.parent.name, fact.cell), gold["cells"][fact.cell])
            assert fact.value == expected, (fact, document.text[fact.quote_start : fact.quote_end])


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_a_report_without_tables_is_read_from_its_sentences() -> None:
    folder = CORPUS / "wenzhou-2023"
    gold = json.loads((folder / "gold.json").read_text())
    facts = prose_facts(read_path(folder / "report.txt"), load_forms()["ogi-2021"], 2023)
    assert {fact.cell: fact.value for fact in facts} == {cell: value for cell, value in gold["cells"].items() if value}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_subtotals_stated_in_prose() -> None:
    facts = prose_facts(read_path(CORPUS / "stcsm-2024" / "report.md"), load_forms()["ogi-2021"], 2024)
    stated = {fact.cell: fact.value for fact in facts}
    assert {cell: stated[cell] for cell in (REFUSED, UNAVAILABLE, REJECTED, OTHER, NEW, IN, OUT, LITIGATION)} == {
        REFUSED: 2,
        UNAVAILABLE: 10,
        REJECTED: 0,
        OTHER: 14,
        NEW: 34,
        IN: 2,
        OUT: 1,
        LITIGATION: 0,
    }


BEFORE_2019 = "三、依申请公开\n2018年我局收到政府信息公开申请7件。"
STATISTICS = [
    ("政府网站公开政府信息148条，政务微博公开政府信息40条。", {"website": 148, "weibo": 40}),
    ("主动公开规范性文件1条。", {"disclosed_normative": 1}),
    ("召开新闻发布会3场，政策解读稿件发布6篇。", {"press_conferences": 3, "interpretations": 6}),
    ("按时办结6件，延期办结1件。", {"concluded_on_time": 6, "concluded_extended": 1}),
    ("申请信息不存在1件，不属于本机关公开2件。", {"answered_nonexistent": 1, "answered_not_this_body": 2}),
    ("配备专职人员1名，兼职人员3名。", {"staff_full_time": 1, "staff_part_time": 3}),
    ("举办政务公开培训班3期，接受培训人员58人次。", {"trainings": 3, "trainees": 58}),
    ("设立信息查阅点3个。", {"access_points": 3}),
]
NO_STATISTICS = [
    "全年举办就业技能培训班12期，培训人员300人次。",
    "我局下属各单位举办培训班12次。",
    "其中：通过政府网站公开财政信息20条。",
    "2017年政府网站公开政府信息100条。",
    "全市政府网站公开政府信息1000条。",
    "截至2018年底，累计通过政府网站公开政府信息12345条。",
    "上年按时办结12件。",
    "信访件按时办结30件。",
    "建议提案按时办结8件。",
    "网上申请按时办结4件。",
    "其中信访投诉类不属于本机关职责范围5件。",
    "市公安局专职人员20人，网站专职人员2人。",
    "计划举办培训班2次。",
    "受理消费者举报投诉300件。",
    "举办消防培训班5期，接受培训人员500人次。",
    "参加市里举办政府信息公开培训班1次，培训人员3人。",
    "举办培训班12期，培训人员1200人次，其中政务公开培训班2期，培训人员120人次。",
    "新设立信息公开查阅点1个。",
    "设立信息公开查阅点2个，撤销1个，现有5个。",
    "在档案馆、图书馆各设立信息公开查阅点1个。",
    "在政务大厅设置政府信息查阅点1个，档案馆设置政府信息查阅点1个。",
    "我局与市档案局共同设立信息公开查阅点2个。",
    "全年共办结各类建设项目环评55件，延期办结2件。",
    "市政府网站发布政策解读稿件100篇，我局发布10篇。",
    "政府网站开展在线访谈12期，其中我局1期。",
    "参加市政府网站在线访谈1次。",
    "窗口配备专职人员2名，政务公开办配备专职人员1名。",
    "原有专职人员3名，现有专职人员1名。",
]


@pytest.mark.parametrize(("text", "said"), STATISTICS)
def test_figures_of_the_2014_form_in_sentences(text: str, said: dict[str, int]) -> None:
    wanted = {f"statistics.{row}.year": value for row, value in said.items()}
    assert values_of(BEFORE_2019 + text, "ogi-2014", 2018) == wanted | {"statistics.received.year": 7}


@pytest.mark.parametrize("text", NO_STATISTICS)
def test_figures_of_something_else_are_none_of_the_2014_form(text: str) -> None:
    assert values_of(BEFORE_2019 + text, "ogi-2014", 2018) == {"statistics.received.year": 7}


@pytest.mark.parametrize("heading", [f"三、依申请公开{tail}" for tail in ("\n", "", "情况\n")])
def test_a_heading_before_the_sentence_names_no_body(heading: str) -> None:
    assert said_of(BUREAU, f"{heading}2023年我局收到政府信息公开申请7件。") == {NEW: 7}
