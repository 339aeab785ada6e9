"""The results that a command takes."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ResultPaths"]

ResultPaths = Annotated[
    list[Path],
    typer.Argument(
        help="A folder of `gouji bulk`, or results in JSON, JSON Lines or a service's Parquet.",
        metavar="RESULTS",
        show_default=False,
    ),
]
