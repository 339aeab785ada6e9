"""Sockets for servers to listen at."""

import socket

__all__ = ["bound_to"]


def bound_to(host: str, port: int) -> socket.socket:
    """A TCP socket bound there, for port 0 to a free one. Raises OSError, OverflowError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by its number: without it asyncio leaves Nagle's algorithm on, and an answer takes 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound
