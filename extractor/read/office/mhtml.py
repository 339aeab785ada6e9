"""MHTML (.mht): a web page saved whole as a MIME message, with the pages in its frames."""

import email
from email.message import Message
from urllib.parse import unquote, urljoin

from extractor.errors import UnreadableError
from extractor.read.decode import decode
from extractor.read.document import Parts
from extractor.read.frames import read_framed
from extractor.read.limits import Limits

__all__ = ["read_parts"]

_HTML = ("text/html", "application/xhtml+xml")
_MOST_DEPTH = 10


def read_parts(data: bytes, limits: Limits) -> Parts:
    """Text and tables of the page and its frames. Raises UnreadableError, LimitError."""
    limits.check("max_members", data.count(b"\n--"), "parts of a saved page")
    message = email.message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip())
    leaves = list(_leaves(message, 0))
    pages = [part for part in leaves if part.get_content_type() in _HTML]
    if not pages:
        raise UnreadableError("a MIME message without a web page in it")
    known: dict[str, Message] = {}
    for part in leaves:
        for name in (_location(part), _content_id(part)):
            if name:
                known.setdefault(name, part)
    start = str(message.get_param("start") or "").strip("<> ")
    first = known.get(f"cid:{start}", pages[0]) if start else pages[0]
    base = _location(first)

    def beside(page: str, reference: str) -> tuple[str, bytes] | None:
        for name in (unquote(urljoin(page, reference)), reference):
            part = known.get(name)
            if part is not None and (part.get_content_type() in _HTML or part.get_content_maintype() == "image"):
                return name, _content(part)
        return None

    return read_framed(_text(first), base, limits, beside)


def _leaves(message: Message, depth: int) -> "list[Message]":
    content = message.get_payload()
    if not message.is_multipart() or not isinstance(content, list):
        return [message]
    if depth >= _MOST_DEPTH:
        raise UnreadableError("a MIME message nested too deeply")
    return [leaf for part in content if isinstance(part, Message) for leaf in _leaves(part, depth + 1)]


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    charset = part.get_param("charset")
    return decode(_content(part), charset if isinstance(charset, str) else None).text


def _location(part: Message) -> str:
    return unquote(str(part.get("Content-Location") or "").strip())


def _content_id(part: Message) -> str:
    written = str(part.get("Content-ID") or "").strip().strip("<>")
    return f"cid:{written}" if written else ""
