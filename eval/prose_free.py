"""Sentences that state cells in freer words than eval.prose, as different provinces write them."""

from random import Random

from eval import freetext
from eval.prose import Statement, filler, statements
from eval.sheets import Paper
from eval.truth import Number, Truth

__all__ = ["free_prose", "free_statement"]

TOTAL = "applications.{}.total".format
OGI: dict[str, tuple[str, ...]] = {
    TOTAL("new"): (
        *freetext.RECEIVED,
        "各渠道接收的政府信息公开申请合计{}件",
        "我们登记了{}件政府信息公开申请",
        "政府信息公开申请方面，年内受理件数为{}件",
        "{year}年向本机关提出的政府信息公开申请有{}宗",
    ),
    TOTAL("carried_in"): (*freetext.CARRIED_IN, "年初尚有{}件上年未办结的申请", "承接上年度未答复申请{}件"),
    TOTAL("carried_out"): (*freetext.CARRIED_OUT, "年底在办、转入次年的申请{}件"),
    TOTAL("granted"): (*freetext.GRANTED, "答复“予以公开”的{}件", "全部公开的申请数是{}件"),
    TOTAL("partial"): (*freetext.PARTIAL, "答复“部分公开”的{}件"),
    TOTAL("refused"): (*freetext.REFUSED, "答复“不予公开”的{}件"),
    TOTAL("unavailable"): (*freetext.UNAVAILABLE, "答复“无法提供”的{}件"),
    TOTAL("unavailable_not_held"): (*freetext.NOT_HELD, "信息不由本机关掌握的{}件"),
    TOTAL("unavailable_creation"): freetext.CREATION,
    TOTAL("rejected_repeat"): freetext.REPEAT,
    TOTAL("processed_total"): (*freetext.PROCESSED, "年度内作出答复的申请计{}件"),
    "applications.new.natural_person": freetext.NATURAL,
    "applications.new.business": freetext.BUSINESS,
    "review_litigation.review.total": freetext.REVIEW,
    "review_litigation.litigation.total": freetext.LITIGATION,
    "proactive.normative_documents.issued": freetext.ISSUED,
    "proactive.normative_documents.repealed": freetext.REPEALED,
    "proactive.normative_documents.in_force": freetext.IN_FORCE,
    "proactive.licences.decisions": freetext.LICENCES,
    "proactive.penalties.decisions": freetext.PENALTIES,
}
YEAR = "statistics.{}.year".format
STATISTICS: dict[str, tuple[str, ...]] = {
    YEAR("disclosed"): ("本年度主动向社会公开的政府信息共{}条", "主动公开的信息量，{year}年是{}条"),
    YEAR("disclosed_normative"): ("其中规范性文件占{}条", "里面有规范性文件{}条"),
    YEAR("website"): ("在门户网站上网的政府信息{}条", "网站渠道公开{}条政府信息"),
    YEAR("wechat"): ("政务微信这一渠道发出的政府信息有{}条",),
    YEAR("received"): ("全年登记的依申请公开件共{}件", "群众申请公开政府信息，{year}年共有{}件"),
    YEAR("received_in_person"): ("上门递交的申请{}件", "到窗口当面申请的{}件"),
    YEAR("received_online"): ("网上提交的申请{}件", "经由网络平台申请的{}件"),
    YEAR("received_letter"): ("寄信申请的{}件", "以信函方式申请的{}件"),
    YEAR("concluded"): ("申请中已办结{}件", "到年底办结的申请有{}件"),
    YEAR("concluded_on_time"): ("在期限内办结{}件",),
    YEAR("answered_granted"): ("答复同意公开的{}件", "准予公开的申请{}件"),
    YEAR("answered_partial"): ("答复同意部分公开的{}件",),
    YEAR("answered_refused"): ("答复不同意公开的{}件", "不予同意的申请{}件"),
    YEAR("answered_nonexistent"): ("经查不存在相关信息的{}件",),
    YEAR("reviews"): ("引发行政复议{}起", "涉及信息公开的复议案{}起"),
    YEAR("litigations"): ("引发行政诉讼{}起", "涉及信息公开的官司{}起"),
    YEAR("complaints"): ("收到相关举报投诉{}起",),
    "statistics.disclosed.cumulative": ("开展工作以来总共公开政府信息{}条",),
}
NONE = ("没有{}", "{}为零", "未发生{}", "{}零件", "{}一件都没有")
NAMED = {
    TOTAL("new"): "政府信息公开申请",
    "review_litigation.review.total": "因信息公开引起的行政复议",
    "review_litigation.litigation.total": "因信息公开引起的行政诉讼",
    YEAR("received"): "政府信息公开申请",
    YEAR("reviews"): "因信息公开引起的行政复议",
    YEAR("litigations"): "因信息公开引起的行政诉讼",
}


def _written(value: Number, rng: Random) -> str:
    """The figure as one writes it: mostly in digits."""
    style = rng.random()
    if style < 0.08 and isinstance(value, int) and 0 < value < 1000:
        from cn2an import an2cn

        return str(an2cn(value))
    if style < 0.14:
        return str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return f" {value} " if style < 0.24 else f"{value:,}" if style < 0.3 else str(value)


def free_statement(said: Statement, truth: Truth, rng: Random) -> Statement:
    """The facts of a statement said anew; those that there are no other words for are left out."""
    ways = STATISTICS if truth.form in ("ogi-2014", "ogi-fujian") else OGI
    texts, cells = [], {}
    for cell, value in said[1].items():
        if not value and cell in NAMED:
            texts.append(rng.choice(NONE).format(NAMED[cell]))
        elif cell in ways and value:
            texts.append(rng.choice(ways[cell]).replace("{year}", str(truth.year)).format(_written(value, rng)))
        else:
            continue
        cells[cell] = value
    return rng.choice(("，", "；", "，")).join(texts) + "。", cells


def free_prose(paper: Paper, severity: float, rng: Random) -> None:
    """The running text said anew, statement by statement, the more of them the more severe."""
    truth = paper.truth
    paragraphs, stated = filler(rng, 2), {}
    for said in statements(truth, rng):
        if rng.random() < severity:
            said = free_statement(said, truth, rng)
            if not said[1]:
                continue
        paragraphs.append(said[0])
        stated.update(said[1])
    paper.overview, paper.stated = paragraphs, stated
