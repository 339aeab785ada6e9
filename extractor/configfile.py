"""gouji.toml: one file of settings, a table for each part of the program."""

from pathlib import Path

from extractor.errors import UsageError

__all__ = ["FILE", "table_of"]

FILE = "gouji.toml"


def table_of(name: str, config: Path | None, folder: Path | None) -> tuple[Path, dict[str, object]]:
    """The file and its table of that name; an empty one where it has none.

    `config`: a file that must exist; else gouji.toml in `folder` (the working directory) is read if it is there. Raises
    UsageError for a file that cannot be read or is no TOML.
    """
    import tomllib

    path = config or (folder or Path()) / FILE
    if config is None and not path.is_file():
        return path, {}
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is no TOML: {error}") from None
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: [{name}] must be a table")
    return path, dict(table)
