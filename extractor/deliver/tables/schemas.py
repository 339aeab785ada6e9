"""The published tables: reports, cells, findings, failures. Columns may be added; these keep their names and meanings.

A figure stands twice. `value` is a decimal of 38 digits, 10 of them behind the point: counts and amounts in one column,
exact, and a number to every engine (a float would make 0.1 of what is no 0.1; two columns, one for counts and one for
amounts, would have to be put together in every query). `value_text` has all digits of any figure; only a figure that
does not fit into 38 digits has no `value`, and none has been seen.

No column is called `table`, `column` or `end`: SQL would want quotes around them.
"""

from extractor.deliver.tables.columns import Column, Of, TableSchema
from extractor.report import Severity, Status, Verdict

__all__ = ["CELLS", "FAILURES", "FINDINGS", "REPORTS", "SCHEMA_VERSION", "TABLES"]

SCHEMA_VERSION = 2
"""Goes up when a column is added; goes up, with a line in the CHANGELOG that says so, if one ever changed.

2: what people decided (`review`, `decision`, `acknowledged`)."""

_KEY = Column(
    "report",
    Of.TEXT,
    "the report: 20 hexadecimal digits made of the document's name and bytes, the same in every run",
    "报告编号：由文件名与文件内容得出的 20 位十六进制数，每次运行相同",
    required=True,
)
_POSITION = Column(
    "position", Of.INTEGER, "its place among those of the report, from 0", "在本报告中的次序，从 0 起", required=True
)
_SOURCE = (
    Column(
        "name", Of.TEXT, "the document as it was given: a path, or archive.zip!name", "文件名（路径）", required=True
    ),
    Column("sha256", Of.TEXT, "SHA-256 of the document's bytes", "文件内容的 SHA-256", required=True),
    Column("media_type", Of.TEXT, "what kind of document it was found to be", "文件类型", required=True),
)
_FORM = Column("form", Of.TEXT, "id of the statutory form, such as ogi-2021", "表式编号，如 ogi-2021")
_STATUS_ZH = {
    Status.REPORTED: "印出并据以读取",
    Status.DERIVED: "由勾稽关系推得",
    Status.CORRECTED: "误读后更正",
    Status.DISPUTED: "存疑",
    Status.BLANK: "空白",
    Status.NOT_APPLICABLE: "注明不适用",
    Status.MISSING: "未找到",
}


def _number_of(status: Status) -> Column:
    return Column(
        f"cells_{status.value}",
        Of.INTEGER,
        f"how many cells of the form are {status.value.replace('_', ' ')}",
        f"{_STATUS_ZH[status]}的单元格数",
        required=True,
        unit="格",
    )


def _findings_of(severity: Severity, zh: str) -> Column:
    en = f"how many findings are of the severity {severity.value}"
    return Column(f"findings_{severity.value}", Of.INTEGER, en, zh, required=True, unit="条")


REPORTS = TableSchema(
    "reports",
    "one row a document that yielded a report",
    "每份读出的报告一行",
    (
        _KEY,
        *_SOURCE,
        _FORM,
        Column("organ", Of.TEXT, "the body that reports, as the document names it", "报告单位（文件中的名称）"),
        Column("year", Of.INTEGER, "the year reported on, not that of publication", "报告年度（不是发布年份）"),
        Column(
            "verdict",
            Of.TEXT,
            "clean: nothing to look at; review: something is",
            "结论：clean 无须查看，review 有须查看之处",
            required=True,
            among=(Verdict.CLEAN.value, Verdict.REVIEW.value),
        ),
        *map(_number_of, Status),
        _findings_of(Severity.ERROR, "错误数"),
        _findings_of(Severity.WARNING, "提醒数"),
        _findings_of(Severity.INFO, "说明数"),
        Column("llm_calls", Of.INTEGER, "questions put to a language model", "向语言模型提问次数", required=True),
        Column("prompt_tokens", Of.LONG, "tokens of those questions", "提问用词元数", required=True),
        Column("completion_tokens", Of.LONG, "tokens of the answers", "回答用词元数", required=True),
        Column("cost", Of.FLOAT, "what they cost; null where no prices are set", "费用；未设价格时为空"),
        Column(
            "reasons", Of.JSON, "by what form, year and body were told: {what: sentence}", "表式、年度、单位的判断依据"
        ),
        Column("trace", Of.JSON, "what a language model was asked and answered", "语言模型的问答记录"),
        Column(
            "review",
            Of.JSON,
            "what people's decisions made of the report; null where none is applied",
            "人工决定及其影响；未采用任何决定时为空",
            since=2,
        ),
    ),
    ("report",),
)

CELLS = TableSchema(
    "cells",
    "one row a cell of a report's form, found or not",
    "每份报告的每个单元格一行，找到与否都列",
    (
        _KEY,
        _POSITION,
        _FORM,
        Column("cell", Of.TEXT, "id of the cell, table.row.column", "单元格编号：表.行.列", required=True),
        Column("table_id", Of.TEXT, "first part of the cell's id", "表的编号", required=True),
        Column("row_id", Of.TEXT, "second part of the cell's id", "行的编号", required=True),
        Column("column_id", Of.TEXT, "third part of the cell's id", "列的编号", required=True),
        Column("value", Of.DECIMAL, "the figure; null where there is none", "数值；没有则为空"),
        Column(
            "value_text",
            Of.TEXT,
            "the same figure with all of its digits, also where it has too many for `value`",
            "同一数值的全部数字（超出 value 位数时只有此列）",
        ),
        Column(
            "status",
            Of.TEXT,
            "how it came by its value, see docs/output.md",
            "数值的来历：" + "、".join(f"{status.value} {zh}" for status, zh in _STATUS_ZH.items()),
            required=True,
            among=tuple(status.value for status in Status),
        ),
        Column("unit", Of.TEXT, "the unit that the value is in, where one is printed", "数值的单位（印有单位时）"),
        Column("printed", Of.TEXT, "the figure as printed; empty for a blank", "原文所印；空白格为空字符串"),
        Column("evidence_start", Of.LONG, "where it stands: first character of `gouji text`", "出处：起始字符位置"),
        Column("evidence_end", Of.LONG, "where it stands: the character behind the last", "出处：结束字符位置（不含）"),
        Column("evidence_text", Of.TEXT, "what stands there", "出处的原文"),
        Column(
            "evidence_page",
            Of.INTEGER,
            "the page it stands on, from 1; in a page or a Word file, the number of the picture it was recognised in",
            "出处的页码，从 1 起；网页或 Word 文件中则为所识别图片的序号",
        ),
        Column("box_left", Of.FLOAT, "the figure's box on the page, left", "在页面上的位置：左", unit="pt"),
        Column("box_top", Of.FLOAT, "the box's top, from the top of the page", "在页面上的位置：上", unit="pt"),
        Column("box_right", Of.FLOAT, "the box's right", "在页面上的位置：右", unit="pt"),
        Column("box_bottom", Of.FLOAT, "the box's bottom, from the top of the page", "在页面上的位置：下", unit="pt"),
        Column(
            "read_by",
            Of.TEXTS,
            "which readers read it: rules, llm, identities, person",
            "读取方式：rules、llm、identities、person",
        ),
        Column(
            "alternatives",
            Of.TEXTS,
            "of a disputed cell, the other values that remain possible; null: it may be empty",
            "存疑时其他可能的数值；其中的空值表示可能为空",
        ),
        Column("because", Of.TEXT, "why it is as it is, in English", "缘由（英文）"),
        Column("because_zh", Of.TEXT, "why it is as it is, in Chinese", "缘由（中文）"),
        Column(
            "decision",
            Of.JSON,
            "what a person decided about it, and what it was without that; null where nobody did",
            "人工决定，以及决定之前的读数；无人决定时为空",
            since=2,
        ),
        Column(
            "evidence_picture",
            Of.TEXT,
            "the name of the picture in a page or a Word file that it was recognised in",
            "所识别图片的名称（图片在网页或 Word 文件中时）",
            since=2,
        ),
    ),
    ("report", "cell"),
    (("report", "reports", "report"),),
)

FINDINGS = TableSchema(
    "findings",
    "one row a finding: what somebody should look at",
    "每条须查看的问题一行",
    (
        _KEY,
        _POSITION,
        Column("rule", Of.TEXT, "what was broken, see docs/output.md", "违反的规则", required=True),
        Column(
            "severity",
            Of.TEXT,
            "error: figures contradict each other; warning: to be looked at; info: casts no doubt",
            "严重程度：error 数据矛盾，warning 须查看，info 说明",
            required=True,
            among=tuple(severity.value for severity in Severity),
        ),
        Column("cells", Of.TEXTS, "ids of the cells it is about", "涉及的单元格"),
        Column("suspects", Of.TEXTS, "ids of the cells to blame, where that can be told", "可疑的单元格"),
        Column("operands", Of.OPERANDS, "every cell of the identity with its figure", "勾稽关系的各项及其数值"),
        Column("message", Of.TEXT, "what is wrong, in Chinese", "说明（中文）", required=True),
        Column("message_en", Of.TEXT, "what is wrong, in English", "说明（英文）", required=True),
        Column("quotes", Of.QUOTES, "pieces of the document quoted", "引用的原文"),
        Column(
            "acknowledged",
            Of.BOOLEAN,
            "true: a person looked at it and decided that the source is so",
            "为真：已有人查看并认定原文如此",
            since=2,
        ),
    ),
    ("report", "position"),
    (("report", "reports", "report"),),
)

FAILURES = TableSchema(
    "failures",
    "one row a document that yielded no report, and why",
    "每份未能读出报告的文件一行",
    (
        _KEY,
        *_SOURCE,
        Column(
            "code",
            Of.TEXT,
            "what went wrong: unreadable, limit, unrecognised, crashed, internal",
            "原因代码",
            required=True,
        ),
        Column("message", Of.TEXT, "what went wrong, in Chinese", "原因（中文）", required=True),
        Column("message_en", Of.TEXT, "what went wrong, in English", "原因（英文）", required=True),
    ),
    ("report",),
)

TABLES = {table.name: table for table in (REPORTS, CELLS, FINDINGS, FAILURES)}
