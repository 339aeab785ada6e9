"""Value rows: what one printed line of a table holds before it is known which row of the form it is.

Every layout (a grid, a line with tabs, a cell a line, glued text) is brought into this one shape; from here on the
parser no longer cares where a row came from.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NamedTuple

from extractor.parse.labels import Item
from extractor.parse.readings import Origin
from extractor.report import Number, Reason

__all__ = ["LINE_ORDER", "OTHER_ORDER", "Joint", "Label", "Near", "Token", "TokenKind", "ValueRow"]

OTHER_ORDER = Reason("the column heads stand in another order than the form's", "表头的栏目顺序与表式不同")
LINE_ORDER = Reason("the heads of the line stand in another order than the form's", "该行表头的顺序与表式不同")


class TokenKind(StrEnum):
    NUMBER = "number"
    BLANK = "blank"
    NOT_APPLICABLE = "not_applicable"
    WORDS = "words"
    ABSENT = "absent"  # the table does not print this column


class Joint(IntEnum):
    """What stands between a token and the one before it; the weaker, the likelier that figures are glued or torn."""

    NONE = 0
    SPACE = 1
    LINE = 2
    CELL = 3


class Near(IntEnum):
    """How a label lies to the figures: `FIRM` on the same line right before them, `CLOSE` the last one on an earlier
    line, `LOOSE` somewhere between this row's figures and those of the row before."""

    LOOSE = 0
    CLOSE = 1
    FIRM = 2


class Token(NamedTuple):
    """A figure, a blank, a 不适用 or other words at [start, end) of the text. `figures`: the bare digits of a number.

    `column`: position in the table's columns, where a header says so. `doubt`: why the
    figure is not sure on its own. `attached`: words stand right before it, with nothing between.
    """

    kind: TokenKind
    start: int
    end: int
    figures: str = ""
    value: Number | None = None
    unit: str | None = None
    joint: Joint = Joint.CELL
    column: int | None = None
    printed: str | None = None
    doubt: Reason | None = None
    attached: bool = False


class Label(NamedTuple):
    """An item that some text beside the figures may name, and how sure that is (0 to 1)."""

    item: Item
    near: Near
    score: float = 1.0


@dataclass(slots=True)
class ValueRow:
    """Labels and tokens of one printed row.

    `blank_cells`: cells known to be empty whose place was lost. `because`: why its figures are doubted unless they add
    up; `astray`: why its place is. `years`: where the head names several years side by side, whether each is the
    report's own. `heads`: the columns in the order in which the heads before the row name them.
    `foreign`: its line begins with words that are no label of the table.
    """

    labels: list[Label] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    origin: Origin = Origin.TEXT
    start: int = 0
    end: int = 0
    blank_cells: int = 0
    because: Reason | None = None
    astray: Reason | None = None
    years: tuple[bool, ...] = ()
    heads: tuple[str, ...] = ()
    foreign: bool = False
