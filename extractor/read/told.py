"""By what formats are known whose first bytes say too little."""

import re
from collections.abc import Sequence

from extractor.report import Reason

__all__ = ["INSTALL", "UNSURE_COLUMNS", "has_part", "is_mhtml", "is_tar", "recognised_pictures", "unread_pictures"]

UNSURE_COLUMNS = Reason(
    "the table has no rulings, and its columns and labels are not certain", "表格无框线，其栏目与标签不能确定"
)
INSTALL = "pip install 'gouji[ocr]' has them read"

_HEAD = 16_384
# One way to match only: a \r before the \n belongs to what is before it. Two ways a line are 2^40 over forty of them.
_HEADER = re.compile(rb"\s*(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){1,40}\r?\n")
_MULTIPART = re.compile(rb"^Content-Type:\s*(?:multipart/(?:related|mixed|alternative)|text/html)", re.I | re.M)
_MIME = re.compile(rb"^MIME-Version:", re.I | re.M)


def is_mhtml(data: bytes) -> bool:
    """Whether a file begins as a MIME message with a page in it does."""
    head = _HEADER.match(data[:_HEAD].removeprefix(b"\xef\xbb\xbf"))
    return head is not None and bool(_MIME.search(head[0])) and bool(_MULTIPART.search(head[0]))


def is_tar(data: bytes) -> bool:
    """Whether it begins with the header of a tar file."""
    return data[257:262] == b"ustar"


def has_part(data: bytes, folder: str) -> bool:
    """Whether a ZIP file is an office file with parts in that folder; an archive that holds one is not."""
    import zipfile
    from io import BytesIO

    try:
        names = [name.lower().lstrip("/") for name in zipfile.ZipFile(BytesIO(data)).namelist()]
    except Exception:  # damaged: whoever reads it says how
        return True
    return "[content_types].xml" in names and any(name.startswith(folder) for name in names)


def unread_pictures(count: int, *, install: bool = False) -> Reason:
    """Says that a document holds pictures large enough for a table, which were not read.

    `install`: because what reads them is not installed.
    """
    are = "pictures in the document were" if count > 1 else "picture in the document was"
    how = f": {INSTALL}" if install else ""
    return Reason(
        f"{count} {are} not read: a table may stand there{how}", f"文件内有 {count} 幅图片未读取，其中可能有表格"
    )


def recognised_pictures(names: Sequence[str]) -> Reason:
    """Says which pictures in a document were recognised."""
    some = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    are = "pictures in the document were" if len(names) > 1 else "picture in the document was"
    return Reason(
        f"{len(names)} {are} recognised ({some}): digits may be misread",
        f"识别了文件内的 {len(names)} 幅图片（{some}），数字可能有误",
    )
