"""The official tables as printed, with the labels of the notices; written out here, not taken from rules/."""

from random import Random

from eval.sheets import Box, Line, Sheet, value_box
from eval.truth import APPLICANTS, Truth

__all__ = ["APPLICANT_LABELS", "GROUP_LABELS", "ROW_LABELS", "official_sheets"]

APPLICANT_LABELS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
REVIEW_COLUMNS = ("upheld", "corrected", "other", "pending", "total")
REVIEW_LABELS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
RULE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
RESULT = "三、本年度办理结果"
GROUP_LABELS = {
    "refused": "（三）不予公开",
    "unavailable": "（四）无法提供",
    "rejected": "（五）不予处理",
    "other": "（六）其他处理",
}
ROW_LABELS = {
    "new": "一、本年新收政府信息公开申请数量",
    "carried_in": "二、上年结转政府信息公开申请数量",
    "granted": "（一）予以公开",
    "partial": "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
    "refused_secret": "1.属于国家秘密",
    "refused_law": "2.其他法律行政法规禁止公开",
    "refused_security": "3.危及“三安全一稳定”",
    "refused_third_party": "4.保护第三方合法权益",
    "refused_internal": "5.属于三类内部事务信息",
    "refused_process": "6.属于四类过程性信息",
    "refused_enforcement": "7.属于行政执法案卷",
    "refused_query": "8.属于行政查询事项",
    "unavailable_not_held": "1.本机关不掌握相关政府信息",
    "unavailable_creation": "2.没有现成信息需要另行制作",
    "unavailable_unclear": "3.补正后申请内容仍不明确",
    "rejected_petition": "1.信访举报投诉类申请",
    "rejected_repeat": "2.重复申请",
    "rejected_publication": "3.要求提供公开出版物",
    "rejected_mass": "4.无正当理由大量反复申请",
    "rejected_confirm": "5.要求行政机关确认或重新出具已获取信息",
    "other_no_correction": "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    "other_unpaid": "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    "other_other": "3.其他",
    "processed_total": "（七）总计",
    "carried_out": "四、结转下年度继续办理",
}


def _article(number: str) -> Line:
    return Line([Box(f"第二十条第（{number}）项", colspan=4)])


def _head(*labels: str) -> Line:
    """A head line of a proactive table: the last label takes the columns that are left."""
    boxes = [Box(label) for label in ("信息内容", *labels)]
    boxes[-1].colspan = 5 - len(boxes)
    return Line(boxes)


def _figures(truth: Truth, row: str, label: str, *columns: str) -> Line:
    boxes = [value_box(f"proactive.{row}.{column}", truth.values[f"proactive.{row}.{column}"]) for column in columns]
    boxes[-1].colspan = 4 - len(boxes)
    return Line(boxes, [label], row)


def _proactive_2021(truth: Truth, rng: Random) -> list[Line]:
    normative = rng.choice(("行政规范性文件", "行政规范性文件", "规范性文件"))
    counts = ("issued", "repealed", "in_force")
    return [
        _article("一"),
        _head("本年制发件数", "本年废止件数", "现行有效件数"),
        _figures(truth, "regulations", "规章", *counts),
        _figures(truth, "normative_documents", normative, *counts),
        _article("五"),
        _head("本年处理决定数量"),
        _figures(truth, "licences", "行政许可", "decisions"),
        _article("六"),
        _head("本年处理决定数量"),
        _figures(truth, "penalties", "行政处罚", "decisions"),
        _figures(truth, "coercion", "行政强制", "decisions"),
        _article("八"),
        _head("本年收费金额（单位：万元）"),
        _figures(truth, "fees", "行政事业性收费", "amount"),
    ]


def _proactive_2019(truth: Truth, rng: Random) -> list[Line]:
    made = ("made", "published", "total_published")
    items = ("prior_items", "change", "decisions")
    head = ("上一年项目数量", "本年增/减", "处理决定数量")
    lines = [
        _article("一"),
        _head("本年新制作数量", "本年新公开数量", "对外公开总数量"),
        _figures(truth, "regulations", "规章", *made),
        _figures(truth, "normative_documents", "规范性文件", *made),
        _article("五"),
        _head(*head),
        _figures(truth, "licences", "行政许可", *items),
        _figures(truth, "other_services", "其他对外管理服务事项", *items),
        _article("六"),
        _head(*head),
        _figures(truth, "penalties", "行政处罚", *items),
        _figures(truth, "coercion", "行政强制", *items),
        _article("八"),
        _head("上一年项目数量", "本年增/减"),
        _figures(truth, "fees", "行政事业性收费", "prior_items", "change"),
        _article("九"),
        _head("采购项目数量", "采购总金额"),
        _figures(truth, "procurement", "政府集中采购", "projects", "amount"),
    ]
    amount = lines[-1].boxes[-1]
    amount.text += rng.choice(("", "元", "元"))
    return lines


def _applications(truth: Truth) -> Sheet:
    lines = [
        Line([Box(RULE, colspan=3, rowspan=3), Box("申请人情况", colspan=7)]),
        Line([Box("自然人", rowspan=2), Box("法人或其他组织", colspan=5), Box("总计", rowspan=2)]),
        Line([Box(label) for label in APPLICANT_LABELS[1:-1]]),
    ]
    for row, label in ROW_LABELS.items():
        group = next((group for group in GROUP_LABELS if row.startswith(f"{group}_")), None)
        path = [label] if row in ("new", "carried_in", "carried_out") else [RESULT, label]
        if group == "other" and truth.one_row_other:
            if row != "other_no_correction":
                continue
            row, path = "other", [RESULT, GROUP_LABELS["other"]]
        elif group:
            path = [RESULT, GROUP_LABELS[group], label]
        cells = [f"applications.{row}.{column}" for column in (*APPLICANTS, "total")]
        lines.append(Line([value_box(cell, truth.values[cell]) for cell in cells], path, row))
    return Sheet("applications", "三、收到和处理政府信息公开申请情况", lines, stub=3, columns=10)


def _review_boxes(truth: Truth, *rows: str) -> list[Box]:
    cells = [f"review_litigation.{row}.{column}" for row in rows for column in REVIEW_COLUMNS]
    return [value_box(cell, truth.values[cell]) for cell in cells]


def _review(truth: Truth, shape: str) -> Sheet:
    heading = "四、政府信息公开行政复议、行政诉讼情况"
    rows = {
        "review": "行政复议",
        "litigation_direct": "未经复议直接起诉",
        "litigation_after_review": "复议后起诉",
    }
    if shape == "line":
        lines = [
            Line([Box("行政复议", colspan=5), Box("行政诉讼", colspan=10)]),
            Line(
                [
                    *(Box(label, rowspan=2) for label in REVIEW_LABELS),
                    Box("未经复议直接起诉", colspan=5),
                    Box("复议后起诉", colspan=5),
                ]
            ),
            Line([Box(label) for label in REVIEW_LABELS * 2]),
            Line(_review_boxes(truth, *rows), [], "review"),
        ]
        return Sheet("review_litigation", heading, lines, stub=0, columns=15)
    lines = []
    if shape == "stacked":
        for row, label in rows.items():
            if row == "litigation_direct":
                lines.append(Line([Box("行政诉讼", colspan=5)]))
            lines.append(Line([Box(label, colspan=5)]))
            lines.append(Line([Box(one) for one in REVIEW_LABELS]))
            lines.append(Line(_review_boxes(truth, row), [], row))
        return Sheet("review_litigation", heading, lines, stub=0, columns=5)
    lines.append(Line([Box("", colspan=2), *(Box(label) for label in REVIEW_LABELS)]))
    for row, label in rows.items():
        path = [label] if row == "review" else ["行政诉讼", label]
        lines.append(Line(_review_boxes(truth, row), path, row))
    return Sheet("review_litigation", heading, lines, stub=2, columns=7)


def official_sheets(truth: Truth, rng: Random) -> list[Sheet]:
    """The sheets of the truth's form. `rng` picks among the shapes that bodies use."""
    from eval.official_statistics import fujian_sheet, statistics_sheet

    if truth.form == "ogi-2014":
        return [statistics_sheet(truth, rng)]
    if truth.form == "ogi-fujian":
        return [fujian_sheet(truth, rng)]
    lines = _proactive_2021(truth, rng) if truth.form == "ogi-2021" else _proactive_2019(truth, rng)
    shape = truth.options.get("review") or rng.choice(("line", "line", "line", "stacked", "rows"))
    truth.options["review"] = shape
    return [
        Sheet("proactive", "二、主动公开政府信息情况", lines, stub=1, columns=4),
        _applications(truth),
        _review(truth, shape),
    ]
