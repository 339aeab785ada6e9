"""From the value rows of one table to Choices: placed on the form's rows, fitted into its columns."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from extractor.forms.model import Form, Kind, Layout, Row, Table
from extractor.parse.align import Placement, align
from extractor.parse.alternatives import alternative
from extractor.parse.fitting.fit import fit
from extractor.parse.fitting.fitted import Fit
from extractor.parse.fitting.glue import glues
from extractor.parse.fitting.shapes import cell_ids, ranker, row_shape
from extractor.parse.one_line import line_choices, stacked, with_figures
from extractor.parse.readings import Alternative, Choice, Origin, TableReadings, Unplaced
from extractor.parse.rows import OTHER_ORDER, Joint, Near, Token, TokenKind, ValueRow
from extractor.parse.subtotals import place_subtotals
from extractor.parse.units import scaled
from extractor.report import Reason

__all__ = ["table_choices"]

_FEW_RUNS = 2
_TELLING_HEADS = 4
_SEVERAL = 3
# Quotes within quotes are single ones in Chinese.
_INNER_QUOTES = str.maketrans("“”", "‘’")
_TOGETHER = Reason(
    "rows run together in this table, for labels were lost: the figures may be another row's",
    "本表有数行因标签缺失而连在一起，该行数字可能属于其他行",
)
_OFF_LINE = Reason(
    "the figure is not on the line of its label, as the others are",
    "该数字与其标签不在同一行，而表中其他各行均在同一行",
)
_GOES_ON = Reason(
    "the row does not add up, and a figure alone stands on the next line: one may run over its cell",
    "该行各项之和不等于合计，且下一行另有一个数字，可能是上一行数字折行",
)
_OTHER_YEARS = Reason("two years stand side by side, neither is this one", "两个年度并列，均非本报告年度")
_TORN_YEARS = Reason("two years stand side by side, and some figures are missing", "两个年度并列，且部分数字缺失")


def table_choices(
    rows: Sequence[ValueRow], table: Table, form: Form, head_units: Mapping[str, str], *, whole: bool = True
) -> TableReadings:
    """What the rows of one printed table say: a Choice for each row that could be placed, and those that could not.

    `whole`: no table of the document has lost blank cells, so that glued digits are a figure for every column.
    """
    aside = [row for row in rows if row.foreign]
    rows = [row for row in rows if not row.foreign]
    if table.layout is Layout.LINE:
        rows = list(with_figures(rows))
        if not stacked(rows, table):
            choices = tuple(line_choices(rows, table, form))
            return TableReadings(choices, () if choices else tuple(_unplaced(rows, table)))
    placements = place_subtotals(rows, align(rows, table), table)
    sizes = [(rows[one.row], len(table.columns_of(table.rows[one.places[0]]))) for one in placements]
    glued = whole and glues(sizes)
    # A run or two of digits apart from their labels may be one figure a row, which no sum denies where a row has none.
    runs = [row.tokens[0].joint for row, size in sizes if size > 1 == len(row.tokens)]
    touching = Joint.NONE in runs or len(runs) > _FEW_RUNS
    beside = _beside_labels(rows, placements)
    aligned = {placement.row for placement in placements}
    together = any(_run_together(row, len(table.columns)) for row in rows)
    fitted: list[tuple[ValueRow, Placement, list[tuple[Row, Fit]]]] = []
    for placement in placements:
        row = _this_year(rows[placement.row], len(table.columns_of(table.rows[placement.places[0]])))
        row = _in_units(row, table, table.rows[placement.places[0]], head_units)
        row = _in_place(row, table.columns_of(table.rows[placement.places[0]]), beside)
        if together and row.because is None:
            row = replace(row, because=_TOGETHER)
        fits: list[tuple[Row, Fit]] = []
        for place in placement.places:
            template = table.rows[place]
            shape = row_shape(form, table, template)
            found = fit(row, shape, ranker(form, table, template), glues=glued and (bool(shape.sums) or touching))
            if found is not None:
                goes_on = found.off and _goes_on(rows, placement.row, aligned)
                fits.append((template, replace(found, because=_GOES_ON, doubted=True) if goes_on else found))
        if fits:
            if together and (fits[0][1].dropped or _run_together(row, len(table.columns))):
                row = replace(row, astray=row.astray or _TOGETHER)
            fitted.append((row, placement, fits))
    placed = {placement.row for _, placement, _ in fitted}
    rest = [*aside, *(row for number, row in enumerate(rows) if number not in placed)]
    size = len(table.columns)
    torn = size > 1 and any(len(row.tokens) == size or len(row.tokens) >= 2 * size for row in rest)
    habits = _habits([(row, fits[0][1]) for row, _, fits in fitted], torn=torn)
    return TableReadings(
        tuple(_choice(row, fits, table, habits) for row, _, fits in fitted),
        tuple(_unplaced(rest, table)),
    )


def _goes_on(rows: Sequence[ValueRow], number: int, aligned: Collection[int]) -> bool:
    """Whether a figure alone on the next line belongs to no row: the end of one that ran over its cell."""
    after = rows[number + 1] if number + 1 < len(rows) and number + 1 not in aligned else None
    return after is not None and not after.labels and [one.kind for one in after.tokens] == [TokenKind.NUMBER]


def _run_together(row: ValueRow, size: int) -> bool:
    """Whether more figures than there are columns stand in a row of flattened text, where a label between them was
    lost. One too many in a cell of its own is a stray one."""
    if row.years or row.origin is Origin.GRID or size == 1:
        return False
    figures = [token for token in row.tokens if token.kind is TokenKind.NUMBER]
    return len(figures) > size + all(token.joint >= Joint.LINE for token in figures[1:])


def _unplaced(rows: Sequence[ValueRow], table: Table) -> Iterator[Unplaced]:
    """The rows left over that look like rows of figures, not like a stray number or a year in a head."""
    for row in rows:
        figures = sum(1 for token in row.tokens if token.kind is TokenKind.NUMBER)
        if figures > 1:
            at = [offset for token in row.tokens for offset in (token.start, token.end)]
            yield Unplaced(table.id, min(at), max(at), figures)


def _beside_labels(rows: Sequence[ValueRow], placements: Sequence[Placement]) -> bool:
    """Whether the table prints its figures on the lines of their labels, so that one on a line of its own is a page
    number or a note."""
    near = [max((label.near for label in rows[one.row].labels), default=Near.LOOSE) for one in placements]
    return near.count(Near.FIRM) >= 3 and near.count(Near.FIRM) >= 3 * near.count(Near.CLOSE)


def _in_place(row: ValueRow, columns: Sequence[str], beside: bool) -> ValueRow:
    """Doubt a row whose figures stand apart from its label, or under heads in another order than the form's."""
    near = max((label.near for label in row.labels), default=Near.LOOSE)
    if beside and near is Near.CLOSE and len(row.tokens) == 1 and row.origin is not Origin.GRID:
        return replace(row, astray=_OFF_LINE)
    named = [column for column in dict.fromkeys(row.heads) if column in columns]
    # A two-storey head, read line by line, names the total before the columns that stand under the group's head.
    usual = (list(columns), [columns[0], columns[-1], *columns[1:-1]])
    orders = [[column for column in order if column in named] for order in usual]
    if len(named) >= min(len(columns), _TELLING_HEADS) > 1 and named not in orders:
        return replace(row, astray=OTHER_ORDER)
    return row


def _in_units(row: ValueRow, table: Table, template: Row, head_units: Mapping[str, str]) -> ValueRow:
    """The row in the form's units where other ones are printed (15000元 under 万元); doubted where they do not convert.

    An amount beside other columns keeps the unit it is printed in: the form leaves that open.
    """
    unmarked = all(token.unit is None for token in row.tokens)
    if unmarked and not head_units:
        return row
    columns = [table.column_by_id[column] for column in table.columns_of(template)]
    amount = Kind.AMOUNT in {template.kind or column.kind for column in columns}
    if amount and len(columns) > 1:
        return row
    unit = (template.unit or columns[0].unit) if amount else None
    named = head_units.get(columns[0].id) if amount else None
    if unmarked and named in (None, unit):
        return row
    tokens: list[Token] = []
    for token in row.tokens:
        printed = token.unit or named
        value = token.value if token.value is None else scaled(token.value, printed, unit)
        if value is None and token.value is not None:
            odd = Reason(f"the unit {printed} is not the form's", f"计量单位“{printed}”与表式不符")
            return replace(row, astray=odd)
        tokens.append(token._replace(value=value, unit=unit if value != token.value else token.unit))
    return replace(row, tokens=tokens)


def _this_year(row: ValueRow, size: int) -> ValueRow:
    """Of a row with two years side by side the half that is this year's; where blanks hide which, it is doubted."""
    if not row.years:
        return row
    if len(row.tokens) == size * len(row.years):
        first = row.years.index(True) * size if True in row.years else 0
        half = replace(row, tokens=row.tokens[first : first + size], years=())
        return half if True in row.years else replace(half, because=_OTHER_YEARS)
    return replace(row, because=_TORN_YEARS)


@dataclass(frozen=True, slots=True)
class _Habits:
    """What all rows of a table together tell about one of them.

    `untotalled`: its totals do not explain its rows, so it may print none. `totals_only`: of rows with dropped blanks
    each prints one figure, which is the total then. `shifted`: some rows begin where others do not. `torn`: whole rows
    were left over, so that labels and figures may have come apart. `apart`: they have, for some figures have no label.
    `narrow`: several rows have fewer figures than columns. `totalless`: many rows print the parts and no total.
    """

    untotalled: bool
    totals_only: bool
    shifted: bool
    torn: bool
    narrow: bool
    totalless: bool
    apart: bool


def _habits(fitted: Sequence[tuple[ValueRow, Fit]], *, torn: bool) -> _Habits:
    dropped = [row for row, found in fitted if found.dropped]
    return _Habits(
        untotalled=any(found.unexplained for _, found in fitted),
        totals_only=len(dropped) > 2 and all(len(row.tokens) <= 1 for row in dropped),
        shifted=any(found.shifted for _, found in fitted),
        torn=torn,
        narrow=len(dropped) >= _SEVERAL,
        totalless=sum(found.unchecked for _, found in fitted) > max(_SEVERAL, len(fitted) / 4),
        apart=any(row.tokens and not row.labels for row, _ in fitted),
    )


def _doubted(found: Fit, habits: _Habits) -> bool:
    if found.unchecked and not habits.totalless:
        return True
    if found.dropped:
        return found.doubted or habits.untotalled or (found.zeros and not habits.totals_only)
    return found.doubted or (found.zeros and habits.shifted) or (found.off and habits.narrow)


def _choice(row: ValueRow, fits: Sequence[tuple[Row, Fit]], table: Table, habits: _Habits) -> Choice:
    alternatives: list[Alternative] = []
    for template, found in fits:
        cells = cell_ids(table, template)
        alternatives.extend(alternative(way, cells, row) for way in found.ways)
    first = fits[0][1]
    because = first.because
    doubted = _doubted(first, habits)
    if row.astray is not None:
        because, doubted = row.astray, True
    if len(fits) > 1:
        because = _one_of([template.labels[0] for template, _ in fits])
        doubted = True
    named = {label.item.index for label in row.labels if label.near is Near.FIRM and not label.item.bare}
    unlabelled = not any(table.rows[index].id == template.id for index in named for template, _ in fits)
    stray = any(label.near is Near.LOOSE and not table.rows[label.item.index].subtotal_of for label in row.labels)
    # The label above may be that of a row without figures, and these those of one whose label is elsewhere.
    strange = habits.apart and first.dropped and not named
    return Choice(
        first.origin,
        tuple(alternatives),
        because,
        doubted,
        unlabelled,
        stray or habits.torn or strange or not any(_speaks_for(row, template, table) for template, _ in fits),
        dropped=first.dropped,
    )


def _speaks_for(row: ValueRow, template: Row, table: Table) -> bool:
    """Whether a label of the row names `template`, or the group that it belongs to."""
    named = [table.rows[label.item.index] for label in row.labels]
    return any(one.id == template.id or (template.group and one.subtotal_of == template.group) for one in named)


def _one_of(labels: Sequence[str]) -> Reason:
    """Why a row is doubted that may be any of those with these labels."""
    return Reason(
        f"the row has no label of its own and may be {' or '.join(labels)}",
        f"该行无标签，可能是{'或'.join(f'“{label.translate(_INNER_QUOTES)}”' for label in labels)}",
    )
