"""The service as a process of its own, over real HTTP, for tests and for eval."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

__all__ = ["ROOT", "SAMPLES", "Served", "lines", "worker_process"]

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "eval" / "samples"
_READY_S = 90.0


def _environment(settings: dict[str, object]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOUJI_", "OPENAI_", "AWS_"))}
    given = {
        name if name.startswith(("GOUJI_", "AWS_")) else f"GOUJI_SERVICE_{name.upper()}": str(v)
        for name, v in settings.items()
    }
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **given}


def worker_process(log: Path, **settings: object) -> "subprocess.Popen[bytes]":
    """`gouji worker`."""
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "extractor.cli", "worker"],
            env=_environment(settings),
            stdout=file,
            stderr=file,
            cwd=log.parent,
        )


class Served:
    """`gouji serve`, with a free port that stays the same when it is started again. `settings`: GOUJI_SERVICE_*."""

    def __init__(self, folder: Path, *, key: str | None = None, **settings: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log = folder / "log"
        self.settings: dict[str, object] = {
            "data": folder / "data",
            "jobs": 1,
            "sync": False,
            "min_free": 0,
            **settings,
        }
        self._port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(timeout=60, trust_env=False)
        if key is not None:
            self.http.headers["Authorization"] = f"Bearer {key}"

    def __enter__(self) -> "Served":
        try:
            self.start()
        except BaseException:
            self.http.close()
            self.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.http.close()
        self.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self, *, wait: bool = True) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "extractor.cli", "serve", "--port", str(self._port)],
                env=_environment(self.settings),
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.folder,
            )
        assert self.process.stdout is not None
        if wait:
            line = self.process.stdout.readline().decode()
            assert line.startswith("gouji serves at"), self.logged()
            self._port = int(line.rsplit(":", 1)[1])
            self.http.base_url = httpx.URL(self.url)
            self._until_ready()

    def _until_ready(self) -> None:
        deadline = time.monotonic() + _READY_S
        while True:
            try:
                if self.http.get("/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, self.logged()
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def stop(self) -> int:
        """As an operator stops it; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.kill()
        return code

    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def batch(self, batch_id: str) -> dict[str, Any]:
        response = self.http.get(f"/v1/batches/{batch_id}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def ended(self, batch_id: str, timeout_s: float = 90) -> dict[str, Any]:
        """The batch when it has ended."""
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.batch(batch_id)
            if found["state"] in ("completed", "cancelled"):
                return found
            assert time.monotonic() < deadline, (found, self.logged()[-3000:])
            time.sleep(0.1)


def lines(response: httpx.Response) -> list[dict[str, Any]]:
    import json

    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.content.split(b"\n") if line]
