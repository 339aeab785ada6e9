"""Text from documents, made fit for a terminal: no escape sequence, no change of direction gets through."""

__all__ = ["printable"]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SURROGATES = range(0xD800, 0xE000)
_ONE_LINE = dict.fromkeys((*_CONTROLS, *_DIRECTIONS, *_SURROGATES), _REPLACEMENT) | dict.fromkeys(b"\n\t\r", " ")
_LINES = {code: replacement for code, replacement in _ONE_LINE.items() if chr(code) not in "\n\t"}


def printable(text: str, *, keep_lines: bool = False) -> str:
    """`text` in the same number of characters, on one line unless `keep_lines`."""
    return text.translate(_LINES if keep_lines else _ONE_LINE)
