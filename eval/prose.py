"""Running text of the genre, our own: filler with figures that are not cells, and sentences that state cells."""

from collections.abc import Sequence
from random import Random

from eval.truth import Number, Truth

__all__ = ["Statement", "closing", "filler", "preface", "problems", "statements", "title"]

Statement = tuple[str, dict[str, Number]]

FILLER = (
    "坚持把政务公开作为改进作风、服务群众的重要抓手，全年召开专题会议研究部署，压实科室责任。",
    "健全信息发布审核机制，落实先审后发、一事一审，全年未发生失泄密问题。",
    "围绕重点领域做好信息发布，及时更新机构职能、领导分工和办事指南。",
    "优化门户网站栏目设置，安排专人值守，网站全年访问量{a}人次，同比增长{b}.{c}%。",
    "依托12345热线受理群众诉求{a}件，按期办结率{b}.{c}%，平均办理时长缩短至{d}个工作日。",
    "办理人大代表建议{d}件、政协委员提案{b}件，均已按要求公开答复内容。",
    "做好档案移交和目录编制，累计整理归档材料{a}份，设立公共查阅场所。",
    "加强与宣传部门的协同，刊发工作简报第{d}期，营造良好氛围。",
    "窗口服务评价满意度{b}.{c}%，较好满足了企业和群众的信息需求。",
)
WEB = (
    "组织干部参加业务学习，参训{b}人，切实提高依法公开的意识和水平。",
    "全年通过门户网站发布各类动态信息{a}条，政务微信推送图文{b}篇。",
    "在门户网站公开信息{a}条，公众号关注人数{b}万余人。",
)


def _numbers(text: str, rng: Random) -> str:
    return text.format(a=rng.randint(101, 48000), b=rng.randint(11, 99), c=rng.randint(0, 9), d=rng.randint(2, 9))


def filler(rng: Random, count: int, *, web: bool = False) -> list[str]:
    texts = [*FILLER, *WEB] if web else list(FILLER)
    return [_numbers(text, rng) for text in rng.sample(texts, min(count, len(texts)))]


def title(truth: Truth, rng: Random) -> str:
    return truth.organ + rng.choice(
        (
            f"{truth.year}年政府信息公开工作年度报告",
            f"{truth.year}年政府信息公开工作年度报告",
            f"{truth.year}年度政府信息公开工作报告",
            f"{truth.year}年度政府信息公开工作年度报告",
        )
    )


def preface(truth: Truth, rng: Random) -> list[str]:
    year, phone = truth.year, f"0{rng.randint(310, 998)}-{rng.randint(2000000, 8999999)}"
    address = f"文昌路{rng.randint(2, 480)}号，邮编：{rng.randint(110000, 850000)}，电话：{phone}"
    reference = {
        "ogi-2021": "《政府信息公开工作年度报告格式》（国办公开办函〔2021〕30号）",
        "ogi-2019": "《政府信息公开工作年度报告有关事项的通知》（国办公开办函〔2019〕60号）",
        "ogi-2014": "《关于加强和规范政府信息公开情况统计报送工作的通知》（国办发〔2014〕32号）",
        "ogi-fujian": "《福建省政府信息公开办法》",
    }[truth.form]
    return [
        f"依照《中华人民共和国政府信息公开条例》（以下简称《条例》）和{reference}，{truth.organ}编制本年度报告。"
        f"所列数据统计期限为{year}年1月1日至{year}年12月31日。报告电子版可在本机关门户网站查阅。"
        f"如有疑问，请与本机关办公室联系（地址：{address}）。"
    ]


def problems(truth: Truth, rng: Random) -> list[str]:
    return [
        f"{truth.year}年，我单位信息公开工作虽有进展，但仍有不足：一是部分栏目更新不够及时；二是解读形式偏少；"
        f"三是经办人员变动较多。下一步，将加强培训，完善制度，计划{truth.year + 1}年组织业务交流{rng.randint(2, 6)}场。"
    ]


def closing(truth: Truth, rng: Random) -> list[str]:
    nothing = ["无其他需要报告的事项。", "无。"]
    if truth.form in ("ogi-2021", "ogi-2019"):
        nothing.append(f"{truth.year}年，我单位未收取信息处理费。")
    return [rng.choice(nothing)]


def _say(parts: Sequence[tuple[str, str]], truth: Truth, *, zeros: bool, joint: str = "，") -> Statement:
    """`parts`: a phrase with {} for the figure, and its cell. Zero figures are left out unless `zeros`."""
    texts, cells = [], {}
    for phrase, cell in parts:
        value = truth.values.get(cell)
        if value is None or (value == 0 and not zeros):
            continue
        texts.append(phrase.format(value))
        cells[cell] = value
    return joint.join(texts), cells


def _join(lead: str, said: Statement, end: str = "。") -> Statement:
    return (lead + said[0] + end, said[1]) if said[0] else ("", {})


def _applications(truth: Truth, rng: Random, zeros: bool) -> list[Statement]:
    total = "applications.{}.total".format
    person = [
        ("自然人申请{}件", "applications.new.natural_person"),
        ("商业企业申请{}件", "applications.new.business"),
        ("科研机构申请{}件", "applications.new.research"),
        ("社会公益组织申请{}件", "applications.new.public_welfare"),
        ("法律服务机构申请{}件", "applications.new.legal_services"),
    ]
    outcomes = [
        ("予以公开{}件", total("granted")),
        ("部分公开{}件", total("partial")),
        ("不予公开{}件", total("refused")),
        ("无法提供{}件", total("unavailable")),
        ("不予处理{}件", total("rejected")),
        ("其他处理{}件", total("other")),
    ]
    detail = [
        ("属于国家秘密的{}件", total("refused_secret")),
        ("保护第三方合法权益的{}件", total("refused_third_party")),
        ("属于行政执法案卷的{}件", total("refused_enforcement")),
        ("属于行政查询事项的{}件", total("refused_query")),
        ("本机关不掌握相关政府信息的{}件", total("unavailable_not_held")),
        ("没有现成信息需要另行制作的{}件", total("unavailable_creation")),
        ("重复申请{}件", total("rejected_repeat")),
        ("信访举报投诉类申请{}件", total("rejected_petition")),
    ]
    new = rng.choice(
        (
            "全年共收到政府信息公开申请{}件",
            f"{truth.year}年，本机关新收政府信息公开申请{{}}件",
            "新收政府信息公开申请{}件",
        )
    )
    old = rng.choice(("上年结转{}件", "上年度结转政府信息公开申请{}件"))
    received = _join("", _say([(new, total("new")), (old, total("carried_in"))], truth, zeros=True))
    if rng.random() < 0.5:
        last = max(0, int(truth.values[total("new")]) + rng.randint(-4, 9))
        received = _join(
            "", _say([("新收政府信息公开申请{}件", total("new")), (old, total("carried_in"))], truth, zeros=True)
        )
        received = (f"{truth.year - 1}年收到申请{last}件，{truth.year}年{received[0]}", received[1])
    done = _say([("办结{}件", total("processed_total"))], truth, zeros=True)
    results = _say(outcomes, truth, zeros=zeros, joint="、")
    concluded = (f"{done[0]}，其中{results[0]}" if results[0] else done[0], {**done[1], **results[1]})
    left = _say([(rng.choice(("结转下年度继续办理{}件", "结转下年度{}件")), total("carried_out"))], truth, zeros=True)
    return [
        received,
        _join("其中，", _say(person, truth, zeros=False)),
        _join("", concluded),
        _join("在上述办理结果中，", _say(detail, truth, zeros=False, joint="；")),
        _join("", left),
    ]


def _proactive(truth: Truth, rng: Random, zeros: bool) -> list[Statement]:
    if truth.form == "ogi-2021":
        parts = [
            ("制发行政规范性文件{}件", "proactive.normative_documents.issued"),
            ("废止行政规范性文件{}件", "proactive.normative_documents.repealed"),
            ("现行有效行政规范性文件{}件", "proactive.normative_documents.in_force"),
        ]
    else:
        parts = [("新制作规范性文件{}件", "proactive.normative_documents.made")]
    decisions = [
        ("行政许可{}件", "proactive.licences.decisions"),
        ("行政处罚{}件", "proactive.penalties.decisions"),
        ("行政强制{}件", "proactive.coercion.decisions"),
    ]
    lead = rng.choice(("作出行政许可、处罚等处理决定：", "依法公开行政执法结果，其中", "办理"))
    money = (
        ("行政事业性收费{}万元", "proactive.fees.amount")
        if truth.form == "ogi-2021"
        else ("政府集中采购项目{}个", "proactive.procurement.projects")
    )
    return [
        _join(f"{truth.year}年", _say(parts, truth, zeros=zeros)),
        _join(lead, _say(decisions, truth, zeros=zeros, joint="、")),
        _join("", _say([money], truth, zeros=False)),
    ]


def _review(truth: Truth, rng: Random) -> list[Statement]:
    cell = "review_litigation.{}.{}".format
    out: list[Statement] = []
    for row, name in (("review", "行政复议"), ("litigation", "行政诉讼")):
        if truth.values[cell(row, "total")] == 0:
            out.append((f"本年度未发生因政府信息公开引起的{name}。", {cell(row, "total"): 0}))
            continue
        lead = rng.choice((f"因政府信息公开申请{name}{{}}件", f"发生政府信息公开{name}案件{{}}件"))
        parts = [(lead, cell(row, "total"))]
        named = (("结果维持{}件", "upheld"), ("结果纠正{}件", "corrected"), ("尚未审结{}件", "pending"))
        parts += [(phrase, cell(row, column)) for phrase, column in named]
        out.append(_join("", _say(parts, truth, zeros=False)))
    return out


def _statistics_2014(truth: Truth, zeros: bool) -> list[Statement]:
    cell = "statistics.{}.year".format

    def say(*parts: tuple[str, str], lead: str = "", joint: str = "，") -> Statement:
        cells = [(phrase, cell(row)) for phrase, row in parts]
        return _join(lead, _say(cells, truth, zeros=zeros, joint=joint))

    return [
        say(
            ("主动公开政府信息{}条", "disclosed"),
            ("其中主动公开规范性文件{}条", "disclosed_normative"),
            lead=f"{truth.year}年，",
        ),
        say(("政府网站公开政府信息{}条", "website"), ("政务微信公开政府信息{}条", "wechat"), lead="通过", joint="、"),
        say(
            ("收到政府信息公开申请{}件", "received"),
            ("其中当面申请{}件", "received_in_person"),
            ("网络申请{}件", "received_online"),
            ("信函申请{}件", "received_letter"),
        ),
        say(("申请办结{}件", "concluded"), ("其中按时办结{}件", "concluded_on_time")),
        say(
            ("同意公开答复{}件", "answered_granted"),
            ("不同意公开答复{}件", "answered_refused"),
            ("申请信息不存在{}件", "answered_nonexistent"),
            lead="在答复中，",
            joint="、",
        ),
        say(("行政复议{}件", "reviews"), ("行政诉讼{}件", "litigations"), ("举报投诉{}件", "complaints"), joint="、"),
    ]


def _fujian(truth: Truth, rng: Random, zeros: bool) -> list[Statement]:
    values, year = truth.values, truth.year
    disclosed, ever = values["statistics.disclosed.year"], values["statistics.disclosed.cumulative"]
    first = rng.choice(
        (
            f"截至{year}年12月31日，历年累计主动公开政府信息{ever}条，其中{year}年主动公开政府信息{disclosed}条。",
            f"{year}年主动公开政府信息{disclosed}条，历年累计主动公开政府信息{ever}条。",
        )
    )
    stated: dict[str, Number] = {
        "statistics.disclosed.year": disclosed,
        "statistics.disclosed.cumulative": ever,
    }
    received = _say(
        [
            ("受理政府信息公开申请{}件", "statistics.received.year"),
            ("其中当面申请{}件", "statistics.received_in_person.year"),
        ],
        truth,
        zeros=zeros,
    )
    answered = [
        ("同意公开{}件", "statistics.answered_granted.year"),
        ("同意部分公开{}件", "statistics.answered_partial.year"),
    ]
    return [
        (first, stated),
        _join(f"{year}年，", received),
        _join("答复结果为", _say(answered, truth, zeros=zeros, joint="、")),
    ]


def statements(truth: Truth, rng: Random) -> list[Statement]:
    """Sentences that state cells of `truth`, in the order of a report; all of them for a report without tables."""
    zeros = rng.random() < 0.4
    if truth.form == "ogi-2014":
        out = _statistics_2014(truth, zeros)
    elif truth.form == "ogi-fujian":
        out = _fujian(truth, rng, zeros)
    else:
        out = [*_proactive(truth, rng, zeros), *_applications(truth, rng, zeros), *_review(truth, rng)]
    return [said for said in out if said[0]]
