"""What the pages say, in Chinese and in English."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from extractor.check.wording import VERDICT_ZH
from extractor.report import Verdict
from extractor.review.site.strings_across import ACROSS

__all__ = ["COOKIE", "LANGUAGES", "STRINGS", "Language", "Say", "chosen", "speaking"]

Language: TypeAlias = Literal["zh", "en"]
Say: TypeAlias = Callable[..., str]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
COOKIE = "gouji_lang"

STRINGS: dict[str, tuple[str, str]] = {
    "app": ("勾稽核对", "gouji review"),
    "documents": ("文件", "Documents"),
    "overview": ("总览", "Overview"),
    "language": ("English", "中文"),
    "skip": ("跳到表格", "Skip to the tables"),
    "help": ("按键说明", "Keys"),
    "close": ("关闭", "Close"),
    "back": ("返回列表", "Back to the list"),
    # service
    "batches": ("批次", "Batches"),
    "col.state": ("状态", "State"),
    "no_batches": ("还没有批次。", "No batches yet."),
    "key_wanted": ("密钥", "Key"),
    "let_in": ("进入", "Go in"),
    # list
    "search": ("搜索机关、文件名、年度", "Search body, file, year"),
    "search_button": ("搜索", "Search"),
    "all": ("全部", "All"),
    "verdict.clean": (VERDICT_ZH[Verdict.CLEAN], "clean"),
    "verdict.review": (VERDICT_ZH[Verdict.REVIEW], "to review"),
    "verdict.failed": (VERDICT_ZH[Verdict.FAILED], "failed"),
    "verdict.waiting": ("排队", "waiting"),
    "verdict.reading": ("读取中", "being read"),
    "verdict.done": ("未读出", "not read"),
    "any_form": ("所有表式", "Every form"),
    "any_year": ("所有年度", "Every year"),
    "open_only": ("只看未核完的", "Only with open doubts"),
    "col.organ": ("机关", "Body"),
    "col.year": ("年度", "Year"),
    "col.form": ("表式", "Form"),
    "col.verdict": ("结论", "Verdict"),
    "col.doubts": ("待核处", "Doubts"),
    "col.disputed": ("存疑", "Disputed"),
    "col.corrected": ("更正", "Corrected"),
    "col.missing": ("未找到", "Missing"),
    "col.findings": ("问题", "Findings"),
    "col.decided": ("已决", "Decided"),
    "col.name": ("文件", "File"),
    "unknown": ("未能辨认", "not told"),
    "none_match": ("没有符合条件的文件。", "No document matches."),
    "nothing_yet": ("还没有文件。", "No documents yet."),
    "shown_of": ("第 {first}–{last} 份，共 {matching} 份", "{first}–{last} of {matching}"),
    "total_of": ("全部 {total} 份", "{total} in all"),
    "page_of": ("第 {page} 页，共 {pages} 页", "page {page} of {pages}"),
    "previous_page": ("上一页", "Previous page"),
    "next_page": ("下一页", "Next page"),
    "progress": ("已读出 {done} 份，共 {total} 份", "{done} of {total} read"),
    "indexing": ("正在读取结果，已有 {total} 份", "reading results, {total} so far"),
    "doubts_left": ("待核 {n} 处", "{n} doubts open"),
    # document
    "source": ("原文", "Source"),
    "statutory": ("法定表格", "Statutory form"),
    "view.page": ("网页原样", "Page"),
    "view.text": ("文字与表格", "Text and tables"),
    "view.pages": ("页面", "Pages"),
    "view.pictures": ("图片", "Pictures"),
    "page_n": ("第 {n} 页", "page {n}"),
    "loading": ("读取中……", "Reading…"),
    "gone": (
        "原文件不在原处，或内容已变；以下只有提取结果。",
        "The file is not where it was, or has changed: here is only what was extracted.",
    ),
    "not_rendered": (
        "此网页无法按原样安全显示，改示其文字与表格。",
        "This page cannot be shown safely as it was: here are its text and tables.",
    ),
    "trouble": ("无法显示原文：{message}", "The source cannot be shown: {message}"),
    "inert": ("网页中的脚本、图片、链接均已去除。", "Scripts, pictures and links of the page are taken out."),
    "being_read": ("此文件正在读取，读出后自动显示。", "This document is being read; it will show when it is done."),
    "not_found_table": ("文件中未见此表", "not found in this document"),
    "no_report": ("未能读出报告", "No report could be read"),
    "previous_doc": ("上一份", "Previous document"),
    "next_doc": ("下一份", "Next document"),
    "previous_doubt": ("上一处", "Previous doubt"),
    "next_doubt": ("下一处", "Next doubt"),
    "no_doubts": ("没有待核之处", "No open doubts"),
    "labels": ("导出标注", "Export labels"),
    "reviewed": ("整份已核", "Whole document checked"),
    "mark_reviewed": ("标为整份已核", "Mark as checked"),
    "reviewed_by": ("{author} 于 {at} 核完全文", "checked as a whole by {author}, {at}"),
    "legend": ("图例", "Legend"),
    "status.reported": ("原文所印", "reported"),
    "status.derived": ("据勾稽推得", "derived"),
    "status.corrected": ("误读后更正", "corrected"),
    "status.disputed": ("存疑", "disputed"),
    "status.blank": ("空白", "blank"),
    "status.not_applicable": ("不适用", "not applicable"),
    "status.missing": ("未找到", "missing"),
    "mark.decided": ("人工已决", "decided by a person"),
    "mark.wrong": ("原文有误", "the source is wrong"),
    "mark.suspect": ("疑似有误", "suspect"),
    "mark.outdated": ("决定后读数有变", "read otherwise since it was decided"),
    "mark.doubt": ("待核", "open doubt"),
    "no_value": ("无数字", "no figure"),
    # panel
    "cell": ("单元格", "Cell"),
    "pick_cell": (
        "在表中选一格，或按 n 前往第一处待核。",
        "Choose a cell of the form, or press n for the first doubt.",
    ),
    "readings": ("读数", "Readings"),
    "because.reported": (
        "各种读法一致，或勾稽关系只容此值。",
        "Every way of reading it agrees, or the identities admit only this one.",
    ),
    "because.blank": ("原文此格为空。", "The cell is there and empty."),
    "because.not_applicable": ("原文注明不适用。", "The source says that it does not apply."),
    "because.missing": ("文件中未见此格。", "It was not found in the document."),
    "because.suspect": (
        "{n} 条勾稽关系因它不成立；若原文确如此，按 w。",
        "A suspect, of sums that do not hold: {n}; if the source prints it so, press w.",
    ),
    "reading_again": ("正在重读原文以列出各种读法……", "Reading the source again for every reading…"),
    "no_readings": ("没有任何读法。", "Nobody read anything for it."),
    "by.rules": ("规则", "rules"),
    "by.llm": ("语言模型", "language model"),
    "by.sums": ("勾稽关系", "sums"),
    "by.document": ("原文", "document"),
    "by.person": ("人工", "a person"),
    "how.grid": ("表格中的一格", "a cell of a table"),
    "how.text": ("压平的表格", "a flattened table"),
    "how.glued": ("自粘连数字中切出", "cut from glued figures"),
    "how.scan": ("图像识别", "recognised from a picture"),
    "how.derived": ("只容此值", "admit only this"),
    "how.printed": ("所印", "as printed"),
    "how.report": ("提取结果", "from the result"),
    "how.sentence": ("文字叙述", "a sentence"),
    "how.accepted": ("采信", "accepted"),
    "how.unbound": ("未能证实属于此格", "nothing says that it is this cell's"),
    "how.no_quote": ("引文不在原文", "its quote is not in the text"),
    "how.no_figure": ("数字不在引文", "the figure is not in its quote"),
    "show_there": ("在原文中显示", "show it in the source"),
    "current": ("现取", "shown"),
    "take": ("取此值", "take this"),
    "confirm": ("确认", "Confirm"),
    "type": ("改填", "Type a value"),
    "typed": ("填入的值", "value"),
    "save": ("保存", "Save"),
    "type_hint": (
        "数字；空白留空，不适用填 /，未印填 -",
        "a figure; empty for blank, / for not applicable, - for not printed",
    ),
    "as_printed": ("照印，原文有误", "As printed, the source is wrong"),
    "undo": ("撤销", "Undo"),
    "note": ("备注", "Note"),
    "go_on": ("决定后前往下一处", "Go on to the next doubt after deciding"),
    "sums": ("勾稽关系", "Sums it is part of"),
    "holds": ("成立", "holds"),
    "broken": ("不成立", "broken"),
    "open": ("未能核对", "open"),
    "more_zero": ("其余 {n} 项为 0", "{n} more are 0"),
    "blank_operand": ("空白", "blank"),
    "history": ("决定记录", "Decisions"),
    "kind.confirm": ("确认", "confirmed"),
    "kind.choose": ("选定", "chose"),
    "kind.type": ("填入", "typed"),
    "kind.as_printed": ("照印，原文有误", "as printed, source wrong"),
    "kind.undo": ("撤销", "undid"),
    "kind.reviewed": ("整份已核", "checked as a whole"),
    "undone": ("已撤销", "undone"),
    "partial": (
        "正在重读原文，推得的数字稍后更新。",
        "The source is being read again; figures that follow come a moment later.",
    ),
    # findings
    "findings": ("发现的问题", "Findings"),
    "no_findings": ("没有发现问题。", "Nothing found."),
    "severity.error": ("错误", "error"),
    "severity.warning": ("提醒", "warning"),
    "severity.info": ("说明", "note"),
    "suspects": ("疑似", "suspect"),
    "acknowledged": ("已核", "acknowledged"),
    # spoken after decisions
    "said.confirm": ("已确认 {cell}。", "Confirmed {cell}."),
    "said.choose": ("{cell} 取 {value}。", "{cell} is {value}."),
    "said.type": ("{cell} 填为 {value}。", "{cell} is set to {value}."),
    "said.as_printed": ("{cell} 照印，记为原文有误。", "{cell} stays as printed; the source is noted as wrong."),
    "said.undo": ("已撤销 {cell} 的决定。", "The decision on {cell} is undone."),
    "said.reviewed": ("整份已核。", "The document is marked as checked."),
    "said.left": ("问题 {findings} 项，待核 {doubts} 处。", "{findings} findings, {doubts} doubts open."),
    "said.failed": ("未能保存：{message}", "Not kept: {message}"),
    # keys
    "key.n": ("下一处 / 上一处待核", "next / previous doubt"),
    "key.arrows": ("在表中移动", "move in the form"),
    "key.enter": ("在原文中显示", "show it in the source"),
    "key.c": ("确认所示的值", "confirm what is shown"),
    "key.digits": ("取第几种读法", "take that reading"),
    "key.e": ("改填一个值", "type a value"),
    "key.w": ("照印，原文有误", "as printed, the source is wrong"),
    "key.u": ("撤销此格的决定", "undo the decision on this cell"),
    "key.f": ("到发现的问题", "to the findings"),
    "key.docs": ("下一份 / 上一份文件", "next / previous document"),
    "key.help": ("按键说明", "this help"),
    # errors
    "error.404": ("没有这份文件。", "There is no such document."),
    "error.403": ("此请求来自别处，已拒绝。", "This request came from elsewhere and was refused."),
    "error.401": (
        "需要启动时显示的带令牌的地址。",
        "The address with the token is needed, as it was printed at the start.",
    ),
    "error.other": ("出错了：{message}", "Something went wrong: {message}"),
}


STRINGS |= ACROSS


def speaking(language: Language) -> Say:
    """`say("page_n", n=3)` in that language. A word that is not listed is said as it is."""
    number = LANGUAGES.index(language)

    def say(key: str, /, **words: object) -> str:
        both = STRINGS.get(key)
        if both is None:
            return key.rpartition(".")[2]
        return both[number].format(**words) if words else both[number]

    return say


def chosen(cookie: str | None, accepts: str | None) -> Language:
    """The language that was switched to; else the first of the browser's that is spoken here; else Chinese."""
    for language in LANGUAGES:
        if cookie == language:
            return language
    weighed = []
    for place, part in enumerate((accepts or "").split(",")[:20]):
        name, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=")
        try:
            weighed.append((-float(weight or 1), place, name.lower()))
        except ValueError:
            continue
    for _, _, name in sorted(weighed):
        for language in LANGUAGES:
            if name == language or name.startswith(f"{language}-"):
                return language
    return "zh"
