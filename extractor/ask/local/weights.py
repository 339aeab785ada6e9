"""What a GGUF file says of the model in it, without loading that."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.errors import UsageError

if TYPE_CHECKING:
    from gguf import GGUFReader

__all__ = ["INSTALL", "Weights", "check_file", "fingerprint", "read_weights"]

INSTALL = "pip install 'gouji[local]'"
_MAGIC = b"GGUF"
_HALF = 2  # bytes of a number in the cache of keys and values (f16)
_SAMPLES, _SAMPLE = 64, 65_536


@dataclass(frozen=True, slots=True)
class Weights:
    """`size`: bytes of the file. `context`: tokens the model was made for. `cache_bytes`: a token's keys and values.

    `talks`: it has a template for conversations; one without was not trained to be asked.
    """

    path: Path
    name: str
    architecture: str
    size: int
    context: int
    cache_bytes: int
    talks: bool


def check_file(path: Path) -> None:
    """Raises UsageError where there is no GGUF file at `path`."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise UsageError(f"local:{path}: {error.strerror}") from None
    if magic != _MAGIC:
        raise UsageError(f"local:{path}: is no GGUF file")


def read_weights(path: Path) -> Weights:
    """Raises UsageError where the file is not there, is no GGUF file, is cut off, or gouji[local] is not installed."""
    check_file(path)
    try:
        from gguf import GGUFReader
    except ImportError:
        raise UsageError(f"local:{path}: the embedded model is not installed: {INSTALL}") from None
    try:
        reader = GGUFReader(path)
        kind = str(_field(reader, "general.architecture"))
        heads = _most(reader, f"{kind}.attention.head_count") or 1
        width = _most(reader, f"{kind}.embedding_length")
        key = _most(reader, f"{kind}.attention.key_length") or width // heads
        value = _most(reader, f"{kind}.attention.value_length") or width // heads
        together = _most(reader, f"{kind}.attention.head_count_kv") or heads
        return Weights(
            path,
            str(_field(reader, "general.name") or path.stem),
            kind,
            path.stat().st_size,
            _most(reader, f"{kind}.context_length"),
            _most(reader, f"{kind}.block_count") * together * (key + value) * _HALF,
            "tokenizer.chat_template" in reader.fields,
        )
    except (ValueError, IndexError, KeyError, OSError, TypeError) as error:
        raise UsageError(f"local:{path}: is damaged or cut off: {error}") from None


def fingerprint(path: Path) -> str:
    """Of the file's size and of samples spread over it: gigabytes are not hashed for every run."""
    size = path.stat().st_size
    hasher = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for sample in range(_SAMPLES):
            file.seek(max(0, size - _SAMPLE) * sample // (_SAMPLES - 1))
            hasher.update(file.read(_SAMPLE))
    return hasher.hexdigest()[:16]


def _field(reader: "GGUFReader", name: str) -> object:
    field = reader.get_field(name)
    return None if field is None else field.contents()


def _most(reader: "GGUFReader", name: str) -> int:
    """A number of the header, the largest where it is told for each layer; 0 where it is not told."""
    found = _field(reader, name)
    if isinstance(found, list):
        return max((int(each) for each in found), default=0)
    return int(found) if isinstance(found, int) else 0
