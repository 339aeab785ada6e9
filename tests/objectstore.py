"""An S3-speaking server on loopback: moto's, in a process of its own; and a wire to it that can be cut."""

import os
import select
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
        self.mend()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.cut()

    def mend(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._relays: dict[threading.Thread, socket.socket] = {}
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """Returns when every socket is closed: each is closed by the thread that has it."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        for relay, near in self._relays.items():
            with suppress(OSError):
                near.shutdown(socket.SHUT_RDWR)
            relay.join()

    def _accept(self) -> None:
        with self._listening, suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                relay = threading.Thread(target=self._relay, args=(near,), daemon=True)
                self._relays[relay] = near
                relay.start()

    def _relay(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as far:
            other = {near: far, far: near}
            while True:
                for one in select.select([near, far], [], [])[0]:
                    data = one.recv(1 << 16)
                    if not data:
                        return
                    other[one].sendall(data)
