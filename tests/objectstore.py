"""An S3-speaking server on loopback: moto's, in a process of its own, that can be killed and started again.

What it holds is in its memory, and is gone when it is killed.
"""

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from types import TracebackType

import httpx

from tests.postgres import free_port

__all__ = ["ObjectStore", "moto_is_there"]


def moto_is_there() -> bool:
    return find_spec("moto") is not None and find_spec("flask") is not None


class ObjectStore:
    """`variables`: the environment by which a client reaches it. `bucket`: one that is there."""

    def __init__(self, bucket: str = "gouji") -> None:
        self.bucket = bucket
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.variables = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._port}",
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
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)],
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

    def pause(self) -> None:
        """It takes no more connections' requests, but keeps what it holds."""
        import signal

        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        import signal

        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
