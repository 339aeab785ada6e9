"""bytes → text: which encoding a report is really in, whatever it declares.

Byte order mark, strict UTF-8, UTF-16 told by its NULs; what is left is decoded tolerantly in every encoding that
Chinese offices use, and the one that gives readable Chinese wins. A declared charset or a detector only breaks a tie:
both are wrong too often.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from extractor.errors import UnreadableError
from extractor.report import Reason

__all__ = ["Decoded", "clean", "decode"]

BAD = "\ufffd"


@dataclass(frozen=True, slots=True)
class Decoded:
    """`encoding`: Python's name of the codec. `notes`: what was odd, as sentences; empty for a clean file."""

    text: str
    encoding: str
    notes: tuple[Reason, ...] = ()


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r\x1a\x1b"))
_META = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_-]+)""")
_CANDIDATES = ("utf-8", "gb18030", "big5hkscs")
_FAMILIES = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs", "utf-8-sig": "utf-8"}
_BEYOND_EUROPE = re.compile("[\u0800-\U0010ffff]")

_UNMARKED = Reason("UTF-16 without a byte order mark", "UTF-16 编码，无字节顺序标记")
_ONCE_GBK = Reason("UTF-8 once read as GBK and saved again: restored", "UTF-8 文本曾被误作 GBK 读取并另存，已复原")
_ONCE_LATIN = Reason(
    "UTF-8 once read as Latin-1 and saved again: restored", "UTF-8 文本曾被误作 Latin-1 读取并另存，已复原"
)
_LOST_IN_GBK = Reason(
    "this looks like UTF-8 read as GBK and saved again, but bytes were lost: not restored",
    "疑为 UTF-8 文本被误作 GBK 读取后另存，但已有字节丢失，未予复原",
)

_READABLE = 0.6
_TIE = 0.04


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of `data`. `declared`: a charset named outside the file; one in a meta element is found here.

    Bytes that fit nowhere become U+FFFD and are counted in a note, as do NULs. Raises UnreadableError for binary data
    and for text in no encoding known.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            decoded = _marked(data[len(mark) :], encoding)
            if decoded is not None:
                return decoded
            data = data[len(mark) :]
            break
    if b"\0" in data:
        wide = _utf16(data)
        if wide is not None:
            return wide
        data = data.rstrip(b"\0")
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > max(4, len(data) // 50):
        raise UnreadableError(f"binary data: {controls:,} control characters in {len(data):,} bytes")
    text, encoding, notes = _best(data, declared)
    repaired = _undouble(text, data)
    if repaired is not None:
        text, how = repaired
        notes = (*notes, how)
    text, more = clean(text)
    return Decoded(text, encoding, notes + more)


def clean(text: str) -> tuple[str, tuple[Reason, ...]]:
    """`text` without lone surrogates and NULs (each becomes U+FFFD), and notes that count them."""
    notes: tuple[Reason, ...] = ()
    if "\0" in text:
        nuls = text.count("\0")
        notes = (Reason(f"{nuls} NUL characters replaced", f"替换了 {nuls} 个空字符（NUL）"),)
        text = text.replace("\0", BAD)
    try:
        text.encode()
    except UnicodeEncodeError:
        before = text.count(BAD)
        # Pairs of surrogates join to the character they mean; only the lone ones are lost.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if lone := text.count(BAD) - before:
            notes = (*notes, Reason(f"{lone} lone surrogates replaced", f"替换了 {lone} 个孤立的代理项"))
    return text, notes


def _marked(data: bytes, encoding: str) -> Decoded | None:
    """What follows a byte order mark, or None where the mark lies."""
    text = data.decode(encoding, "replace")
    bad = text.count(BAD)
    if bad > max(3, len(text) // 50):
        return None
    text, notes = clean(text)
    return Decoded(text, encoding, _damage(bad) + notes)


def _utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: the NULs of its ASCII characters stand on one side (those of 一, U+4E00, on the other)."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if even + odd < len(data) // 200 or max(even, odd) < 3 * min(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = data.decode(encoding, "replace")
    if _readable(text) < _READABLE and not text.isascii():
        return None
    bad = text.count(BAD)
    text, notes = clean(text)
    return Decoded(text, encoding, (_UNMARKED, *_damage(bad), *notes))


def _best(data: bytes, declared: str | None) -> tuple[str, str, tuple[Reason, ...]]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        # Two GBK characters in a row can be valid UTF-8, but then of Latin, Greek or Arabic letters only.
        if text.isascii() or _BEYOND_EUROPE.search(text) or _readable(data.decode("gb18030", "replace")) < 0.9:
            return text, "utf-8", _kept(text.count(BAD)) + _disagreement(data, declared, "utf-8")
    texts = {encoding: data.decode(encoding, "replace") for encoding in _CANDIDATES}
    scores = {encoding: _readable(text) for encoding, text in texts.items()}
    best = max(scores, key=lambda encoding: scores[encoding])
    near = [encoding for encoding in _CANDIDATES if scores[encoding] >= scores[best] - _TIE]
    if len(near) > 1:
        best = _tie(near, data, declared, best)
    text = texts[best]
    bad = text.count(BAD)
    if scores[best] < _READABLE and _foreign(data) > max(3, len(data) // 100):
        raise UnreadableError("undecodable: no encoding (UTF-8, GB18030, Big5, UTF-16) gives readable text")
    return text, best, _damage(bad) + _disagreement(data, declared, best)


def _tie(near: list[str], data: bytes, declared: str | None, best: str) -> str:
    """The detector's word, then the declared charset, then the better score."""
    import cchardet

    detected = _family(cchardet.detect(data)["encoding"])
    for said in (detected, _declared(data, declared)):
        if said in near:
            return said
    return best


def _readable(text: str) -> float:
    """The share of characters beyond ASCII that Chinese prose is written with; 0 where there are none."""
    counts = Counter(text)
    foreign = sum(count for character, count in counts.items() if character > "\x7f")
    if not foreign:
        return 0.0
    common = _common()
    return sum(count for character, count in counts.items() if character in common) / foreign


@cache
def _common() -> frozenset[str]:
    """The 3,755 common characters of GB 2312, the 5,401 of Big5, and the punctuation of both."""
    simplified = (bytes((lead, trail)) for lead in (0xA1, 0xA3, *range(0xB0, 0xD8)) for trail in range(0xA1, 0xFF))
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    traditional = (bytes((lead, trail)) for lead in (0xA1, *range(0xA4, 0xC7)) for trail in trails)
    letters = {*"\u3000\xa0·—“”‘’…①②③④⑤⑥⑦⑧⑨⑩〇"}
    for encoding, pairs in (("gb2312", simplified), ("big5", traditional)):
        letters |= {character for pair in pairs for character in pair.decode(encoding, "ignore")}
    return frozenset(character for character in letters if character > "\x7f")


def _foreign(data: bytes) -> int:
    """How many bytes are not ASCII."""
    return len(data) - len(data.translate(None, bytes(range(0x80, 0x100))))


def _kept(bad: int) -> tuple[Reason, ...]:
    if not bad:
        return ()
    return (
        Reason(
            f"{bad} replacement characters (U+FFFD) stand in the file itself",
            f"文件本身含有 {bad} 个替换字符（U+FFFD）",
        ),
    )


def _damage(bad: int) -> tuple[Reason, ...]:
    if not bad:
        return ()
    return (
        Reason(
            f"undecodable bytes in {bad} places, each replaced by U+FFFD", f"有 {bad} 处字节无法解码，各以 U+FFFD 代替"
        ),
    )


def _family(encoding: str | None) -> str:
    name = (encoding or "").lower().replace("_", "-").replace("utf8", "utf-8")
    return _FAMILIES.get(name, name)


def _declared(data: bytes, declared: str | None) -> str:
    if declared is None:
        found = _META.search(data, 0, 2048)
        declared = found[1].decode("ascii") if found else None
    return _family(declared)


def _disagreement(data: bytes, declared: str | None, actual: str) -> tuple[Reason, ...]:
    said = _declared(data, declared)
    if said in ("", actual) or data.isascii():
        return ()
    return (Reason(f"declared as {said[:40]}, read as {actual}", f"声明的编码为 {said[:40]}，实按 {actual} 读取"),)


def _undouble(text: str, data: bytes) -> tuple[str, Reason] | None:
    """UTF-8 that was once read as GBK or Latin-1 and saved again; restored only where the way back loses nothing."""
    # ，and 。 in UTF-8 begin with the bytes that GBK reads as these two: they are in no genuine report this often.
    if text.count("锛") + text.count("銆") > 2:
        back = _utf8(text, "gb18030")
        if back is not None and _readable(back) > 0.9:
            return back, _ONCE_GBK
        return text, _LOST_IN_GBK
    # The letters that UTF-8 Chinese turns into in Latin-1 have this byte in UTF-8, and nothing else has.
    if data.count(b"\xc3") > 3:
        back = _LATIN_RUN.sub(lambda run: _utf8(run[0].translate(_WINDOWS), "latin-1") or run[0], text)
        if back != text and _readable(back) > 0.9:
            return back, _ONCE_LATIN
    return None


# Windows-1252 puts letters where Latin-1 has control characters, and leaves five of those.
_WINDOWS = {ord(bytes((code,)).decode("cp1252", "ignore") or chr(code)): code for code in range(0x80, 0xA0)}
_LATIN_RUN = re.compile(f"[\x80-\xff{''.join(map(chr, _WINDOWS))}]+")


def _utf8(text: str, wrongly: str) -> str | None:
    try:
        return text.encode(wrongly).decode("utf-8")
    except UnicodeError:
        return None
