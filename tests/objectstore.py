"""An S3-speaking server on loopback: moto's, in a process of its own; and a wire to it that can be cut."""

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from importlib.util import find_spec
from types import TracebackType

import httpx

from tests.postgres import free_port

__all__ = ["ObjectStore", "Wire", "moto_is_there"]


def moto_is_there() -> bool:
    return find_spec("moto") is not None and find_spec("flask") is not None


class ObjectStore:
    """`variables`: the environment by which a client reaches it. `bucket`: one that is there."""

    def __init__(self, bucket: str = "gouji") -> None:
        self.bucket = bucket
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.variables = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "AKIAHUNTER2",
            "AWS_SECRET_ACCESS_KEY": "hunter2hunter2",
            "AWS_REGION": "us-east-1",
        }

    def __enter__(self) -> "ObjectStore":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self.variables["AWS_ENDPOINT_URL"]

    def start(self) -> None:
        """Starts it, with the bucket."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            env={**os.environ, "MOTO_ALLOW_NONEXISTENT_REGION": "true"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.put(f"{self.url}/{self.bucket}", trust_env=False, timeout=5).raise_for_status()
                return
            except httpx.HTTPError:
                assert time.monotonic() < deadline and self._process.poll() is None, "moto's server did not start"
                time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Wire:
    """A connection to a server on this machine that can be cut: `port` leads to `target` while it is whole."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = free_port()
        self._open: list[socket.socket] = []
        self._listening: socket.socket | None = None
        self.mend()

    def mend(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        assert self._listening is not None
        for each in (self._listening, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    @staticmethod
    def _pump(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
