"""From an identity as written in rules/ to edits over cell ids."""

from collections.abc import Iterator

from extractor.forms.model import Edit, EditRule, ForEach, Form, Table, Term

__all__ = ["expand"]


def expand(rule: EditRule, form: Form) -> Iterator[Edit]:
    """The edits that `rule` stands for, one for each row or column that has all of its operands."""
    table = form.table_by_id[rule.table]
    if rule.for_each is ForEach.ROW:
        yield from _per_row(rule, table)
    else:
        yield from _per_column(rule, table)


def _per_row(rule: EditRule, table: Table) -> Iterator[Edit]:
    for row in table.rows:
        if rule.only and row.id not in rule.only:
            continue
        columns = table.columns_of(row)
        if not {*rule.left, *rule.right, *rule.minus, *rule.last_year} <= set(columns):
            continue

        def term(operand: str, sign: int = 1, last_year: bool = False, row_id: str = row.id) -> Term:
            return Term(cells=(f"{table.id}.{row_id}.{operand}",), sign=sign, last_year=last_year)

        yield Edit(
            id=f"{table.id}.{rule.id}.{row.id}",
            kind=rule.kind,
            left=(*map(term, rule.left), *(term(operand, -1) for operand in rule.minus)),
            right=(*map(term, rule.right), *(term(operand, last_year=True) for operand in rule.last_year)),
            message=rule.message,
            strict=rule.strict,
        )


def _per_column(rule: EditRule, table: Table) -> Iterator[Edit]:
    rows = {row.id: row for row in table.rows}
    for column in table.column_by_id:
        if rule.only and column not in rule.only:
            continue

        def term(operand: str, sign: int = 1, last_year: bool = False, column: str = column) -> Term:
            if not operand.startswith("@"):
                cell = f"{table.id}.{operand}.{column}"
                absent = rows[operand].optional and rows[operand].subtotal_of is None
                return Term(cells=(cell,), optional=absent, sign=sign, last_year=last_year)
            group = operand[1:]
            details = tuple(f"{table.id}.{row.id}.{column}" for row in table.rows if row.group == group)
            subtotal = next((f"{table.id}.{row.id}.{column}" for row in table.rows if row.subtotal_of == group), None)
            return Term(cells=details, subtotal=subtotal, sign=sign, last_year=last_year)

        operands = (*rule.left, *rule.right, *rule.minus, *rule.last_year)
        plain = [operand for operand in operands if not operand.startswith("@")]
        if not all(column in table.columns_of(rows[operand]) for operand in plain):
            continue
        yield Edit(
            id=f"{table.id}.{rule.id}.{column}",
            kind=rule.kind,
            left=(*map(term, rule.left), *(term(operand, -1) for operand in rule.minus)),
            right=(*map(term, rule.right), *(term(operand, last_year=True) for operand in rule.last_year)),
            message=rule.message,
            strict=rule.strict,
        )
