"""The published tables of a panel. Columns may be added; these keep their names and meanings."""

from enum import StrEnum

from extractor.audit.model import Kind
from extractor.deliver.tables.columns import Column, Of, TableSchema
from extractor.forms.concordance import Relation, Variable
from extractor.panel.bodies import Ground
from extractor.panel.names import Level
from extractor.report import Severity, Status

__all__ = [
    "BODIES",
    "BREAKS",
    "CONCORDANCE",
    "DUPLICATES",
    "LEFT_OUT",
    "LONG",
    "MERGES",
    "PUBLISHED",
    "Flag",
    "Standing",
    "wide",
]


class Standing(StrEnum):
    """What stands in the status column of a panel besides the statuses of a cell.

    `conflict`: reports of the same body and year differ; `not_comparable`: the year's form counts something else;
    `not_asked`: the year's form does not ask for it.
    """

    CONFLICT = "conflict"
    NOT_COMPARABLE = "not_comparable"
    NOT_ASKED = "not_asked"


class Flag(StrEnum):
    """What there is to know of a value, whatever its status.

    `finding`: an error or warning of its report names a cell of it; `suspect`: and calls the cell the likely misprint;
    `break`: it does not go on from year to year; `sum`: it was added up; `blank_as_0`: blanks were added as 0;
    `copies`: there are several reports of this year.
    """

    FINDING = "finding"
    SUSPECT = "suspect"
    BREAK = "break"
    SUM = "sum"
    BLANK_AS_0 = "blank_as_0"
    COPIES = "copies"


_BODY = Column(
    "body", Of.TEXT, "the body, under its fullest and latest name", "单位（最全、最新的名称）", required=True
)
_YEAR = Column("year", Of.INTEGER, "the year reported on", "报告年度", required=True)
_REPORT = Column("report", Of.TEXT, "the report, as in the table reports", "报告编号", required=True)
_STATUSES = (*(status.value for status in Status), *(one.value for one in Standing))
_FLAGS_ZH = (
    "标记：finding 报告自身有错误或提醒，suspect 可疑，break 跨年不衔接，"
    "sum 相加所得，blank_as_0 空白按 0 加，copies 当年有多份报告"
)

LONG = TableSchema(
    "panel_long",
    "one row for each report and variable that its form has, or has something like",
    "每份报告的每个指标一行",
    (
        _BODY,
        _YEAR,
        _REPORT,
        Column("form", Of.TEXT, "id of the statutory form", "表式编号", required=True),
        Column("variable", Of.TEXT, "id of the variable, see the table concordance", "指标编号", required=True),
        Column(
            "alternative",
            Of.INTEGER,
            "which source of that form, as in concordance",
            "取自对照表中的第几条",
            required=True,
        ),
        Column(
            "kind",
            Of.TEXT,
            "how its cells stand to the variable",
            "与指标的关系：same 相同，sum_of 相加，part_of 部分，not_comparable 不可比",
            required=True,
            among=tuple(kind.value for kind in Relation),
        ),
        Column(
            "comparable", Of.BOOLEAN, "whether the value is that of the variable", "是否就是该指标的数", required=True
        ),
        Column(
            "value",
            Of.DECIMAL,
            "the value, a doubtful one too; the panel itself has only sound ones",
            "数值（含存疑的）",
        ),
        Column(
            "status",
            Of.TEXT,
            "as of a cell; of a sum, the worst of its parts, else derived",
            "状态（同单元格；相加的取最差的一项，否则 derived）",
            required=True,
            among=tuple(status.value for status in Status),
        ),
        Column("usable", Of.BOOLEAN, "reported, derived or corrected, with a value", "数值是否可用", required=True),
        Column("flags", Of.TEXTS, "what else there is to know", _FLAGS_ZH),
        Column("cells", Of.TEXTS, "the cells that it comes from", "所用单元格", required=True),
        Column(
            "findings", Of.INTEGER, "errors and warnings that name one of them", "涉及的错误与提醒数", required=True
        ),
        Column("used", Of.BOOLEAN, "whether the panel rests on it", "是否用于面板", required=True),
    ),
    ("report", "variable", "alternative"),
)

BODIES = TableSchema(
    "bodies",
    "one row a body",
    "每个单位一行",
    (
        _BODY,
        Column("province", Of.TEXT, "province, as far as the name says", "省（名称中写明的）"),
        Column("city", Of.TEXT, "city or prefecture, as far as the name says", "市（地、州、盟）"),
        Column("county", Of.TEXT, "district or county, as far as the name says", "区县"),
        Column(
            "level",
            Of.TEXT,
            "the level of the place; city: of prefecture or county level, which the name does not tell",
            "层级；city 表示地级或县级市，名称分不出",
            among=tuple(level.value for level in Level),
        ),
        Column("function", Of.TEXT, "the name without its places", "去掉地名后的名称", required=True),
        Column("names", Of.TEXTS, "all names that its reports bear", "各报告所用名称", required=True),
        Column("first_year", Of.INTEGER, "the first year at hand", "最早年度", required=True),
        Column("last_year", Of.INTEGER, "the last year at hand", "最晚年度", required=True),
        Column("years", Of.INTEGER, "how many years are at hand", "年度数", required=True, unit="年"),
        Column("reports", Of.INTEGER, "how many reports are at hand", "报告数", required=True, unit="份"),
    ),
    ("body",),
)

MERGES = TableSchema(
    "merges",
    "names that were taken for one body, and names that may be one and were kept apart",
    "合并了的名称，以及可能相同而未合并的名称",
    (
        _BODY,
        Column("organ", Of.TEXT, "the other name, as reports spell it", "另一名称", required=True),
        Column("merged", Of.BOOLEAN, "whether they were taken for one body", "是否已合并", required=True),
        Column("ground", Of.TEXT, "on what ground", "依据", required=True, among=tuple(one.value for one in Ground)),
        Column("why", Of.TEXT, "the ground in Chinese", "依据（中文）", required=True),
        Column("why_en", Of.TEXT, "the ground in English", "依据（英文）", required=True),
        Column("body_years", Of.TEXT, "years with reports under the first name", "前一名称的年度"),
        Column("organ_years", Of.TEXT, "years with reports under the other name", "另一名称的年度"),
        Column("decision", Of.TEXT, "what a person decided: same or apart", "人工判定", among=("same", "apart")),
    ),
    ("body", "organ", "ground"),
)

DUPLICATES = TableSchema(
    "duplicates",
    "each report of a body and year that has several",
    "同一单位同一年度有多份报告时，每份一行",
    (
        _BODY,
        _YEAR,
        _REPORT,
        Column("name", Of.TEXT, "the document", "文件名", required=True),
        Column("form", Of.TEXT, "id of the statutory form", "表式编号", required=True),
        Column("organ", Of.TEXT, "the body as it is named there", "文件中的单位名称", required=True),
        Column("differing", Of.INTEGER, "variables in which the reports differ", "各份不一致的指标数", required=True),
        Column("used", Of.BOOLEAN, "whether the panel rests on it", "是否用于面板", required=True),
        Column("decision", Of.TEXT, "what a person decided: use or leave", "人工判定", among=("use", "leave")),
    ),
    ("report",),
)

BREAKS = TableSchema(
    "breaks",
    "what does not go on from one year of a body to the next, as `gouji audit` finds it",
    "跨年核对发现的问题",
    (
        Column("number", Of.INTEGER, "a number of its own in this panel", "序号", required=True),
        _BODY,
        Column("years", Of.TEXT, "the years compared", "所比年度"),
        Column("rule", Of.TEXT, "the identity, with its column or row", "勾稽关系", required=True),
        Column(
            "kind", Of.TEXT, "what is wrong with it", "类别", required=True, among=tuple(kind.value for kind in Kind)
        ),
        Column(
            "severity", Of.TEXT, "how bad it is", "严重程度", required=True, among=tuple(one.value for one in Severity)
        ),
        Column("message", Of.TEXT, "what is wrong, in Chinese", "说明（中文）", required=True),
        Column("message_en", Of.TEXT, "what is wrong, in English", "说明（英文）", required=True),
        Column("reports", Of.TEXTS, "the reports compared", "所比报告"),
        Column("cells", Of.TEXTS, "the cells compared", "所比单元格"),
    ),
    ("number",),
)

CONCORDANCE = TableSchema(
    "concordance",
    "from which cells of which form each variable comes, and what it cannot be compared with",
    "各版表式的单元格与指标的对照",
    (
        Column("variable", Of.TEXT, "id of the variable", "指标编号", required=True),
        Column("zh", Of.TEXT, "its name in Chinese", "指标名称", required=True),
        Column("en", Of.TEXT, "its name in English", "指标英文名称", required=True),
        Column("unit", Of.TEXT, "its unit", "单位"),
        Column("main", Of.BOOLEAN, "whether it is one of the main variables", "是否主要指标", required=True),
        Column("form", Of.TEXT, "id of the statutory form", "表式编号", required=True),
        Column(
            "alternative", Of.INTEGER, "its place among the sources of that form", "同一表式中的次序", required=True
        ),
        Column(
            "kind",
            Of.TEXT,
            "how the cells stand to it",
            "关系",
            required=True,
            among=tuple(kind.value for kind in Relation),
        ),
        Column("cells", Of.TEXTS, "the cells", "单元格", required=True),
        Column("note", Of.TEXT, "what there is to say to it, in Chinese", "说明（中文）"),
        Column("note_en", Of.TEXT, "what there is to say to it, in English", "说明（英文）"),
    ),
    ("variable", "form", "alternative"),
)

LEFT_OUT = TableSchema(
    "left_out",
    "reports that are in no panel, and why",
    "未列入面板的报告及原因",
    (
        _REPORT,
        Column("name", Of.TEXT, "the document", "文件名", required=True),
        Column("why", Of.TEXT, "why, in Chinese", "原因（中文）", required=True),
        Column("why_en", Of.TEXT, "why, in English", "原因（英文）", required=True),
    ),
    ("report",),
)


PUBLISHED = (LONG, BODIES, MERGES, DUPLICATES, BREAKS, CONCORDANCE, LEFT_OUT)
"""All but the panel itself, whose columns depend on the variables."""


def wide(variables: tuple[Variable, ...]) -> TableSchema:
    """The panel itself: what is known of body and year, then for each variable its value, status and flags."""
    columns = [
        _BODY,
        _YEAR,
        *(column for column in BODIES.columns if column.name in ("province", "city", "county", "level")),
        Column("forms", Of.TEXTS, "forms of the reports", "表式", required=True),
        Column("reports", Of.TEXTS, "the reports it rests on", "所用报告", required=True),
        Column("verdict", Of.TEXT, "the worst verdict of these", "结论", required=True, among=("clean", "review")),
        Column("errors", Of.INTEGER, "errors that these reports have", "报告自身的错误数", required=True),
        Column("breaks", Of.INTEGER, "cross-year findings with this year, notes left out", "跨年问题数", required=True),
    ]
    for one in variables:
        columns += [
            Column(
                one.id,
                Of.DECIMAL,
                f"{one.en}; null unless it is sound",
                f"{one.zh}（不可靠时为空）",
                unit=one.unit or None,
            ),
            Column(
                f"{one.id}__status", Of.TEXT, f"{one.en}: status", f"{one.zh}：状态", required=True, among=_STATUSES
            ),
            Column(f"{one.id}__flags", Of.TEXT, f"{one.en}: flags", f"{one.zh}：标记"),
        ]
    return TableSchema("panel", "one row a body and year", "每个单位每个年度一行", tuple(columns), ("body", "year"))
