"""Who may ask: requests are let in by their Host, their Origin and, beyond loopback, a token; and every answer says
what a browser may do with it, which is next to nothing."""

import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CSP", "Guard", "Rules", "is_loopback"]

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = (
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
)
_SAFE = ("GET", "HEAD")
_ASKING = "x-gouji"  # no form and no page of another origin can send it without being asked first


@dataclass(frozen=True, slots=True)
class Rules:
    """`hosts`: the names that the server answers to, with their ports; None for any, where a `token` is needed.

    `cookie`: the name of the token's cookie; cookies are shared between ports, so it names the port.
    """

    hosts: frozenset[str] | None
    token: str | None = None
    cookie: str = "gouji_review"

    @classmethod
    def of(cls, host: str, port: int, token: str | None, names: Iterable[str] = ()) -> "Rules":
        """For a server that listens at `host`. On loopback it is known by that and the usual names, without a token."""
        if token is not None:
            return cls(None, token, f"gouji_review_{port}")
        known = {"127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host, *names}
        return cls(frozenset(f"{name}:{port}".lower() for name in known) | (known if port == 80 else set()))


class Guard:
    """Plain ASGI, around the whole application."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        status, location, cookie = self._judged(scope, headers)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in _HEADERS:
                    given.setdefault(name, value)
                given.setdefault("cache-control", "no-store")
            await send(message)

        if status is None:
            await self._app(scope, receive, with_headers)
            return
        fields = [(b"content-type", b"text/plain; charset=utf-8")]
        if location is not None:
            fields.append((b"location", location.encode()))
        if cookie is not None:
            fields.append((b"set-cookie", cookie.encode()))
        await with_headers({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": _WHY.get(status, "").encode()})

    def _judged(self, scope: Scope, headers: Headers) -> tuple[int | None, str | None, str | None]:
        """The status of a refusal, or None; of a way on, where to and with which cookie."""
        rules = self._rules
        host = headers.get("host", "").lower()
        if rules.hosts is not None and host not in rules.hosts:
            return 421, None, None
        if rules.token is not None:
            asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
            given = (asked.pop("token", [""]) or [""])[0]
            if given and scope["method"] in _SAFE and _same(given, rules.token):
                rest = urlencode(asked, doseq=True)
                cookie = f"{rules.cookie}={rules.token}; Path=/; HttpOnly; SameSite=Strict"
                return 303, scope["path"] + (f"?{rest}" if rest else ""), cookie
            if not _same(_cookie(headers, rules.cookie), rules.token):
                return 401, None, None
        if scope["method"] not in _SAFE and not _same_origin(headers, host):
            return 403, None, None
        return None, None, None


_WHY = {
    401: "需要启动时显示的带令牌的地址。\nThe address with the token is needed, as it was printed at the start.\n",
    403: "此请求来自别处，已拒绝。\nThis request came from elsewhere and was refused.\n",
    421: "此处不以这个名称应答。\nThis server does not answer to that name.\n",
}


def _same(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode(), wanted.encode())


def _cookie(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _same_origin(headers: Headers, host: str) -> bool:
    """Whether a page of this very server asks: by its Origin, by what the browser says, and by a header of ours."""
    origin = headers.get("origin", "")
    if urlsplit(origin).netloc.lower() != host or not host:
        return False
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    return headers.get(_ASKING) == "1"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
