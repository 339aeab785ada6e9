"""A PostgreSQL server of one's own, in a temporary folder, that can be stopped, killed and started again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

__all__ = ["Postgres", "free_port", "postgres_binaries"]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def postgres_binaries() -> Path | None:
    """Where initdb and postgres are; None where they are not installed."""
    candidates = [Path(found).parent for found in [shutil.which("initdb")] if found]
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


class Postgres:
    """`address`: of its database. PostgreSQL does not run as root: there, another user's rights are taken."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._user: dict[str, str] = {}
        if os.geteuid() == 0:
            import pwd

            names = {entry.pw_name for entry in pwd.getpwall()}
            self._user = {"user": "postgres" if "postgres" in names else "nobody"}
        self._folder = Path(tempfile.mkdtemp(prefix="gouji-postgres-"))
        self._port = free_port()
        self.address = f"postgresql://gouji:hunter2@127.0.0.1:{self._port}/postgres"
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Postgres":
        if self._user:
            shutil.chown(self._folder, self._user["user"])
        data = str(self._folder / "data")
        self._run([str(self._binaries / "initdb"), "-D", data, "-A", "trust", "-U", "gouji", "--no-sync"]).wait()
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Starts it, and waits until it takes connections."""
        import psycopg

        options = [
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            f"unix_socket_directories={self._folder}",
            "-c",
            "fsync=off",
        ]
        command = [str(self._binaries / "postgres"), "-D", str(self._folder / "data"), "-p", str(self._port), *options]
        self._server = self._run(command)
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.address, connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline and self._server.poll() is None, "PostgreSQL did not start"
                time.sleep(0.05)

    def stop(self) -> None:
        """Stops it as an operator would who does not wait for anybody."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(30)

    def _run(self, command: list[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder, **self._user
        )
