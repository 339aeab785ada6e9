"""LibreOffice, where it is installed: it converts what nothing else here reads, within limits."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from extractor.errors import LimitError, UnreadableError
from extractor.read.limits import Limits

__all__ = ["available", "convert"]

# LibreOffice starts further processes. This one leads their group, and takes all of them along when its stdin is
# closed: that happens too if we are killed ourselves.
_LEASH = """
import os, signal, subprocess, sys, threading
def leash():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)
threading.Thread(target=leash, daemon=True).start()
quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
os._exit(subprocess.call(sys.argv[1:], **quiet))
"""
# What it needs of the environment; no proxy, no display, no user's settings.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
_SHARE = 0.8


def available() -> str | None:
    """Where LibreOffice is, None where it is not."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert(source: Path, suffix: str, to: str, limits: Limits) -> bytes:
    """The file `source` as a `to` file ("docx"), which is made beside it. `suffix`: by which LibreOffice knows it.

    Raises UnreadableError where it is not installed or cannot, LimitError where it takes too long.
    """
    program = available()
    if program is None:
        raise UnreadableError("LibreOffice is not installed")
    folder = source.parent
    profile = folder / "profile"
    command = [
        program, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard",
        f"-env:UserInstallation={profile.as_uri()}", "--convert-to", to, "--outdir", str(folder), str(source),
    ]  # fmt: skip
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"HOME": str(folder)}
    seconds = max(1.0, _SHARE * limits.max_seconds)
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _LEASH, *command],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=environment, cwd=folder, start_new_session=True,
    ) as leash:  # fmt: skip
        try:
            leash.wait(seconds)
        except subprocess.TimeoutExpired:
            raise LimitError(f"LibreOffice took over {seconds:.0f} seconds to convert it (max_seconds)") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(leash.pid, signal.SIGKILL)
    made = source.with_suffix(f".{to}")
    if leash.returncode != 0 or not made.is_file():
        raise UnreadableError(f"LibreOffice cannot read it as {suffix}")
    limits.check("max_unpacked", made.stat().st_size, "bytes in the converted file")
    return made.read_bytes()
