"""The two statistics tables as printed: national 2014, and Fujian's in its two editions."""

from random import Random

from eval.sheets import Box, Line, Sheet, value_box
from eval.truth import Truth

__all__ = ["fujian_sheet", "statistics_sheet"]

# label, unit, row id; without unit and id: a heading line
STATISTICS_2014: tuple[tuple[str, str, str], ...] = (
    ("一、主动公开情况", "", ""),
    ("（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条", "disclosed"),
    ("其中：主动公开规范性文件数", "条", "disclosed_normative"),
    ("制发规范性文件总数", "件", "normative_issued"),
    ("（二）通过不同渠道和方式公开政府信息的情况", "", ""),
    ("1.政府公报公开政府信息数", "条", "gazette"),
    ("2.政府网站公开政府信息数", "条", "website"),
    ("3.政务微博公开政府信息数", "条", "weibo"),
    ("4.政务微信公开政府信息数", "条", "wechat"),
    ("5.其他方式公开政府信息数", "条", "other_channels"),
    ("二、回应解读情况", "", ""),
    ("（一）回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）", "次", "responses"),
    ("（二）通过不同渠道和方式回应解读的情况", "", ""),
    ("1.参加或举办新闻发布会总次数", "次", "press_conferences"),
    ("其中：主要负责同志参加新闻发布会次数", "次", "press_conferences_chief"),
    ("2.政府网站在线访谈次数", "次", "online_interviews"),
    ("其中：主要负责同志参加政府网站在线访谈次数", "次", "online_interviews_chief"),
    ("3.政策解读稿件发布数", "篇", "interpretations"),
    ("4.微博微信回应事件数", "次", "social_responses"),
    ("5.其他方式回应事件数", "次", "other_responses"),
    ("三、依申请公开情况", "", ""),
    ("（一）收到申请数", "件", "received"),
    ("1.当面申请数", "件", "received_in_person"),
    ("2.传真申请数", "件", "received_fax"),
    ("3.网络申请数", "件", "received_online"),
    ("4.信函申请数", "件", "received_letter"),
    ("（二）申请办结数", "件", "concluded"),
    ("1.按时办结数", "件", "concluded_on_time"),
    ("2.延期办结数", "件", "concluded_extended"),
    ("（三）申请答复数", "件", "answered"),
    ("1.属于已主动公开范围数", "件", "answered_already_public"),
    ("2.同意公开答复数", "件", "answered_granted"),
    ("3.同意部分公开答复数", "件", "answered_partial"),
    ("4.不同意公开答复数", "件", "answered_refused"),
    ("其中：涉及国家秘密", "件", "refused_secret"),
    ("涉及商业秘密", "件", "refused_trade_secret"),
    ("涉及个人隐私", "件", "refused_privacy"),
    ("危及国家安全、公共安全、经济安全和社会稳定", "件", "refused_security"),
    ("不是《条例》所指政府信息", "件", "refused_not_gov_info"),
    ("法律法规规定的其他情形", "件", "refused_other"),
    ("5.不属于本行政机关公开数", "件", "answered_not_this_body"),
    ("6.申请信息不存在数", "件", "answered_nonexistent"),
    ("7.告知作出更改补充数", "件", "answered_clarify"),
    ("8.告知通过其他途径办理数", "件", "answered_other_channel"),
    ("四、行政复议数量", "件", "reviews"),
    ("（一）维持具体行政行为数", "件", "reviews_upheld"),
    ("（二）被依法纠错数", "件", "reviews_corrected"),
    ("（三）其他情形数", "件", "reviews_other"),
    ("五、行政诉讼数量", "件", "litigations"),
    ("（一）维持具体行政行为或者驳回原告诉讼请求数", "件", "litigations_upheld"),
    ("（二）被依法纠错数", "件", "litigations_corrected"),
    ("（三）其他情形数", "件", "litigations_other"),
    ("六、举报投诉数量", "件", "complaints"),
    ("七、依申请公开信息收取的费用", "万元", "fees"),
    ("八、机构建设和保障经费情况", "", ""),
    ("（一）政府信息公开工作专门机构数", "个", "offices"),
    ("（二）设置政府信息公开查阅点数", "个", "access_points"),
    ("（三）从事政府信息公开工作人员数", "人", "staff"),
    ("1.专职人员数（不包括政府公报及政府网站工作人员数）", "人", "staff_full_time"),
    ("2.兼职人员数", "人", "staff_part_time"),
    (
        "（四）政府信息公开专项经费（不包括用于政府公报编辑管理及政府网站建设维护等方面的经费）",
        "万元",
        "budget",
    ),
    ("九、政府信息公开会议和培训情况", "", ""),
    ("（一）召开政府信息公开工作会议或专题会议数", "次", "meetings"),
    ("（二）举办各类培训班数", "次", "trainings"),
    ("（三）接受培训人员数", "人次", "trainees"),
)

FUJIAN_2011: tuple[tuple[str, str, str], ...] = (
    ("主动公开文件数", "条", "disclosed"),
    ("其中：1.政府网站公开数", "条", "disclosed_website"),
    ("2.政府公报公开数", "条", "disclosed_gazette"),
    ("受理政府信息公开申请总数", "条", "received"),
    ("其中：1.当面申请数", "条", "received_in_person"),
    ("2.传真申请数", "条", "received_fax"),
    ("3.电子邮件申请数", "条", "received_email"),
    ("4.网上申请数", "条", "received_online"),
    ("5.信函申请数", "条", "received_letter"),
    ("6.其它形式申请数", "条", "received_other"),
    ("对申请的答复总数", "条", "answered"),
    ("其中：1.同意公开答复数", "条", "answered_granted"),
    ("2.同意部分公开答复数", "条", "answered_partial"),
    ("3.否决公开答复数", "条", "answered_refused"),
    ("4.其他类型答复数", "条", "answered_other"),
    ("收费减免金额", "元", "fee_waived"),
    ("行政复议数", "件", "reviews"),
    ("行政诉讼数", "件", "litigations"),
    ("行政申诉、举报数", "件", "complaints"),
)
FUJIAN_2014: tuple[tuple[str, str, str], ...] = (
    ("主动公开文件数", "条", "disclosed"),
    ("其中：1.政府网站公开数", "条", "disclosed_website"),
    ("2.政府公报公开数", "条", "disclosed_gazette"),
    ("受理政府信息公开申请总数", "条", "received"),
    ("其中：1.当面申请数", "条", "received_in_person"),
    ("2.网络申请数", "条", "received_online"),
    ("3.信函、传真申请数", "条", "received_letter_fax"),
    ("对申请的答复总数", "条", "answered"),
    ("其中：1.同意公开答复数", "条", "answered_granted"),
    ("2.同意部分公开答复数", "条", "answered_partial"),
    ("3.不予公开答复数", "条", "answered_refused"),
    ("4.其他类型答复数", "条", "answered_other"),
    ("收费减免金额", "元", "fee_waived"),
    ("接受行政申诉、举报数", "件", "complaints"),
    ("行政复议数", "件", "reviews"),
    ("行政诉讼数", "件", "litigations"),
)


def statistics_sheet(truth: Truth, rng: Random) -> Sheet:
    """国办发〔2014〕32号: 统计指标 | 单位 | 统计数."""
    lines = [Line([Box(rng.choice(("统计指标", "指标名称"))), Box("单位"), Box(rng.choice(("统计数", "数量")))])]
    for label, unit, row in STATISTICS_2014:
        if not row:
            lines.append(Line([Box(label), Box(""), Box("")]))
            continue
        cell = f"statistics.{row}.year"
        lines.append(Line([Box(unit), value_box(cell, truth.values[cell])], [label], row))
    return Sheet("statistics", "政府信息公开情况统计表", lines, stub=1, columns=3)


def fujian_sheet(truth: Truth, rng: Random) -> Sheet:
    """指标名称 | 计量单位 | YYYY年度 | 历年累计; the unit is left blank by some bodies."""
    rows = FUJIAN_2011 if truth.variant == "2011" else FUJIAN_2014
    units = rng.random() < 0.75
    lines = [Line([Box("指标名称"), Box(rng.choice(("计量单位", "单位"))), Box(f"{truth.year}年度"), Box("历年累计")])]
    for label, unit, row in rows:
        cells = [f"statistics.{row}.{column}" for column in ("year", "cumulative")]
        if cells[0] not in truth.values:
            continue
        boxes = [Box(unit if units else ""), *(value_box(cell, truth.values[cell]) for cell in cells)]
        lines.append(Line(boxes, [label], row))
    return Sheet("statistics", f"{truth.organ}政府信息公开情况统计表", lines, stub=1, columns=4)
