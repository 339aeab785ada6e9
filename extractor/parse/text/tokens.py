"""What stands between two labels of a flattened table: figures, blanks and words, with the joints between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from extractor.parse.rows import Joint, Token, TokenKind
from extractor.read.figures import UNIT_PATTERN, FigureKind, joined_figure, parse_number, read_figure
from extractor.read.letters import GARBLED, as_digits
from extractor.report import Reason

__all__ = ["CUT", "Break", "Cells", "Pipes", "Words", "figure_token", "is_rule_line", "scan_field", "scan_gap"]

CUT = Reason("the last digit may be the number of the next row", "末位数字可能是下一行的序号")
_APPROXIMATE = Reason("an approximate figure", "该数字为约数")
_LETTERS = Reason(
    "letters stand for digits: somebody's recognition of a picture, and it may be another digit",
    "数字中有字母，疑为他人图像识别之误，原数可能不同",
)
_SPACED = Reason("spaces stand inside the figure, or it is several", "数字中间有空格，也可能是几个数字")
_FIELD = re.compile(r"[^\t|]+|\t|\|")
_NUMERIC = re.compile(r"[\s\d.,+-]+")
# 0.440.35 is two figures glued, and no figure by itself.
_GROUP = re.compile(r"\d+(?:\.\d+){2,}|[+-]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:-\d+)*|[-/]+")
_LEADING = re.compile(rf"\s*[+-]?\d[\d,]*(?:\.\d+)?\s*(?:{UNIT_PATTERN})?\s*(?:[(].*)?")
# Words go on over marks within a label: 信函、传真申请数, 危及"三安全一稳定".
_RUN = r"[^\W\d_]+"
_INNER = r"(?:(?<![一二三四五六七八九十])、|[\"'《》]{1,2})"
_PART = re.compile(
    rf"(?P<date>\d+\s?[年月日号届%])|(?P<garbled>{GARBLED})|(?P<nought>(?<!\S)[〇零](?:{UNIT_PATTERN})?(?!\S))|(?P<digits>[+-]?\d[\d,.]*(?:-\d[\d.]*)*)(?P<unit>{UNIT_PATTERN})?|(?P<words>{_RUN}(?:{_INNER}{_RUN})*)|(?P<dash>(?<!\S)[-/]+(?!\S))"
)
# What stands in a cell where a figure may have stood, and is no word.
_SIGNS = re.compile(r"[A-Za-z]|[?^~_=@$&%×□■●○▲△◆◇★☆※→←\ufffd]{1,2}")
_UNIT = re.compile(UNIT_PATTERN)
_CJK = re.compile(r"[\u3400-\u9fff]")
_LONG_WORDS = re.compile(r"[\u3400-\u9fff]{4}")
_SENTENCE = 24
_FALLING = ("▼", "▽", "↓")
_LESS = ("减", "减少", "下降", "降", "负")
_NEUTRAL = ("共", "共计", "计", "合计", "总计", "为", "是")
_NUMERALS = "一二三四五六七八九十"
_PADDING = " \r\xa0\u3000*`#\u200b"
_EDGES = " |\t\r\xa0\u3000*"
# - 3 -, 3/8, 第3页; dashes of all kinds are folded.
_PAGE_NUMBER = re.compile(
    r"[\s|]*(?:-\s?\d{1,3}\s?-|\d{1,3}\s?/\s?\d{1,3}|第\s?\d{1,3}\s?页(?:[,/]?\s?共\s?\d{1,3}\s?页)?)[\s|]*"
)
# What browsers print on every page: its address, and 11/22/26, 4:55 PM.
_BY_BROWSERS = re.compile(r"\w://|\d/\d{1,2}/\d{2,4},? \d{1,2}:\d\d")
_ORDINAL = re.compile(r"\s*\(?\d{1,2}(?:[.、)．]|\.\))\s*")  # of a label on the next line
_RULE_LINE = re.compile(r"[\s|:+=-]*-{3,}[\s|:+=-]*")


class Cells(NamedTuple):
    """How the cells of a flattened table stand apart.

    `a_line`: every line is a cell. Otherwise a line with tabs or pipes has its cells between them, and a line without
    is running text, where figures follow one another with nothing or a space between. `closed`: a tab ends each line,
    and stands for no further cell. `apart`: tabs or pipes from one cell to the next.
    """

    a_line: bool
    closed: bool = False
    apart: int = 1


@dataclass(frozen=True, slots=True)
class Break:
    """End of a printed line, where a line is a row."""

    at: int


@dataclass(frozen=True, slots=True)
class Pipes:
    """A line of `count` pipes and nothing else: empty or merged cells."""

    count: int
    at: int


@dataclass(frozen=True, slots=True)
class Words:
    """Text that is neither a known label nor a figure. `touches`: it follows a figure with nothing between."""

    text: str
    start: int
    end: int
    touches: bool = False


def is_rule_line(line: str) -> bool:
    """Whether a line only draws a rule (`|---|---|`)."""
    return "---" in line and _RULE_LINE.fullmatch(line) is not None


def _of_a_page(line: str) -> bool:
    """Whether a line numbers or heads a page, and belongs to no table."""
    if not any(sign in line for sign in "-/页"):
        return False
    if _PAGE_NUMBER.fullmatch(line):
        return True
    return "|" not in line and "\t" not in line and _BY_BROWSERS.search(line) is not None


def scan_gap(text: str, start: int, end: int, cells: Cells) -> Iterator[Token | Words | Break | Pipes]:
    """Scan text[start:end), which lies between two labels."""
    cell_a_line = cells.a_line
    lines = text[start:end].split("\n")
    last = len(lines) - 1
    at = start
    seen = start > 0 and text[start - 1] not in "\n\r"
    joint = Joint.SPACE if text[start : start + 1].isspace() else Joint.NONE
    for number_of_line, line in enumerate(lines):
        ended = number_of_line < last
        ordinal = cell_a_line and _ORDINAL.fullmatch(line) is not None
        if _of_a_page(line) or ordinal or (cell_a_line and not cells.closed and "\t" in line and line.isspace()):
            pass  # nothing, or white space that a program left: a cell only where a tab ends every line
        elif cell_a_line and (cell := line.strip(_EDGES)).isdigit() and cell.isascii() and line.count("|") < 2:
            place = at + line.index(cell)
            yield Token(TokenKind.NUMBER, place, place + len(cell), cell, parse_number(cell), None, joint)
        elif line:
            physical = line if 0 < number_of_line < last else _line_at(text, at)
            running = not cell_a_line and "\t" not in physical and "|" not in physical
            if not ("---" in physical and not seen and is_rule_line(physical)):
                yield from _scan_line(line, at, joint, cells, seen=seen, running=running, ended=ended)
        if ended:
            at += len(line) + 1
            if not cell_a_line:
                yield Break(at - 1)
            seen = False
            joint = Joint.CELL if cell_a_line else Joint.LINE


def _scan_line(
    line: str, at: int, joint: Joint, cells: Cells, *, seen: bool, running: bool, ended: bool
) -> Iterator[Token | Words | Pipes]:
    """Scan (a part of) one line at offset `at`. `seen`: something stands before it on the same printed line."""
    if running:
        if line.strip(_PADDING):
            yield from scan_field(line, at, joint, glued=True)
        return
    separators = 0
    tabbed = False
    for match in _FIELD.finditer(line):
        raw = match.group()
        if raw in "\t|":
            separators += 1
            tabbed = raw == "\t"
            joint = Joint.CELL
        elif raw.strip(_PADDING):
            yield from _blanks(at + match.start(), separators // cells.apart - 1)
            pieces = scan_field(raw, at + match.start(), joint, glued=False)
            cut = not ended and match.end() == len(line)  # a label follows in the same cell: its first words, no remark
            yield from (_as_words(piece) if cut else piece for piece in pieces)
            joint = Joint.CELL
            separators, seen = 0, True
    if seen:
        after = separators // cells.apart
        yield from _blanks(at + len(line), after if ended and tabbed and not cells.closed else after - 1)
    elif separators and ended:
        yield Pipes(separators, at + len(line))


def _as_words(piece: Token | Words) -> Token | Words:
    if isinstance(piece, Token) and piece.kind is TokenKind.WORDS:
        return Words(piece.printed or "", piece.start, piece.end)
    return piece


def _blanks(at: int, count: int) -> Iterator[Token]:
    for _ in range(count):
        yield Token(TokenKind.BLANK, at, at, joint=Joint.CELL, printed="")


def _line_at(text: str, at: int) -> str:
    begin = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    return text[begin : _line_end(text, at)]


def _line_end(text: str, at: int) -> int:
    newline = text.find("\n", at)
    return len(text) if newline < 0 else newline


def scan_field(raw: str, start: int, joint: Joint, *, glued: bool) -> Iterator[Token | Words]:
    """Figures and words of one field (no tab, pipe or line end in it); offsets are `start` + position in `raw`."""
    stripped = raw.strip()
    if stripped.isdigit() and stripped.isascii():
        at = start + raw.index(stripped)
        yield Token(TokenKind.NUMBER, at, at + len(stripped), stripped, parse_number(stripped), None, joint)
        return
    if _NUMERIC.fullmatch(raw):
        if glued:
            for match in _GROUP.finditer(raw):
                yield number(match.group(), start + match.start(), joint)
                joint = Joint.SPACE
            return
        yield from _whole(raw, start, joint)
        return
    if not glued and len(_CJK.findall(raw)) > _SENTENCE:
        yield Words(stripped, start, start + len(raw))
        return
    if not glued or _LEADING.fullmatch(raw):
        figure = read_figure(raw, join=not glued)
        if figure.kind in (FigureKind.NUMBER, FigureKind.NOT_APPLICABLE):
            yield from _whole(raw, start, joint)
            return
        meant = None if glued else as_digits(stripped)
        if meant is not None:
            yield _garbled(stripped, meant, start + raw.index(stripped), joint)
            return
        if not glued and figure.kind is FigureKind.TEXT and (_is_remark(raw) or _SIGNS.fullmatch(stripped)):
            yield Token(TokenKind.WORDS, start, start + len(raw), joint=joint, printed=stripped)
            return
    yield from _parts(raw, start, joint)


def _is_remark(raw: str) -> bool:
    """Whether a cell holds digits among other signs (见附件2, =1+1), and is no torn label nor several figures."""
    return (
        any(character.isdigit() for character in raw)
        and _LONG_WORDS.search(raw) is None
        and _NUMERIC.fullmatch(raw) is None
    )


def number(digits: str, start: int, joint: Joint) -> Token:
    """A token for a run of digits at `start`; its value is None where the run is no single number."""
    if digits.strip("-/") == "":
        return Token(TokenKind.NOT_APPLICABLE, start, start + len(digits), joint=joint, printed=digits)
    value = parse_number(digits)
    return Token(TokenKind.NUMBER, start, start + len(digits), digits.replace(",", ""), value, joint=joint)


def _garbled(letters: str, meant: str, start: int, joint: Joint) -> Token:
    """A figure with letters for digits: a guess for the sums to confirm."""
    end = start + len(letters)
    return number(meant, start, joint)._replace(end=end, printed=letters, doubt=_LETTERS)


def figure_token(text: str, start: int, joint: Joint) -> Token | None:
    """The token of a cell that holds `text` and nothing else, at offset `start`; None where it holds words."""
    figure = read_figure(text, join=True)
    doubt = _APPROXIMATE if figure.approximate else None
    if figure.kind is FigureKind.TEXT:
        stripped = text.strip()
        meant = as_digits(stripped)
        if meant is not None:
            return _garbled(stripped, meant, start + text.index(stripped), joint)
        joined = joined_figure(text)
        if joined is None:
            return None
        figure, doubt = joined, _SPACED
    if figure.kind is FigureKind.BLANK:
        return Token(TokenKind.BLANK, start, start, joint=joint, printed="")
    at, end = start + figure.start, start + figure.end
    if figure.kind is FigureKind.NOT_APPLICABLE:
        return Token(TokenKind.NOT_APPLICABLE, at, end, joint=joint, printed=text.strip())
    digits = re.sub(r"[^\d.-]", "", text[figure.start : figure.end])
    if figure.value is not None and figure.value < 0 and not digits.startswith("-"):
        digits = f"-{digits}"
    return Token(TokenKind.NUMBER, at, end, digits, figure.value, figure.unit, joint, printed=text.strip(), doubt=doubt)


def _whole(raw: str, start: int, joint: Joint) -> Iterator[Token]:
    """One figure that fills the field."""
    token = figure_token(raw, start, joint)
    if token is not None:
        yield token
        return
    for match in _GROUP.finditer(raw):
        yield number(match.group(), start + match.start(), joint)
        joint = Joint.SPACE


def _parts(raw: str, start: int, joint: Joint) -> Iterator[Token | Words]:
    """Words and figures of a field that holds several; a unit before or behind a figure is no word."""
    worded = figured = -1  # where the last words and the last figure with its unit ended
    said = ""
    for match in _PART.finditer(raw):
        at, end = match.span()
        digits = match["digits"]
        if match["date"] is not None:
            yield Words(match.group(), start + at, start + end)
        elif match["garbled"] is not None:
            yield _garbled(match["garbled"], as_digits(match["garbled"]) or "", start + at, joint)
            figured = end
            joint = Joint.SPACE
        elif match["nought"] is not None:
            yield number("0", start + at, joint)._replace(printed=match["nought"])
            figured = end
            joint = Joint.SPACE
        elif digits is not None:
            token = number(digits.rstrip(".,"), start + at, joint)
            if digits[-1] == "." and _CJK.match(raw, end):
                if len(digits) <= 3:
                    continue  # an ordinal before words: 3.其他
                token = number(digits[:-2].rstrip(".,"), start + at, joint)._replace(doubt=CUT)
            if raw[at - 1 : at] in _FALLING or (worded == at and said.endswith(_LESS)):
                token = _negative(token)
            elif worded == at:
                token = token._replace(attached=True)
            unit = match["unit"]
            yield token if unit is None else token._replace(unit=unit)
            figured = end
            joint = Joint.SPACE if raw[end : end + 1] in (" ", "") else Joint.NONE
        elif match["words"] is not None:
            said = match["words"]
            if _UNIT.fullmatch(said) or said in _NEUTRAL:
                joint = max(joint, Joint.SPACE) if _UNIT.fullmatch(said) else joint
                continue
            ordinal = said in _NUMERALS and raw[end : end + 1] == "、"
            yield Words(said, start + at, start + end, touches=figured == at and not ordinal)
            worded = end
            joint = Joint.NONE
        else:
            yield number(match.group(), start + at, joint)
            joint = Joint.SPACE


def _negative(token: Token) -> Token:
    """The figure with the sign that a word or an arrow before it gives."""
    if token.value is None or token.value < 0:
        return token
    return token._replace(figures=f"-{token.figures}", value=-token.value, printed=token.figures)
