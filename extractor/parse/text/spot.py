"""Spotting labels in a flattened text: those that stand as labels do, with their ordinals, and none in a sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from extractor.forms.model import Form
from extractor.parse.labels import Hit, Item, Role, Vocabulary, bare_text, condense, vocabulary
from extractor.read.figures import UNIT_PATTERN

__all__ = ["CLOSE_ENOUGH", "DIGITS_BEFORE", "OFFICIAL_ORDINAL", "Spotted", "ordinal_start", "spot"]

CLOSE_ENOUGH = 78.0
_NEARLY = 90.0
OFFICIAL_ORDINAL = re.compile(r"^\s*(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,)]?|\d{1,2}[、.)])\s*")
_ORDINAL_BEFORE = re.compile(r"(?:\(?[一二三四五六七八九十]{1,3}\)?[、.,)]?|\(?\d{1,2}\)?[、.,)])\s*[*|\t ]*$")
DIGITS_BEFORE = re.compile(r"(?P<open>\(?)(?P<digits>\d+)\)?[、.,)]\s*[*|\t ]*$")
_SENTENCE_AFTER = re.compile(
    rf"[ :]{{0,8}}(?:为|共|计|有)?[ ]{{0,8}}[\d,.]{{1,20}}+[ ]{{0,8}}(?:{UNIT_PATTERN})?[ ]{{0,8}}(?:[;。]|[,、](?!\d))"
)
_UNIT_BEFORE = re.compile(rf"(?<=[\s|])(?:{UNIT_PATTERN})$")
_UNIT_AFTER = re.compile(rf"(?:{UNIT_PATTERN})(?=[\s|\d]|$)")
_FREE_BEFORE = "\n\r\t|*#`_>\"'”“‘’:"
_FREE_AFTER = "\n\r\t|*#`_("
_NUMERALS = "一二三四五六七八九十"
_LINE = 40
_CELL_ENDS = "\n\t|"
_CELL_EDGE = re.compile(r"[\n\t|]| {2,}")
_DIGIT = re.compile(r"(?=[0-9])")
# What stands before a label in its cell, where cells are parted by one blank, or by an ordinal alone.
_ATTACHED = re.compile(
    r"(?:[ \u200b\xa0]|\d[.、)])(?P<words>[\u4e00-\u9fff、]{1,6})$"
    r"|(?:[一二三四五六七八九十][、)]|\d[.、)])(?P<more>[^\d\n\t|]{2,40}[\u4e00-\u9fff、])$"
)


@dataclass(frozen=True, slots=True)
class Spotted:
    """A text with the labels of a form found in it, those in sentences left out."""

    text: str
    hits: tuple[Hit, ...]


def spot(text: str, form: Form) -> Spotted:
    """All labels of `form` in the folded `text` that stand as labels do, not in a sentence."""
    words = vocabulary(form)
    hits = _of_single_cells(text, words.find(condense(text), text), words)
    kept: list[Hit] = []
    last_end = -1
    for place, hit in enumerate(hits):
        if _inside_words(text, hit, hits[place + 1].start if place + 1 < len(hits) else len(text)):
            last_end = hit.end
            continue
        begin, left, cut = _left(text, hit, last_end)
        right = _right(text, hit.end, hits[place + 1].start if place + 1 < len(hits) else len(text))
        items = tuple(item for item in hit.items if _stands(item, left, right))
        if items and left != right:
            hit, items = _whole_cell(text, hit, items, words)
        if items and not (not left and not right) and not _in_sentence(text, hit, left):
            kept.append(Hit(begin, hit.end, items, cut))
        if items:  # what is no label ends no cell
            last_end = hit.end
    return Spotted(text, tuple(kept))


def _of_single_cells(text: str, hits: list[Hit], words: Vocabulary) -> list[Hit]:
    """The hits, those parted that are a group's head at the end of its line and the first of the column heads below:
    行政诉讼 above 总计, 结果维持 is not the label 行政诉讼总计."""
    out: list[Hit] = []
    for place, hit in enumerate(hits):
        at = text.find("\n", hit.start, hit.end)
        if at >= 0 and place + 1 < len(hits) and _names_column(hits[place + 1]):
            left = words.whole.get(bare_text(text[hit.start : at]), ())
            right = words.whole.get(bare_text(text[at : hit.end]), ())
            if any(_names_column(Hit(at, at, (item,))) for item in right) and set(left) & set(hit.items):
                begin = hit.end - len(text[at : hit.end].lstrip())
                out += [
                    Hit(hit.start, hit.start + len(text[hit.start : at].rstrip()), left),
                    Hit(begin, hit.end, right),
                ]
                continue
        out.append(hit)
    return out


def _names_column(hit: Hit) -> bool:
    return any(item.role is Role.COLUMN for item in hit.items)


def _inside_words(text: str, hit: Hit, next_start: int) -> bool:
    """A short word with more words right behind it: no label, and common in prose."""
    after = text[hit.end : hit.end + 1]
    return (
        "\u4e00" <= after <= "\u9fff"
        and next_start > hit.end
        and after not in _NUMERALS
        and all(item.bare or item.core for item in hit.items)
    )


def _whole_cell(text: str, hit: Hit, items: tuple[Item, ...], words: Vocabulary) -> tuple[Hit, tuple[Item, ...]]:
    """The label that the whole cell is most like, where a known one is only a part of it: 信函、传真申请数 with its
    first character lost holds 传真申请数, which is another row."""
    begins = [match.end() for match in _CELL_EDGE.finditer(text, max(0, hit.start - _LINE), hit.start)]
    edge = _CELL_EDGE.search(text, hit.end, hit.end + _LINE) or _DIGIT.search(text, hit.end, hit.end + _LINE)
    begin, end = (begins[-1] if begins else 0), (edge.start() if edge else 0)
    if attached := _ATTACHED.search(text, max(0, hit.start - _LINE), hit.start):
        begin, end = attached.start(), hit.end
    if not 0 < begin < end:
        return hit, items
    cell = bare_text(OFFICIAL_ORDINAL.sub("", text[begin:end]))
    length = len(bare_text(text[hit.start : hit.end]))
    if not length < len(cell):
        return hit, items
    # A cell that says much more than the known label must be another one nearly to the letter.
    cutoff = CLOSE_ENOUGH if len(cell) <= length + 4 else _NEARLY
    matches = process.extract(cell, words.whole.keys(), scorer=ratio, score_cutoff=cutoff, limit=3)
    if not matches:
        return hit, items
    label = words.numbered_so(text[begin:end], [match[0] for match in matches]) or matches[0][0]
    found = tuple(item for item in words.whole[label] if not item.bare and not item.core)
    return (hit, found) if found else (hit, items)


def _stands(item: Item, left: bool, right: bool) -> bool:
    return (left and right) if item.bare or item.core else True


def _left(text: str, hit: Hit, last_end: int) -> tuple[int, bool, bool]:
    """Where the label begins with its ordinal, whether what stands before it can end a cell, and whether the ordinal
    was cut off a run of digits without the form vouching for it."""
    if hit.start == 0 or text[hit.start - 1] in _CELL_ENDS:
        return hit.start, True, False
    begin, cut = ordinal_start(text, hit.start, hit.items, last_end)
    at = begin - 1
    while at >= 0 and text[at] in " \u200b\xa0":
        at -= 1
    if at < 0 or at < last_end:
        return begin, True, cut
    char = text[at]
    if char in _FREE_BEFORE or char.isdigit() or char in "。)":
        return begin, True, cut
    return begin, at < begin - 1 and _UNIT_BEFORE.search(text, max(0, at - 4), at + 1) is not None, cut


def ordinal_start(text: str, start: int, items: Sequence[Item], last_end: int) -> tuple[int, bool]:
    """The offset where the ordinal before `start` begins. Digits glued to it stay outside: only as many are taken as
    the form prints there, or one, by guess (second value true)."""
    window = text[max(0, start - 12, last_end) : start]
    match = _ORDINAL_BEFORE.search(window)
    if match is None:
        return start, False
    digits = DIGITS_BEFORE.search(window)
    if digits is None:
        return start - len(match.group()), False
    run = digits["digits"]
    known = next((item.ordinal for item in items if item.ordinal and run.endswith(item.ordinal)), "")
    keep = len(known) or 1
    return start - len(digits.group()) + len(digits["open"]) + len(run) - keep, len(run) > keep and not known


def _right(text: str, end: int, next_start: int) -> bool:
    """Whether what follows a label can be a cell of its own or the next label."""
    if end < len(text) and text[end] in _CELL_ENDS:
        return True
    at = end
    while at < len(text) and text[at] in ' \u200b\xa0)"”':
        at += 1
    if at >= len(text) or at >= next_start:
        return True
    char = text[at]
    if char in _FREE_AFTER or char.isdigit() or char in "-/":
        return True
    unit = _UNIT_AFTER.match(text, at)
    if unit is not None and at > end:
        return True
    return _ORDINAL_BEFORE.search(text[at : min(next_start, at + 6)]) is not None and next_start - at <= 6


def _in_sentence(text: str, hit: Hit, left: bool) -> bool:
    if text[hit.end : hit.end + 1] in _CELL_ENDS:
        return False
    after = _SENTENCE_AFTER.match(text, hit.end)
    if after is None:
        return False
    return not left or text[after.end() - 1] != "、" or "\n" not in text[hit.end : after.end()]
