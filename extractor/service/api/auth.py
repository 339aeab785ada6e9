"""Who asks: a key in `Authorization: Bearer …`; on loopback nobody needs one, unless it is set so."""

import ipaddress
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from extractor.service.api.problems import Problem
from extractor.service.house import House
from extractor.service.keys import LOCAL, Key, Scope

__all__ = ["Admin", "Home", "Reader", "Submitter", "caller", "home"]

_BEARER = HTTPBearer(auto_error=False, description="A key made by `gouji keys create`. None is needed on loopback.")
_LOCAL_KEY = Key(LOCAL, LOCAL, frozenset({Scope.ADMIN}))
_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip")


def home(request: Request) -> House:
    """The house that the application is in."""
    found: House = request.app.state.house
    return found


Home = Annotated[House, Depends(home)]


def _needs(scope: Scope) -> "Callable[..., object]":
    async def allowed(
        request: Request,
        house: Home,
        _shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> Key:
        key = await caller(request, house)
        if not key.may(scope):
            raise Problem("forbidden", f"this needs the scope {scope.value}")
        request.state.key_id = key.id
        return key

    return allowed


async def caller(request: Request, house: House, cookie: str | None = None) -> Key:
    """Whose request it is; `cookie`: the key as a browser keeps it. Raises Problem."""
    given = request.headers.get("authorization") or (f"Bearer {cookie}" if cookie else None)
    if given is not None:
        kind, _, text = given.partition(" ")
        key = await run_in_threadpool(house.keys.find, text.strip()) if kind.lower() == "bearer" else None
        if key is None:
            raise Problem("unauthorised")
        return key
    if house.settings.keys_required or not _is_local(request):
        raise Problem("unauthorised")
    return _LOCAL_KEY


def _is_local(request: Request) -> bool:
    """Whether somebody on this machine asks, and not a page in their browser, nor a proxy for somebody else."""
    host = request.client.host if request.client is not None else ""
    if not _loopback(host) or any(name in request.headers for name in _PROXIED):
        return False
    named = [urlsplit(f"//{request.headers.get('host', '')}").hostname or ""]
    if (origin := request.headers.get("origin")) is not None:
        named.append(urlsplit(origin).hostname or "")
    return all(_loopback(each) for each in named)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Submitter = Annotated[Key, Depends(_needs(Scope.SUBMIT))]
Reader = Annotated[Key, Depends(_needs(Scope.READ))]
Admin = Annotated[Key, Depends(_needs(Scope.ADMIN))]
