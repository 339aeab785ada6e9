"""Finding the form's labels in a text, whatever stands between their characters.

The text is condensed to its letters and digits, so a label broken over lines, spaced out or cut by a pipe is one run
again.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate

from extractor.forms.memo import once_for_each
from extractor.forms.model import Form, Table
from extractor.read.fold import fold

__all__ = ["Condensed", "Hit", "Item", "Role", "Vocabulary", "condense", "vocabulary"]

_WORD = re.compile(r"[^\W_]+")
_ORDINAL = re.compile(
    r"^\s*(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,)]|\([一二三四五六七八九十]{1,3}\)|\d{1,2}[.、)])\s*"
)
_FIGURE_BEFORE = re.compile(r"\d[^\S\n]*[\n\t|]")
_SHORT = 2


class Role(IntEnum):
    """What a label names."""

    ROW = 0
    COLUMN = 1
    HEADER = 2
    TITLE = 3


@dataclass(frozen=True, slots=True)
class Item:
    """A place of the form that a label may name. `core`: matched by a short distinctive part only.

    `bare`: the label is too short to mean anything but as the whole text of a cell. `ordinal`: its printed digit.
    """

    table: str
    role: Role
    id: str
    index: int
    core: bool = False
    bare: bool = False
    ordinal: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A label found at offsets [start, end) of the folded text, with every item it may name.

    `start` is before its ordinal; `cut` says that the ordinal was cut off a run of digits by guess.
    """

    start: int
    end: int
    items: tuple[Item, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Condensed:
    """Letters and digits of a text, and where each run of them stood. Offsets: condensed → text by `at`."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def at(self, offset: int) -> int:
        """The offset in the full text of the condensed character at `offset`."""
        run = bisect_right(self.starts, offset) - 1
        return self.origins[run] + offset - self.starts[run]


def condense(folded: str) -> Condensed:
    """Drop everything but letters and digits, keeping the way back."""
    spans = [match.span() for match in _WORD.finditer(folded)]
    lengths = accumulate((end - start for start, end in spans), initial=0)
    text = "".join([folded[start:end] for start, end in spans])
    return Condensed(text, tuple(lengths)[:-1], tuple([start for start, _ in spans]))


@lru_cache(maxsize=4096)
def bare_text(text: str) -> str:
    """Letters and digits only, as labels are compared."""
    return "".join(_WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All labels of a form: condensed label → the items it may name, as a list with the longest first and by label."""

    needles: tuple[tuple[str, tuple[Item, ...]], ...]
    whole: dict[str, tuple[Item, ...]]
    pattern: re.Pattern[str]

    def find(self, condensed: Condensed, text: str) -> list[Hit]:
        """Every label occurrence in `text`, in its order, the longest where several begin at one place."""
        hits: list[Hit] = []
        offset = 0
        while (match := self.pattern.search(condensed.text, offset)) is not None:
            start, offset = condensed.at(match.start()), match.end()
            if text[start].isdigit() and _FIGURE_BEFORE.match(text, start):
                offset = match.start() + 1  # 13 at the end of a row and 其他 below it are not 3.其他
                continue
            hits.append(Hit(start, condensed.at(match.end() - 1) + 1, self.whole[match.group()]))
        return hits

    def numbered_so(self, text: str, labels: Sequence[str]) -> str | None:
        """The one of several like `labels` that the form prints with the number that `text` begins with.

        4.公同意公开答复数 is 4.不同意公开答复数 and not 2.同意公开答复数, though it is more like that.
        """
        ordinal = _ordinal_digit(text)
        if not ordinal or len(labels) < 2:
            return None
        so = [label for label in labels if any(item.ordinal == ordinal for item in self.whole[label])]
        return so[0] if len(so) == 1 else None


_Trie = dict[str, "_Trie"]


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of `words`, longest first: a trie, since a plain alternation tries every word everywhere."""
    root: _Trie = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return re.compile(_branches(root))


def _branches(node: _Trie) -> str:
    ways = [re.escape(character) + _branches(below) for character, below in node.items() if character]
    if not ways:
        return ""
    joined = ways[0] if len(ways) == 1 and "" not in node else f"(?:{'|'.join(ways)})"
    return f"{joined}?" if "" in node else joined


def _ordinal_digit(label: str) -> str:
    match = re.match(r"\s*(\d{1,2})[.、)]", label)
    return match.group(1) if match else ""


def _labels(table: Table) -> list[tuple[str, Item]]:
    out: list[tuple[str, Item]] = []
    for index, row in enumerate(table.rows):
        official_ordinal = _ordinal_digit(fold(row.labels[0]))
        for label in row.labels:
            folded = fold(label)
            stripped = bare_text(_ORDINAL.sub("", folded))
            if len(stripped) > _SHORT or not _ORDINAL.match(folded):
                bare = len(stripped) <= _SHORT
                out.append((stripped, Item(table.id, Role.ROW, row.id, index, bare=bare, ordinal=official_ordinal)))
            else:
                out.append((bare_text(folded), Item(table.id, Role.ROW, row.id, index)))
                out.append((stripped, Item(table.id, Role.ROW, row.id, index, bare=True, ordinal=official_ordinal)))
        for core in row.cores:
            item = Item(table.id, Role.ROW, row.id, index, core=True, ordinal=official_ordinal)
            out.append((bare_text(fold(core)), item))
    for index, column in enumerate(table.columns):
        for label in column.labels:
            stripped = bare_text(fold(label))
            out.append((stripped, Item(table.id, Role.COLUMN, column.id, index, bare=len(stripped) <= _SHORT)))
    for role, labels in ((Role.HEADER, table.headers), (Role.TITLE, table.titles)):
        for label in labels:
            folded = fold(label)
            stripped = bare_text(_ORDINAL.sub("", folded))
            out.append((stripped, Item(table.id, role, stripped, -1, bare=len(stripped) <= _SHORT)))
    return out


def _vocabulary(tables: tuple[Table, ...]) -> Vocabulary:
    by_label: dict[str, dict[tuple[str, Role, str], Item]] = {}
    for table in tables:
        for text, item in _labels(table):
            if not text:
                continue
            place = by_label.setdefault(text, {})
            key = (item.table, item.role, item.id)
            known = place.get(key)
            if known is None or (known.core and not item.core):
                place[key] = item
    whole = {text: tuple(items.values()) for text, items in by_label.items()}
    needles = tuple(sorted(whole.items(), key=lambda one: -len(one[0])))
    return Vocabulary(needles, whole, _any_of(whole))


@once_for_each
def vocabulary(form: Form) -> Vocabulary:
    """The labels of `form`, built once."""
    return _vocabulary(form.tables)
