"""Fitting a row whose figures touch: every cut of the digits that its sums admit, as ways to fit it."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from extractor.forms.model import Kind, Table
from extractor.parse.fitting.fitted import Fit, Fitted
from extractor.parse.fitting.split import MOST_CUTS, Piece, Shape, cuts
from extractor.parse.labels import Role
from extractor.parse.readings import Origin
from extractor.parse.rows import Joint, Near, Token, TokenKind, ValueRow
from extractor.report import Number, Reason

__all__ = ["glued_ways", "glues", "loses_blanks", "may_be_glued", "recut"]

_FEW_RUNS = 3
_NO_CUT = Reason("no cut of the digits satisfies the row sum", "数字粘连，任何切分均与该行合计不符")


def glues(rows: Sequence[tuple[ValueRow, int]]) -> bool:
    """Whether a table prints its figures with nothing between them: more of its rows are one run of digits than have
    them parted, and none has fewer digits than columns. `rows`: each with its number of columns."""
    runs = parted = 0
    for row, size in rows:
        if size < 2 or not row.tokens:
            continue
        digits = sum(max(1, len(token.figures)) for token in row.tokens)
        if digits < size:
            return False
        if len(row.tokens) == 1:
            runs += 1
        elif len(row.tokens) <= size:
            parted += 1
    return runs > parted


def loses_blanks(rows: Sequence[ValueRow], table: Table) -> bool:
    """Whether some row beside its label has fewer digits than columns: blank cells have left no trace."""
    for row in rows:
        named = [label.item.index for label in row.labels if label.near is Near.FIRM and label.item.role is Role.ROW]
        digits = sum(max(1, len(token.figures)) for token in row.tokens)
        if named and 0 < digits < min(len(table.columns_of(table.rows[index])) for index in named):
            return True
    return False


def may_be_glued(tokens: Sequence[Token], shape: Shape) -> bool:
    numbers = [token for token in tokens if token.kind is TokenKind.NUMBER]
    if len(numbers) != len(tokens) or not numbers:
        return False
    if any(token.joint is Joint.CELL for token in tokens[1:]):
        return False
    return sum(len(token.figures) for token in numbers) >= shape.size


def recut(tokens: Sequence[Token], shape: Shape) -> tuple[Fitted, ...]:
    """Cuts that satisfy the sums when the spaces are taken for accidents."""
    if not shape.sums:
        return ()
    found = cuts(["".join(token.figures for token in tokens)], shape, checked=True)
    return _ways(found, tokens, True, None, shape)


def glued_ways(tokens: Sequence[Token], shape: Shape, rank: Callable[[Sequence[int]], float] | None) -> Fit | None:
    """Cut the digits. Spaces are boundaries if any cut respects them, else they are taken for accidents of layout."""
    runs = [token.figures for token in tokens]
    attempts: list[tuple[list[str], bool]] = [(runs, True)]
    if 1 < len(runs) <= _FEW_RUNS:
        attempts.append((["".join(runs)], True))
    attempts.append((runs, False))
    for attempt, checked in attempts:
        if checked and not shape.sums:
            continue
        found = cuts(attempt, shape, checked=checked)
        if not found:
            continue
        joined = len(attempt) != len(runs)
        ways = _ways(found, tokens, joined, rank, shape)
        forced = len(found) == 1
        if checked:
            because = None if forced else _several_add_up(len(found))
            return Fit(ways, Origin.GLUED, because, doubted=len(found) >= MOST_CUTS)
        if forced:
            return Fit(ways, Origin.GLUED, _NO_CUT if shape.sums else None, doubted=bool(shape.sums))
        doubted = bool(shape.sums) or len(found) >= MOST_CUTS
        return Fit(ways, Origin.GLUED, _no_sum_decides(len(found)), doubted)
    return None


def _several_add_up(count: int) -> Reason:
    return Reason(f"{count} ways to cut the digits satisfy the row sum", f"数字粘连，有 {count} 种切分均与该行合计相符")


def _no_sum_decides(count: int) -> Reason:
    return Reason(
        f"the digits can be cut in {count} ways and no sum decides", f"数字粘连，可有 {count} 种切分，合计无法定夺"
    )


def _ways(
    found: Iterable[tuple[Piece, ...]],
    tokens: Sequence[Token],
    joined: bool,
    rank: Callable[[Sequence[int]], float] | None,
    shape: Shape,
) -> tuple[Fitted, ...]:
    offsets: list[tuple[Token, int]] = []
    for token in tokens:
        offsets.extend((token, i) for i in range(len(token.figures)))
    out: list[Fitted] = []
    for pieces in found:
        cut: list[Token] = []
        for column, piece in enumerate(pieces):
            if joined:
                first, at = offsets[piece.start]
                last, until = offsets[piece.end - 1]
            else:
                first = last = tokens[piece.run]
                at, until = piece.start, piece.end - 1
            value: Number = Decimal(piece.text) if shape.kinds[column] is Kind.AMOUNT else int(piece.text)
            cut.append(
                Token(
                    TokenKind.NUMBER,
                    first.start + at,
                    last.start + until + 1,
                    piece.text,
                    value,
                    unit=last.unit if column == shape.size - 1 else None,
                    joint=Joint.NONE,
                )
            )
        values = [int(piece.text.partition(".")[0]) for piece in pieces]
        nonzero = sum(1 for value in values if value)
        out.append(Fitted(tuple(cut), rank(values) if rank else 2.0**-nonzero))
    return tuple(out)
