"""XLS files looked over before calamine lays them out: it allocates what a record claims, and dies of too much."""

from extractor.errors import UnreadableError
from extractor.read.limits import Limits

__all__ = ["check_workbook"]

_STREAMS = ("Workbook", "Book")
# Records that hold a cell begin with its row and column: formulas, numbers, texts, blanks, several of them.
_CELLS = frozenset({0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x007E, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201,
                    0x0203, 0x0204, 0x0205, 0x0206, 0x027E, 0x0406})  # fmt: skip
_SEVERAL = frozenset({0x00BD, 0x00BE})  # these end with their last column
_DIMENSIONS, _STRINGS, _BEGIN = (0x0000, 0x0200), 0x00FC, (0x0009, 0x0209, 0x0409, 0x0809)
_MOST_CLAIMED = 65_536 * 256
_SMALLEST_STRING = 3


def check_workbook(data: bytes, limits: Limits) -> bytes:
    """The stream of the workbook. UnreadableError for a file whose structure is damaged, LimitError for cells far away
    from all others."""
    from doc2docx.cfb import CompoundFile
    from doc2docx.errors import Doc2DocxError

    try:
        compound = CompoundFile(data)
    except (Doc2DocxError, ValueError, IndexError, OverflowError, RecursionError) as error:
        raise UnreadableError(f"a damaged workbook ({str(error)[:200]})") from None
    found = b""
    for name in _STREAMS:
        try:
            stream = compound.open_stream(name)
        except (Doc2DocxError, ValueError, IndexError, OverflowError):
            continue
        _check(bytes(stream), limits)
        found = found or bytes(stream)
    return found


def _check(stream: bytes, limits: Limits) -> None:
    at = rows = columns = 0

    def number(offset: int, size: int = 2) -> int:
        return int.from_bytes(stream[offset : offset + size], "little")

    while at + 4 <= len(stream):
        kind, length = number(at), number(at + 2)
        body, after = at + 4, at + 4 + length
        if kind in _BEGIN:
            rows = columns = 0
        elif kind in _CELLS and length >= 6:
            rows = max(rows, number(body) + 1)
            columns = max(columns, number(body + 2) + 1, number(after - 2) + 1 if kind in _SEVERAL else 0)
            limits.check("max_slots", rows * columns, "rows × columns of a sheet")
        elif kind in _DIMENSIONS and length >= 8:
            wide = length >= 14
            first, last = (number(body, 4), number(body + 4, 4)) if wide else (number(body), number(body + 2))
            left, right = number(body + 8 if wide else body + 4), number(body + 10 if wide else body + 6)
            if last * right > _MOST_CLAIMED:
                raise UnreadableError(f"a damaged workbook (a sheet of {last * right:,} cells)")
            if first > last or left > right:
                raise UnreadableError("a damaged workbook (a sheet that ends before it begins)")
        elif kind == _STRINGS and length >= 8 and number(body + 4, 4) * _SMALLEST_STRING > len(stream):
            raise UnreadableError("a damaged workbook (more texts than it has room for)")
        at = after
