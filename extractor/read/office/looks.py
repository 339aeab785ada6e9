"""What a workbook's sheets do to the look of their figures: number formats of cells, hidden rows and columns."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from extractor.errors import UnreadableError
from extractor.read.limits import Limits
from extractor.read.office.package import Package, local
from extractor.read.office.shown import BUILT_IN, is_plain

__all__ = ["Look", "of_records", "of_xlsx"]

_TEXTS = ("s", "str", "inlineStr", "b", "e", "d")
_BEGIN = (0x0009, 0x0209, 0x0409, 0x0809)
_SHEET, _FORMAT, _STYLE, _ROW, _COLUMNS = 0x0085, 0x041E, 0x00E0, 0x0208, 0x007D
_NUMBERS, _SEVERAL = frozenset({0x0006, 0x0203, 0x027E}), 0x00BD
_WIDE_TEXT, _ROW_HIDDEN, _COLUMN_HIDDEN = 0x01, 0x20, 0x01
_BIFF8 = 0x0600


@dataclass(slots=True)
class Look:
    """Of one sheet. `codes`: the number formats of cells by row and column from 0, those left out that show every
    number as it is. `hidden`: whether rows or columns are; XLSX tells that elsewhere."""

    codes: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: bool = False


def of_xlsx(data: bytes, limits: Limits) -> list[Look]:
    """Of each sheet of an XLSX file in the order of the workbook; empty where all numbers are shown as they are."""
    package = Package(data, limits)
    try:
        return _of_package(package)
    except UnreadableError:
        return []  # calamine reads more than this does, and says what is wrong where it does not


def _of_package(package: Package) -> list[Look]:
    main = package.main()
    styles = next((name for kind, name in package.related(main) if kind == "styles"), None)
    codes = {} if styles is None else dict(_styles(package, styles))
    book = package.xml(main)
    if not codes or book is None:
        return []
    names = package.by_id(main)
    parts = [
        names.get(next((str(said) for key, said in sheet.attrib.items() if str(key).endswith("}id")), ""))
        for element in book
        if local(element) == "sheets"
        for sheet in element
    ]
    return [Look({} if part is None else dict(_cells(package, part, codes))) for part in parts]


def _styles(package: Package, part: str) -> Iterator[tuple[str, str]]:
    """The number format of each style of cells that has one, by the style's number as cells write it."""
    root = package.xml(part)
    if root is None:
        return
    codes = {str(number): code for number, code in BUILT_IN.items()}
    for element in root.iter():
        if local(element) == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
    for element in root:
        if local(element) == "cellXfs":
            for number, style in enumerate(element):
                code = codes.get(style.get("numFmtId", ""), "")
                if not is_plain(code):
                    yield str(number), code


def _cells(package: Package, part: str, codes: dict[str, str]) -> Iterator[tuple[tuple[int, int], str]]:
    root = package.xml(part)
    if root is None:
        return
    row = -1
    for element in root.iter():
        match local(element):
            case "row":
                row, column = _whole(element.get("r"), row + 2) - 1, -1
            case "c":
                letters = (element.get("r") or "").rstrip("0123456789")
                column = _column(letters) if letters.isascii() and letters.isalpha() else column + 1
                code = codes.get(element.get("s", ""))
                if code is not None and element.get("t") not in _TEXTS:
                    yield (row, column), code


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def of_records(stream: bytes) -> list[Look]:
    """Of each sheet of an XLS file in the order of the workbook, by the records of its stream."""
    places: list[int] = []
    codes = dict(BUILT_IN)
    styles: list[int] = []
    looks: dict[int, Look] = {}
    look = Look()
    wide = False
    for at, kind, body in _records(stream):
        if kind in _BEGIN:
            wide = wide or _number(body, 0) == _BIFF8
            look = looks.setdefault(at, Look())
        elif kind == _SHEET and len(body) >= 4:
            places.append(_number(body, 0, 4))
        elif kind == _FORMAT and wide and len(body) >= 5:
            text = body[5:].decode("utf-16-le" if body[4] & _WIDE_TEXT else "latin-1", "replace")
            codes[_number(body, 0)] = text[: _number(body, 2)]
        elif kind == _STYLE and len(body) >= 4:
            styles.append(_number(body, 2))
        elif kind == _ROW and len(body) >= 14:
            look.hidden = look.hidden or bool(body[12] & _ROW_HIDDEN)
        elif kind == _COLUMNS and len(body) >= 10:
            look.hidden = look.hidden or bool(body[8] & _COLUMN_HIDDEN)
        elif (kind in _NUMBERS or kind == _SEVERAL) and len(body) >= 6:
            first = _number(body, 2)
            each = range(4, len(body) - 5, 6) if kind == _SEVERAL else (4,)
            for number, place in enumerate(each):
                style = _number(body, place)
                code = codes.get(styles[style], "") if style < len(styles) else ""
                if not is_plain(code):
                    look.codes[_number(body, 0), first + number] = code
    return [looks.get(place, Look()) for place in places]


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Where each record begins, its kind and its content."""
    at = 0
    while at + 4 <= len(stream):
        after = at + 4 + _number(stream, at + 2)
        yield at, _number(stream, at), stream[at + 4 : after]
        at = after


def _number(data: bytes, at: int, size: int = 2) -> int:
    return int.from_bytes(data[at : at + size], "little")
