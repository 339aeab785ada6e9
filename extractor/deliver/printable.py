"""Text from documents and file names, made fit for terminals and tables: no escape sequence, no change of direction
gets through."""

__all__ = ["escaped", "printable"]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SURROGATES = range(0xD800, 0xE000)
_ONE_LINE = dict.fromkeys((*_CONTROLS, *_DIRECTIONS, *_SURROGATES), _REPLACEMENT) | dict.fromkeys(b"\n\t\v\f\r", " ")
_LINES = {code: replacement for code, replacement in _ONE_LINE.items() if chr(code) not in "\n\t"}
_ESCAPES = {code: f"\\x{code:02x}" for code in _CONTROLS}
_ESCAPES |= {code: f"\\u{code:04x}" for code in (0x2028, 0x2029, *_DIRECTIONS)}
_ESCAPES |= {ord("\n"): "\\n", ord("\t"): "\\t", ord("\r"): "\\r"}


def escaped(text: str) -> str:
    """`text` on one line, with each control character written as Python would (`\\n`, `\\x1b`)."""
    return text.translate(_ESCAPES)


def printable(text: str, *, keep_lines: bool = False) -> str:
    """`text` in the same number of characters, on one line unless `keep_lines`."""
    return text.translate(_LINES if keep_lines else _ONE_LINE)
