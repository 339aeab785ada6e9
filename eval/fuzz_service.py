"""python -m eval.fuzz_service: schemathesis holds the service against its OpenAPI document. Needs schemathesis.

`pip install schemathesis`. Every operation is called with made-up requests, right and wrong, alone and in sequences;
exit code 0 if every answer is one that the document describes.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from extractor.service.database import open_database
from extractor.service.keys import KeyStore, Scope
from extractor.service.settings import load_service_settings
from tests.served import Served

__all__ = ["main"]

_HOOKS = """
import schemathesis

@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    return value.encode("utf-8", "replace") if isinstance(value, str) else str(value).encode("utf-8", "replace")

for binary in ("text/html", "application/pdf"):
    @schemathesis.serializer(binary)
    def raw(ctx, value):
        return getattr(value, "data", value if isinstance(value, bytes) else str(value).encode("utf-8", "replace"))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=30, help="for each operation")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    command = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or shutil.which("schemathesis")
    if command is None:
        raise SystemExit("schemathesis is not installed: pip install schemathesis")
    with tempfile.TemporaryDirectory(prefix="gouji-fuzz-") as name:
        folder = Path(name)
        settings = load_service_settings({"data": folder / "data"}, environ={}, folder=folder)
        database = open_database(settings)
        key = KeyStore(database).create("fuzz", frozenset({Scope.ADMIN}))
        database.close()
        (folder / "hooks.py").write_text(_HOOKS, encoding="utf-8")
        with Served(folder, require_key=True, max_file=200_000, wait_s=2) as served:
            done = subprocess.run(
                [
                    command,
                    "run",
                    f"{served.url}/openapi.json",
                    "--header",
                    f"Authorization: Bearer {key}",
                    "--max-examples",
                    str(given.examples),
                    "--seed",
                    str(given.seed),
                    "--no-color",
                    # What lines of JSON, a webhook's address or a multipart name must be like, no schema can say.
                    "--exclude-checks",
                    "positive_data_acceptance",
                ],
                cwd=folder,
                env={
                    "SCHEMATHESIS_HOOKS": "hooks",
                    "PYTHONPATH": str(folder),
                    "PATH": "/usr/bin:/bin",
                    "HOME": str(folder),
                },
                check=False,
            )
            defects = [line for line in served.logged().splitlines() if '"defect"' in line]
    sys.stdout.write("\n".join([*defects, f"{len(defects)} defects in the log\n"]))
    raise SystemExit(done.returncode or bool(defects))


if __name__ == "__main__":
    main()
