"""Which papers are annual reports, of which form and year, and whose; and which only look like one."""

import json
import time
from pathlib import Path

import pytest

from extractor.errors import UsageError
from extractor.forms.load import load_forms
from extractor.parse.recognise.organ import clean_organ
from extractor.parse.recognise.recognise import Recognition, recognise
from extractor.parse.recognise.rules import load_recognition
from extractor.read import read, read_path

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"

BODY = (
    "本报告根据《中华人民共和国政府信息公开条例》和国办公开办函〔2021〕30号文件要求编制，由总体情况、主动公开政府信息情况、"
    "收到和处理政府信息公开申请情况、政府信息公开行政复议、行政诉讼情况、存在的主要问题及改进情况、其他需要报告的事项等六部分组成。"
)
TABLES_2021 = (
    "二、主动公开政府信息情况\n信息内容|本年制发件数|本年废止件数|现行有效件数\n规章|0|0|0\n行政规范性文件|3|0|12\n"
    "行政许可|本年处理决定数量|8\n行政事业性收费|本年收费金额|0\n三、收到和处理政府信息公开申请情况\n"
    "一、本年新收政府信息公开申请数量|1\n二、上年结转政府信息公开申请数量|0\n1.属于国家秘密|0\n3.危及“三安全一稳定”|0\n"
    "5.属于三类内部事务信息|0\n6.属于四类过程性信息|0\n7.属于行政执法案卷|0\n8.属于行政查询事项|0\n1.本机关不掌握相关政府信息|1\n"
    "四、结转下年度继续办理|0\n未经复议直接起诉|0\n"
)
TABLES_2019 = (
    "信息内容|本年新制作数量|本年新公开数量|对外公开总数量\n规章|0|0|0\n规范性文件|2|2|5\n行政许可|上一年项目数量|本年增/减|处理决定数量\n"
    "其他对外管理服务事项|1|0|3\n政府集中采购|采购项目数量|采购总金额\n一、本年新收政府信息公开申请数量|1\n"
    "二、上年结转政府信息公开申请数量|0\n3.危及“三安全一稳定”|0\n5.属于三类内部事务信息|0\n7.属于行政执法案卷|0\n"
    "1.本机关不掌握相关政府信息|1\n四、结转下年度继续办理|0\n"
)


def recognised(text: str, name: str = "-", hint: str | None = None) -> Recognition:
    return recognise(read(text, name=name), load_forms(), hint)


def report(title: str, end: str = "") -> Recognition:
    return recognised(f"{title}\n\n{BODY}\n\n一、总体情况\n我局认真落实各项要求。\n{end}")


TITLES = [
    ("青田县民政局2023年政府信息公开工作年度报告", "青田县民政局", 2023),
    ("2022年度宁波市海曙区财政局政府信息公开工作年度报告", "宁波市海曙区财政局", 2022),
    ("德清县卫健局\n2023 年政府信息公开\n工作年度报告", "德清县卫生健康局", 2023),
    ("桐乡市发改局二〇二三年政府信息公开年度报告", "桐乡市发展和改革局", 2023),
    ("桐乡市应急局二○二二年政府信息公开年报", "桐乡市应急管理局", 2022),
    ("岱山县人民政府办公室政府信息公开工作年度报告（2023年度）", "岱山县人民政府办公室", 2023),
    ("岱山县统计局政府信息公开工作2021年度报告", "岱山县统计局", 2021),
    ("标题：龙游县住建局2023年度政府信息公开工作年度报告\n发布时间：2024-01-20", "龙游县住房和城乡建设局", 2023),
    ("龙游县审计局２０２３年政府信息公开工作年度报告", "龙游县审计局", 2023),
    ("中共龙游县委机构编制委员会办公室2023年政府信息公开工作年度报告", "龙游县委机构编制委员会办公室", 2023),
    ("西湖区文新街道办事处2023年政府信息公开工作年度报告", "西湖区文新街道办事处", 2023),
    ("关于2022年度政府信息公开工作情况的报告\n龙游县气象局\n", "龙游县气象局", 2022),
    (
        "首页 > 政府信息公开指南 政府信息公开制度 政府信息公开年报\n龙游县水利局2023年政府信息公开工作年度报告",
        "龙游县水利局",
        2023,
    ),
    ("龙游縣審計局2023年政府信息公開工作年度報告", "龙游县审计局", 2023),
]


@pytest.mark.parametrize(("title", "organ", "year"), TITLES)
def test_titles(title: str, organ: str, year: int) -> None:
    found = report(title)
    assert (found.form, found.organ, found.year) == ("ogi-2021", organ, year)
    assert set(found.reasons) == {"form", "organ", "year"}
    assert all(found.reasons.values())


@pytest.mark.parametrize(
    ("text", "organ"),
    [
        ("本报告由景宁县水利局按照《中华人民共和国政府信息公开条例》编制。", "景宁县水利局"),
        ("发布机构：景宁县水利局\n发布时间：2024-01-12\n", "景宁县水利局"),
        ("如对本报告有疑问，请与景宁县水利局办公室联系（电话：0578-0000000）。", "景宁县水利局"),
        ("如有疑问，请与景宁县人民政府办公室联系。", "景宁县人民政府办公室"),
        ("2023年，景宁县城管局深入贯彻落实党的二十大精神。", "景宁县城市管理局"),
        ("如有疑问，请与我局办公室联系。", None),
        ("如有疑问，请与县政府信息公开工作领导小组办公室联系。", None),
    ],
)
def test_organs_without_a_title(text: str, organ: str | None) -> None:
    assert recognised(f"{text}\n{BODY}统计期限为2023年1月1日至2023年12月31日。\n{TABLES_2021}").organ == organ


def test_the_organ_that_signs() -> None:
    text = f"{BODY}\n六、其他需要报告的事项\n无其他需要报告的事项。\n\n      庆元县林业局\n      2024年1月18日\n"
    found = recognised(text)
    assert found.organ == "庆元县林业局"
    assert found.year == 2023


def test_a_long_name_takes_the_votes_of_its_short_form() -> None:
    text = f"2023年苏州市科委政府信息公开工作年度报告\n{BODY}本报告由市科委编制。如有疑问，请与市科委办公室联系。"
    assert recognised(text).organ == "苏州市科学技术委员会"


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("海曙区人社局办公室", "海曙区人力资源和社会保障局"),
        ("上海市人民政府办公厅", "上海市人民政府办公厅"),
        ("浙江省卫健委", "浙江省卫生健康委员会"),
        ("财政局", "财政局"),
        ("我局", None),
        ("国务院办公厅政府信息与政务公开办公室", None),
        ("本报告所列数据", None),
        ("各乡镇人民政府、县直各单位", None),
        ("政府门户网站", None),
    ],
)
def test_names_are_cleaned(printed: str, name: str | None) -> None:
    assert clean_organ(printed, load_recognition()) == name


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("统计期限自2022年1月1日起至2022年12月31日止。2021年收到2件，2021年公开5条，2021年无复议。", 2022),
        ("数据的统计时限为2023年1月1日至12月31日。根据2019年修订的条例，2019年以来持续推进，2019年新条例施行。", 2023),
        ("统计期限从2021年1月1日到12月31日止。", 2021),
        ("发布日期：2024-02-01 统计周期为2023年1月1日至12月31日。", 2023),
        ("发布日期：2024-02-01", 2023),
        ("没有年份。", None),
        ("一、总体情况 2023年度，我局认真落实各项要求。2022年结转。", 2023),
        ("一、总体情况 2023年，我局认真落实各项要求。下一步，2024年将继续。", 2023),
        ("2023年度，我局收到5件。2022年度，我局收到3件。", None),
        ("2022年，我局收到5件，计划2025年完成。", None),
    ],
)
def test_years(text: str, year: int | None) -> None:
    assert recognised(f"{text}\n{TABLES_2021}").year == year


def test_other_years_reports_linked_below_do_not_count() -> None:
    links = "\n".join(f"青田县民政局{year}年政府信息公开工作年度报告" for year in (2023, 2021, 2020, 2019))
    found = report("青田县民政局2022年政府信息公开工作年度报告", f"相关链接\n{links}")
    assert found.year == 2022


def test_the_file_name_helps_where_the_text_says_nothing() -> None:
    found = recognised(TABLES_2021, name="uploads/缙云县司法局2022年政府信息公开工作年度报告.txt")
    assert (found.year, found.organ) == (2022, "缙云县司法局")


def test_tables_alone_are_enough() -> None:
    assert recognised(TABLES_2021).form == "ogi-2021"
    assert recognised(TABLES_2019).form == "ogi-2019"
    assert recognised("".join(TABLES_2021.split()).replace("|", "")).form == "ogi-2021"


def test_a_blank_form_is_a_form() -> None:
    blank = "".join("" if character.isdigit() and character != "1" else character for character in TABLES_2021)
    assert recognised(blank).form == "ogi-2021"


def test_tables_speak_louder_than_a_citation_of_the_older_format() -> None:
    cited = "根据国办公开办函〔2019〕60号要求，编制2022年政府信息公开工作年度报告。"
    assert recognised(f"{cited}\n{TABLES_2021}").form == "ogi-2021"
    assert recognised(f"2020年政府信息公开工作年度报告\n{TABLES_2019}").form == "ogi-2019"


PROSE_ONLY = (
    "{organ}{year}年政府信息公开工作年度报告\n{cited}本报告由概述、主动公开政府信息情况、政府信息依申请公开办理情况、"
    "因政府信息公开申请行政复议和提起行政诉讼的情况、存在的主要问题及改进措施、需要说明的事项组成。"
    "所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。\n一、概述\n我局认真落实各项要求。"
)


@pytest.mark.parametrize(
    ("cited", "year", "form"),
    [
        ("根据国办公开办函〔2021〕30号，", 2022, "ogi-2021"),
        ("根据国办公开办函〔2019〕60号，", 2020, "ogi-2019"),
        ("", 2023, "ogi-2021"),
        ("", 2019, "ogi-2019"),
        ("", 2016, "ogi-2014"),
        ("根据《福建省政府信息公开办法》，", 2016, "ogi-fujian"),
        ("根据《福建省政府信息公开办法》，", 2012, "ogi-fujian"),
        ("根据《福建省政府信息公开办法》，", 2023, "ogi-2021"),
        ("", 2010, None),
    ],
)
def test_the_form_of_a_report_without_tables(cited: str, year: int, form: str | None) -> None:
    found = recognised(PROSE_ONLY.format(organ="建宁县林业局", year=year, cited=cited))
    assert (found.form, found.year) == (form, year)
    if form:
        assert found.organ == "建宁县林业局"


def test_the_statistics_of_2014() -> None:
    rows = (
        "主动公开政府信息数|条|50\n制发规范性文件总数|件|2\n回应公众关注热点或重大舆情数|次|1\n政策解读稿件发布数|篇|3\n"
        "收到申请数|件|0\n申请办结数|件|0\n按时办结数|件|0\n"
    )
    assert recognised(f"政府信息公开情况统计表（2016年度）\n{rows}").form == "ogi-2014"


NO_REPORTS = {
    "news of the report": (
        "近日，云和县民政局发布2023年政府信息公开工作年度报告。报告显示，全年共收到政府信息公开申请34件，均在法定期限内答复，"
        "群众满意度进一步提升。下一步，该局将继续推进政府信息公开工作。"
    ),
    "news of a training": (
        "县政府办召开2023年政府信息公开工作年度报告编制培训会。会议强调，各单位要按照国办公开办函〔2021〕30号文件要求，"
        "准确填报收到和处理政府信息公开申请情况、行政复议行政诉讼情况，做好主动公开政府信息情况的统计。"
    ),
    "a guide": (
        "云和县民政局政府信息公开指南\n为更好地提供政府信息公开服务，编制本指南。一、主动公开。二、依申请公开：申请人填写"
        "政府信息公开申请表。属于国家秘密的不予公开。三、可以向复议机关申请行政复议或者提起行政诉讼。四、政府信息公开年报。"
    ),
    "a catalogue": "云和县民政局政府信息公开目录\n机构职能\n政府信息公开年报\n政府信息公开指南\n行政许可",
    "a rule": (
        "云和县政府信息公开工作制度\n第一条 为规范政府信息公开工作，制定本制度。第二条 各单位应当于每年1月31日前"
        "公布上一年度的政府信息公开工作年度报告，内容包括主动公开政府信息的情况、收到和处理政府信息公开申请的情况。"
    ),
    "an application sheet": "政府信息公开申请表\n申请人信息|公民|姓名|证件号码\n法人或者其他组织|名称\n所需信息描述",
    "the law": (
        "中华人民共和国政府信息公开条例 第四十九条 县级以上人民政府部门应当在每年1月31日前向主管部门提交"
        "本行政机关上一年度政府信息公开工作年度报告并向社会公布。第五十条 年度报告应当包括下列内容："
        "（一）行政机关主动公开政府信息的情况；（二）行政机关收到和处理政府信息公开申请的情况；（三）因政府信息公开工作"
        "被申请行政复议、提起行政诉讼的情况；（四）政府信息公开工作存在的主要问题及改进情况。"
    ),
    "a budget": "云和县民政局2023年部门预算公开\n一、收支总表 二、“三公”经费 政府采购情况 2023年共安排120万元。",
    "another annual report": "云和县民政局2023年法治政府建设工作年度报告\n全年办理行政复议案件2件、行政诉讼1件。",
    "English": "Annual report on open government information. In 2023 the bureau received 34 requests and answered 33.",
    "a novel": "话说天下大势，分久必合，合久必分。周末七国分争，并入于秦。及秦灭之后，楚、汉分争，又并入于汉。",
    "figures only": "0 0 0 1 2 3\n0 0 0 0 0 0\n12 0 0 12",
    "one word": "政府信息公开",
}


@pytest.mark.parametrize("text", NO_REPORTS.values(), ids=NO_REPORTS)
def test_what_is_no_report(text: str) -> None:
    found = recognised(text)
    assert found.form is None
    assert "report" in found.reasons["form"]
    assert found.organ is None


def test_the_caller_may_know_better() -> None:
    found = recognised("云和县民政局2020年政府信息公开工作年度报告", hint="ogi-2019")
    assert (found.form, found.year, found.organ) == ("ogi-2019", 2020, "云和县民政局")
    with pytest.raises(UsageError, match="ogi-1999"):
        recognised("云和县民政局", hint="ogi-1999")


def test_hostile_text_takes_linear_time() -> None:
    for text in (
        "政府信息公开工作" * 20_000,
        "2023年" * 40_000,
        "民政局" * 50_000,
        "与" * 100_000 + "联系",
        "\n" * 100_000 + "报告",
        "信息公开 " * 40_000 + "年度",
        "本报告" * 40_000,
        TABLES_2021 + "\n2023年" * 40_000,
        TABLES_2021 + "2023年，" * 40_000 + "联系",
    ):
        document = read(text)
        started = time.process_time()
        recognise(document, load_forms())
        assert time.process_time() - started < 2, text[:40]


def corpus() -> list[Path]:
    return sorted(path for path in CORPUS.glob("*/report.*") if path.suffix != ".pdf") if CORPUS.is_dir() else []


ORGANS = {
    "haicang-2023": "海沧区人力资源和社会保障局",
    "huzhu-2023": "互助县就业服务局",
    "pingtan-2013": "平潭综合实验区管委会",
    "pingtan-2020": "平潭综合实验区",
    "pingtan-2021": "平潭综合实验区",
    "sanyuan-2017": "三元区人力资源和社会保障局",
    "shanghai-gb-2019": "上海市人民政府办公厅",
    "stcsm-2024": "上海市科学技术委员会",
    "wenzhou-2023": "温州市人力资源和社会保障局",
    "xinzhou-2023": "忻州市民政局",
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.parent.name)
def test_real_reports(path: Path) -> None:
    gold = json.loads((path.parent / "gold.json").read_text())
    document = read_path(path)
    found = recognise(document, load_forms())
    assert (found.form, found.year) == (gold["form"], gold["year"])
    assert found.organ == ORGANS.get(path.parent.name, found.organ)
