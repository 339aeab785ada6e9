"""What the rules know, as tables beside the results: every field of every form, every identity."""

from collections.abc import Iterable, Iterator

from extractor.deliver.tables.columns import Column, Of, Row, TableSchema
from extractor.forms.model import EditKind, Form, Kind, Term

__all__ = ["FIELDS", "IDENTITIES", "field_rows", "identity_rows", "words"]

_FORM = Column("form", Of.TEXT, "id of the statutory form", "表式编号", required=True)

FIELDS = TableSchema(
    "fields",
    "one row a cell of a statutory form",
    "各表式的每个单元格一行",
    (
        _FORM,
        Column("cell", Of.TEXT, "id of the cell, table.row.column", "单元格编号", required=True),
        Column("position", Of.INTEGER, "its place on the form, from 0", "在表式中的次序，从 0 起", required=True),
        Column("table_zh", Of.TEXT, "the table's official title", "表的标题", required=True),
        Column("row_zh", Of.TEXT, "the row's official label", "行的标签", required=True),
        Column("column_zh", Of.TEXT, "the column's official label", "列的标签", required=True),
        Column("table_en", Of.TEXT, "the table in English, from its id", "表的英文名", required=True),
        Column("row_en", Of.TEXT, "the row in English, from its id", "行的英文名", required=True),
        Column("column_en", Of.TEXT, "the column in English, from its id", "列的英文名", required=True),
        Column("unit", Of.TEXT, "the unit that its figures count in", "单位"),
        Column(
            "number",
            Of.TEXT,
            "count: whole, 0 or more; change: whole, may be negative; amount: decimal, 0 or more",
            "数的种类：count 非负整数，change 可为负，amount 非负小数",
            required=True,
            among=tuple(kind.value for kind in Kind),
        ),
        Column("optional", Of.BOOLEAN, "only some bodies print it", "是否部分单位自行加印", required=True),
        Column("subtotal", Of.TEXT, "the cell that may be printed in its place, for its group", "可代替它印出的小计"),
    ),
    ("form", "cell"),
)

IDENTITIES = TableSchema(
    "identities",
    "one row an identity (勾稽关系) of a statutory form, for one row or column",
    "各表式的每条勾稽关系一行",
    (
        _FORM,
        Column("identity", Of.TEXT, "its id, which is the rule of its findings", "编号", required=True),
        Column(
            "kind", Of.TEXT, "equal, or at_most", "关系", required=True, among=tuple(kind.value for kind in EditKind)
        ),
        Column("over_years", Of.BOOLEAN, "whether it is about two years' reports", "是否跨年", required=True),
        Column("strict", Of.BOOLEAN, "false where bodies may restate", "是否必须成立", required=True),
        Column("left_side", Of.TEXT, "what is added up on the left", "左边", required=True),
        Column("right_side", Of.TEXT, "what is added up on the right", "右边", required=True),
        Column("message", Of.TEXT, "what must hold, in Chinese", "说明（中文）", required=True),
        Column("message_en", Of.TEXT, "what must hold, in English", "说明（英文）", required=True),
    ),
    ("form", "identity"),
)


def field_rows(forms: Iterable[Form]) -> Iterator[Row]:
    for form in forms:
        for at, (cell, (table, row, column)) in enumerate(form.cells.items()):
            chinese = (table.titles[0], row.labels[0], column.labels[0])
            english = (words(table.id), words(row.id), words(column.id))
            unit = row.unit or column.unit
            told = (unit, form.kinds[cell].value, row.optional, form.dispensable.get(cell))
            yield (form.id, cell, at, *chinese, *english, *told)


def identity_rows(forms: Iterable[Form]) -> Iterator[Row]:
    for form in forms:
        for over_years, edits in ((False, form.edits), (True, form.edits_over_years)):
            for edit in edits:
                sides = (" ".join(map(_term, edit.left)), " ".join(map(_term, edit.right)))
                said = (edit.message, edit.message_en)
                yield (form.id, edit.id, edit.kind.value, over_years, edit.strict, *sides, *said)


def words(id_: str) -> str:
    """An id as words: rejected_petition is `rejected petition`."""
    return id_.replace("_", " ")


def _term(term: Term) -> str:
    sign = "-" if term.sign < 0 else "+"
    year = "[last year]" if term.last_year else ""
    return " ".join(f"{sign}{cell}{year}" for cell in term.cells)
