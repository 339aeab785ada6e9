"""Reports in running text that says things in other words than the rules know: what the second reader is for."""

from random import Random

from eval.gold import Gold
from eval.prose import filler, preface, problems, title
from eval.truth import Number, Truth, make_truth

__all__ = ["free_report"]

Said = tuple[str, dict[str, Number]]

# Each fact in several ways, none of them a phrasing of rules/prose.yaml when it was written; {} is the figure.
RECEIVED = (
    "过去一年，群众向我单位递交的政府信息公开申请总计{}件",
    "本机关全年登记在册的政府信息公开申请为{}件",
    "{year}年各界提交的政府信息公开申请，经登记共有{}件",
    "从数量上看，{year}年政府信息公开申请的登记量是{}件",
    "我单位{year}年累次登记的依申请公开件数，共{}件申请",
)
CARRIED_IN = (
    "另有{}件申请是去年没有办完留下来的",
    "上年遗留下来的申请{}件，一并纳入办理",
    "上一年未办结、留到今年接着办的申请有{}件",
)
CARRIED_OUT = (
    "还有{}件申请要留待下一年接着办",
    "{}件申请因期限未到顺延至明年",
    "留到下年度接着办理的申请为{}件",
)
GRANTED = (
    "申请人要求的信息全部予以公开的，有{}件",
    "经审查，同意全文公开的申请{}件",
    "完全公开给申请人的有{}件",
)
PARTIAL = ("隐去部分内容后作区分处理的申请{}件", "仅部分予以提供的申请有{}件", "区分处理后提供的申请{}件")
REFUSED = ("决定不公开的申请共有{}件", "拒绝公开的申请{}件", "审查后未予公开的申请，计{}件")
UNAVAILABLE = ("客观上未能提供的申请{}件", "确实没有办法、未能提供的申请，{}件", "未能提供相关信息的申请共有{}件")
NOT_HELD = ("本机关未制作或者未获取、未保存该信息的申请{}件", "经检索我单位没有掌握的{}件")
CREATION = ("要加工、汇总才能形成的申请{}件", "没有现成材料可供的申请有{}件")
REPEAT = ("同一人就同一内容重复提出申请{}件", "内容相同的重复提交申请有{}件")
PROCESSED = (
    "到年底，上述申请里已经办理完毕的合计{}件",
    "年内处理完毕的政府信息公开申请达到{}件",
    "我单位共回复政府信息公开申请{}件",
)
REVIEW = (
    "申请人对信息公开答复有异议、提请上级复议的，共{}起",
    "与信息公开有关而进入复议程序的案子{}起",
)
NO_REVIEW = ("全年没有一起因信息公开而起的复议", "信息公开方面的复议，一起也没有发生")
LITIGATION = ("就信息公开把我单位告上法庭、提起诉讼的有{}起", "因信息公开被诉至法院的案子{}起")
NO_LITIGATION = ("也没有人因信息公开向法院起诉", "信息公开方面没有发生被诉的情况")
ISSUED = (
    "这一年我单位拟定并印发的行政规范性文件有{}件",
    "由本机关出台的行政规范性文件，{year}年是{}件",
)
REPEALED = ("同时宣布失效的行政规范性文件{}件", "清理后予以废止的行政规范性文件有{}件")
IN_FORCE = ("截至年末继续有效的行政规范性文件尚有{}件", "目前仍然现行有效的行政规范性文件，共计{}件")
LICENCES = ("发出的行政许可决定书共{}份", "当年办出行政许可{}件")
PENALTIES = ("下达行政处罚决定书{}份", "立案并作出的行政处罚有{}起")
NATURAL = ("其中来自公民个人的申请{}件", "申请人里，自然人提的申请有{}件")
BUSINESS = ("各类公司、企业提的申请有{}件", "由商业公司递交的申请{}件")


def free_report(seed: int, *, year: int = 2023) -> tuple[bytes, Gold, int]:
    """A report of 2021's form without tables, its gold, and how many facts it states in unknown words."""
    rng = Random(f"freetext/{seed}")
    truth = make_truth("ogi-2021", seed, density=0.5, scale=rng.choice((12, 60, 400)))
    truth.year = year
    said = _statements(truth, rng)
    cells = {cell: value for _, stated in said for cell, value in stated.items()}
    body = [text for text, _ in said]
    lines = [title(truth, rng), *preface(truth, rng), "一、总体情况", *filler(rng, 3)]
    half = len(body) // 3
    lines += ["（一）主动公开。" + "。".join(body[:half]) + "。", "（二）依申请公开。" + "。".join(body[half:]) + "。"]
    lines += [*filler(rng, 2), "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况"]
    lines += ["四、政府信息公开行政复议、行政诉讼情况", "五、存在的主要问题及改进情况", *problems(truth, rng)]
    gold = Gold(form=truth.form, organ=truth.organ, year=truth.year, cells=dict(cells), truth=dict(truth.values))
    return "\n".join(lines).encode(), gold, len(cells)


def _statements(truth: Truth, rng: Random) -> list[Said]:
    total = "applications.{}.total".format

    def say(ways: tuple[str, ...], cell: str, none: tuple[str, ...] = ()) -> Said | None:
        value = truth.values[cell]
        if not value:
            return (rng.choice(none), {cell: 0}) if none else None
        return rng.choice(ways).replace("{year}", str(truth.year)).format(value), {cell: value}

    proactive = [
        say(ISSUED, "proactive.normative_documents.issued"),
        say(REPEALED, "proactive.normative_documents.repealed"),
        say(IN_FORCE, "proactive.normative_documents.in_force"),
        say(LICENCES, "proactive.licences.decisions"),
        say(PENALTIES, "proactive.penalties.decisions"),
    ]
    applications = [
        say(RECEIVED, total("new")),
        say(NATURAL, "applications.new.natural_person"),
        say(BUSINESS, "applications.new.business"),
        say(CARRIED_IN, total("carried_in")),
        say(PROCESSED, total("processed_total")),
        say(GRANTED, total("granted")),
        say(PARTIAL, total("partial")),
        say(REFUSED, total("refused")),
        say(UNAVAILABLE, total("unavailable")),
        say(NOT_HELD, total("unavailable_not_held")),
        say(CREATION, total("unavailable_creation")),
        say(REPEAT, total("rejected_repeat")),
        say(CARRIED_OUT, total("carried_out")),
        say(REVIEW, "review_litigation.review.total", NO_REVIEW),
        say(LITIGATION, "review_litigation.litigation.total", NO_LITIGATION),
    ]
    kept = [one for one in proactive if one] + [one for one in applications if one and rng.random() < 0.85]
    return _joined(kept, rng)


def _joined(statements: list[Said], rng: Random) -> list[Said]:
    """Some sentences hold two facts."""
    out: list[Said] = []
    for text, cells in statements:
        if out and rng.random() < 0.35 and len(out[-1][1]) == 1:
            before, known = out.pop()
            out.append((f"{before}，{text}", {**known, **cells}))
        else:
            out.append((text, cells))
    return out
