"""Whose table it is, and of which year: what stands right above it."""

from collections.abc import Callable

import pytest
from test_grids import APPLICANT_IDS, APPLICANTS, ROWS, line, table, values

from extractor import Report, Status, extract

HEAD = "%s2023年政府信息公开工作年度报告"
PREAMBLE = "本报告所列数据的统计期限为2023年1月1日至2023年12月31日。"
TITLE = "三、收到和处理政府信息公开申请情况"


def rows() -> list[list[str]]:
    return [["项目", *APPLICANTS], *([label, *map(str, figures)] for label, figures in ROWS.values())]


def as_page(*above: str) -> bytes:
    grid = table(*(line(*one) for one in rows()))
    return "".join([*(f"<p>{one}</p>" for one in above), grid]).encode()


def as_tabs(*above: str) -> bytes:
    return "\n".join([*above, *("\t".join(one) for one in rows())]).encode()


def as_words(*above: str) -> bytes:
    told = [f"{label}：{'，'.join(map('{}{}件'.format, APPLICANTS, figures))}" for label, figures in ROWS.values()]
    return "\n".join([*above, *told]).encode()


Layout = Callable[..., bytes]
LAYOUTS: list[Layout] = [as_page, as_tabs, as_words]


def read(layout: Layout, organ: str, *above: str) -> Report:
    return extract(layout(HEAD % organ, PREAMBLE, *above), name="a.html" if layout is as_page else "a.txt")


def disputed(report: Report) -> bool:
    known = [cell for name, cell in report.cells.items() if name.startswith("applications.new.")]
    return all(cell.status is Status.DISPUTED for cell in known)


def as_printed(report: Report) -> bool:
    right = all(values(report, f"applications.{row}", APPLICANT_IDS) == figures for row, (_, figures) in ROWS.items())
    return right and report.cells["applications.new.total"].status is Status.REPORTED


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("caption", ["2022年：", "2022年度", "（2022年）", "2022年度数据如下：", "上年度情况："])
def test_a_table_below_another_year_is_doubted(layout: Layout, caption: str) -> None:
    assert disputed(read(layout, "青溪县水利局", TITLE, caption))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("caption", ["2023年：", "本年度情况：", "（2023年度）", "单位：件"])
def test_a_table_below_its_own_year_is_not(layout: Layout, caption: str) -> None:
    assert as_printed(read(layout, "青溪县水利局", TITLE, caption))


@pytest.mark.parametrize(
    ("organ", "caption"),
    [
        ("青溪县水利局", "全县收到和处理政府信息公开申请情况汇总表"),
        ("青溪县水利局", "附件：全县行政机关政府信息公开申请情况统计表"),
        ("青溪县水利局", "各乡镇、各部门申请情况汇总"),
        ("青溪县水利局", "青溪县民政局收到和处理政府信息公开申请情况"),
        ("青溪县水利局", "填报单位：青溪县民政局"),
        ("青溪县人民政府", "附：青溪县教育局2023年政府信息公开申请情况"),
        ("青山镇人民政府", "填报单位：石桥镇人民政府（盖章）"),
        ("青溪县水利局", "附件2：青溪县2023年政府信息公开申请情况汇总表"),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_of_another_body_is_doubted(layout: Layout, organ: str, caption: str) -> None:
    assert disputed(read(layout, organ, TITLE, caption))


@pytest.mark.parametrize(
    ("organ", "caption"),
    [
        ("青溪县人民政府", "全县收到和处理政府信息公开申请情况汇总表"),
        ("青溪县人民政府", "各乡镇、各部门申请情况汇总"),
        ("青溪县水利局", "填报单位：青溪县水利局（盖章）"),
        ("青溪县水利局", "县水利局2023年收到和处理政府信息公开申请情况"),
        ("青山镇人民政府", "填报单位：青山镇"),
        ("青溪县水利局", "全国统一格式，由各单位填报"),
        ("青溪县人民政府", "附件2：青溪县2023年政府信息公开申请情况汇总表"),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_of_the_body_itself_is_not(layout: Layout, organ: str, caption: str) -> None:
    assert as_printed(read(layout, organ, TITLE, caption))


OTHER = table(line("项目", *APPLICANTS), *(line(label, *([7] * 6), 42) for label, _ in ROWS.values())).encode()


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("2023年：", "2022年："),
        ("（一）2023年情况", "（二）2022年情况"),
        ("单位：件", "附：2022年政府信息公开申请情况"),
        ("单位：件", "附件：全县政府信息公开申请情况汇总表"),
    ],
)
def test_of_two_tables_the_one_that_is_said_to_be_anothers_is_left_out(own: str, other: str) -> None:
    first = as_page(HEAD % "青溪县水利局", PREAMBLE, TITLE, own)
    assert as_printed(extract(first + f"<p>{other}</p>".encode() + OTHER, name="a.html"))


def test_a_list_of_other_years_reports_says_nothing_of_the_table() -> None:
    links = "<ul><li>2022年</li><li>2021年</li><li>2020年</li></ul>"
    assert as_printed(read(as_page, "青溪县水利局", TITLE, links))


@pytest.mark.parametrize("above", ["2022年度政府信息公开申请情况", "填报单位：青溪县民政局"])
def test_a_caption_may_stand_in_the_table(above: str) -> None:
    page = as_page(HEAD % "青溪县水利局", PREAMBLE, TITLE).decode()
    page = page.replace("<table>", f"<table><tr><td colspan=8>{above}</td></tr>")
    assert disputed(extract(page.encode(), name="a.html"))


def test_a_body_may_be_named_in_a_column_of_its_own() -> None:
    rows_of_another = [line("青溪县民政局", label, *figures) for label, figures in ROWS.values()]
    grid = table(line("单位", "项目", *APPLICANTS), *rows_of_another)
    above = "".join(f"<p>{one}</p>" for one in (HEAD % "青溪县水利局", PREAMBLE, TITLE))
    assert disputed(extract((above + grid).encode(), name="a.html"))
