"""Which addresses a webhook may go to: none of this machine, of its network or of a cloud's metadata service."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["AddressError", "Target", "checked_url", "resolve"]

_LONGEST = 2_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_AZURE = ipaddress.ip_address("168.63.129.16")  # of every machine there its host, though it looks like any other


class AddressError(ValueError):
    """A webhook must not go there; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """`url`: with an address in place of the name, so that what was checked is what is connected to."""

    url: str
    host: str
    name: str


def checked_url(url: str, *, private: bool = False) -> str:
    """The URL, if a webhook could go there as far as it can be told without asking. Raises AddressError."""
    if len(url) > _LONGEST or not url.isprintable() or " " in url:
        raise AddressError("it is too long, or holds characters that no URL has")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise AddressError("it is no URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise AddressError("it must begin with http:// or https:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise AddressError("it must hold no user and no password")
    if not private and (host == "localhost" or host.endswith((".localhost", ".local", ".internal"))):
        raise AddressError("it leads to this machine or its network")
    literal = _literal(host)
    if literal is not None:
        _check(literal, private)
    return url


def resolve(url: str, *, private: bool = False) -> Target:
    """Where to connect. Every address of the name must be permitted. Raises AddressError, OSError."""
    parts = urlsplit(checked_url(url, private=private))
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        _check(address, private)
    first = addresses[0]
    place = f"[{first}]" if first.version == 6 else str(first)
    rest = parts._replace(scheme="", netloc="", fragment="").geturl()
    named = host if parts.port is None else f"{host}:{port}"
    return Target(f"{parts.scheme}://{place}:{port}{rest or '/'}", named, host)


def _literal(host: str) -> "ipaddress.IPv4Address | ipaddress.IPv6Address | None":
    """An address in any way of writing that a resolver takes: 127.1, 0x7f000001, 2130706433."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _check(address: "ipaddress.IPv4Address | ipaddress.IPv6Address", private: bool) -> None:
    if private:
        return
    inner = address
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            inner = address.ipv4_mapped
        elif address.sixtofour is not None:
            inner = address.sixtofour
        elif address in _NAT64 or address in _COMPATIBLE:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if not inner.is_global or inner.is_multicast or inner == _AZURE:
        raise AddressError("it leads to this machine or its network")
