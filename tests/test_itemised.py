"""Tables told in words: each figure behind the head of its column, each row behind its label."""

import pytest

from extractor.forms.load import load_forms
from extractor.parse.text.itemised import itemised
from extractor.read.fold import fold

FORM = load_forms()["ogi-2021"]
TABLE = FORM.table_by_id["applications"]
COLUMNS = ("natural_person", "business", "research", "public_welfare", "legal_services", "other", "total")
HEADS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
NEW = "一、本年新收政府信息公开申请数量"
IN = "二、上年结转政府信息公开申请数量"
OUT = "四、结转下年度继续办理"


def row(label: str, *figures: int, colon: str = "：", comma: str = "，") -> str:
    return f"{label}{colon}{comma.join(f'{head}{figure}' for head, figure in zip(HEADS, figures, strict=True))}。\n"


def said(text: str) -> dict[str, int]:
    readings = [one for choice in itemised(fold(text), FORM, TABLE) for one in choice.alternatives[0].readings]
    for one in readings:
        assert text[one.start : one.end] == one.printed
    return {one.cell.removeprefix("applications."): int(one.value or 0) for one in readings}


def of_row(name: str, *figures: int) -> dict[str, int]:
    return {f"{name}.{column}": figure for column, figure in zip(COLUMNS, figures, strict=True)}


THREE = row(NEW, 9, 2, 0, 0, 1, 0, 12) + row(IN, 1, 0, 0, 0, 0, 0, 1) + row(OUT, 1, 0, 0, 0, 0, 0, 1)
SAID = (
    of_row("new", 9, 2, 0, 0, 1, 0, 12) | of_row("carried_in", 1, *[0] * 5, 1) | of_row("carried_out", 1, *[0] * 5, 1)
)


def test_each_figure_is_its_columns() -> None:
    assert said(THREE) == SAID


@pytest.mark.parametrize(
    ("old", "new"), [("，", "、"), ("，", "\n"), ("：", "\n"), ("，", "；"), ("自然人", "自然人：")]
)
def test_whatever_stands_between(old: str, new: str) -> None:
    assert said(THREE.replace(old, new)) == SAID


def test_columns_in_another_order() -> None:
    assert said(THREE.replace("自然人9，商业企业2", "商业企业2，自然人9")) == SAID


def test_the_rest_is_zero() -> None:
    text = THREE + "1.信访举报投诉类申请，自然人4，其余为0，总计4；"
    assert said(text) == SAID | of_row("rejected_petition", 4, 0, 0, 0, 0, 0, 4)


def test_a_row_or_a_group_of_zeros() -> None:
    told = said(THREE + "2.没有现成信息需要另行制作，均为0；（六）其他处理：各项均为0。")
    assert {cell.partition(".")[0] for cell in told.keys() - SAID.keys()} >= {
        "unavailable_creation",
        "other",
        "other_unpaid",
    }
    assert all(told[cell] == 0 for cell in told.keys() - SAID.keys())


@pytest.mark.parametrize(
    "text",
    [
        row(NEW, 9, 2, 0, 0, 1, 0, 12),  # one row is no table
        THREE.replace(NEW, "收件").replace(IN, "旧件").replace(OUT, "余件"),
        THREE.replace("9，", "9余件，").replace("自然人1", "自然人约1"),
        "".join(f"{label}：自然人9件，总计12件。" for label in (NEW, IN, OUT)),
    ],
)
def test_what_is_not_sure_is_not_taken(text: str) -> None:
    assert not {"new.natural_person", "carried_in.natural_person"} & said(text).keys()


def test_a_row_whose_label_is_not_known_lends_its_figures_to_none() -> None:
    strange = row("五、跨年度事项", 7, 7, 7, 7, 7, 7, 42)
    assert said(THREE + strange) == SAID


def test_another_unit_is_not_the_columns() -> None:
    assert "new.natural_person" not in said(
        THREE.replace("自然人9", "自然人9万元") + row("（一）予以公开", *[1] * 6, 6)
    )


def test_the_rest_is_not_a_total_of_what_is_not_zero() -> None:
    told = said(THREE + "1.信访举报投诉类申请：自然人4，其余均为0。")
    assert told["rejected_petition.natural_person"] == 4
    assert "rejected_petition.total" not in told
    assert said(THREE + "1.信访举报投诉类申请：自然人0，其余均为0。")["rejected_petition.total"] == 0


def test_figures_of_two_rows_put_together_are_neither_s() -> None:
    joint = row("（一）予以公开、（二）部分公开", 1, 0, 0, 0, 0, 0, 1)
    assert said(THREE + joint) == SAID


@pytest.mark.parametrize("label", [" {}\n", "（{}）\n", "，{}\n"])
def test_labels_behind_their_figures_are_not_those_of_the_next(label: str) -> None:
    rows = ((NEW, 9, 2, 0, 0, 1, 0, 12), (IN, 1, 0, 0, 0, 0, 0, 1), (OUT, 2, 0, 0, 0, 0, 0, 2))
    behind = "".join(
        "，".join(f"{head}{figure}" for head, figure in zip(HEADS, figures, strict=True)) + label.format(name)
        for name, *figures in rows * 2
    )
    assert said(behind) == {}


def test_a_year_is_no_figure() -> None:
    assert "new.total" not in said(THREE.replace("总计12", "总计2023年12"))
