"""Documents in a bucket of an object store that speaks S3, by obstore: workers then need no folder in common.

Address and credentials are those of the AWS tools: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, or what the machine's role gives. They are never part of a setting, a message or a log.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from extractor.errors import UsageError
from extractor.service.contents import Incoming, StoreAwayError, Wanted

if TYPE_CHECKING:
    from obstore.store import S3Store

__all__ = ["Bucket", "open_bucket"]

T = TypeVar("T")
_SAID = re.compile(r"<Code>(\w{1,60})</Code>")
_HERE, _ASIDE = "documents/", "removed/"
_AT_ONCE = 16
_FRESH_S = 3600.0  # well below the age at which a sweep looks at content
_TIMEOUT = timedelta(seconds=30)


def open_bucket(address: str, *, look: bool = False) -> "Bucket":
    """The bucket of that address. `look`: whether it must answer now. Raises UsageError."""
    try:
        from obstore.store import S3Store
    except ImportError:
        raise UsageError("a store in S3 needs obstore: pip install 'gouji[s3]'") from None
    name, _, prefix = address.removeprefix("s3://").partition("/")
    endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
    if endpoint and not _is_address(endpoint):
        # The library under obstore panics at such a one. It is not repeated: there may be a password in it.
        raise UsageError("AWS_ENDPOINT_URL is no address such as http://127.0.0.1:9000")
    try:
        store = S3Store(
            name,
            prefix=prefix.strip("/") or None,
            client_options={"timeout": _TIMEOUT, "allow_http": endpoint.startswith("http://")},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        )
        bucket = Bucket(store)
        if look:
            bucket.reachable()
    except StoreAwayError as error:
        raise UsageError(f"the store {address} cannot be used: {error}") from None
    return bucket


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and text.isprintable()
    except ValueError:
        return False


class Bucket:
    """Content lies under documents/<hash>.

    What a sweep removes goes to removed/<hash> first, and from there with a later sweep, unless it is wanted by then:
    between looking at its age and deleting it, it may have been sent once more.
    """

    def __init__(self, store: "S3Store") -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="gouji-bucket")

    def reachable(self) -> None:
        """Raises StoreAwayError."""
        _asked(lambda: next(iter(self._store.list(_HERE, chunk_size=1)), None))

    def keep(self, documents: Sequence[Incoming]) -> None:
        """Many at once: one after the other, a batch would be taken in at the speed of light."""
        for _ in self._threads.map(self._keep, documents):
            pass

    def get(self, sha256: str) -> bytes:
        for prefix in (_HERE, _ASIDE):  # and here again: it may be on its way back
            with suppress(FileNotFoundError):
                return self._get(prefix + sha256)
        return self._get(_HERE + sha256)

    def sweep(self, wanted: Wanted, before: float) -> int:
        self._sweep_aside(wanted, before)
        removed = 0
        for names in self._old(_HERE, before):
            stay = wanted(names)
            removed += sum(self._threads.map(lambda name: self._put_aside(name, before), set(names) - stay))
        return removed

    def _keep(self, document: Incoming) -> None:
        key = _HERE + document.sha256
        if (written := self._written(key)) is None or written < time.time() - _FRESH_S:
            _asked(lambda: self._store.put(key, document.data(), use_multipart=False))

    def _get(self, key: str) -> bytes:
        return _asked(lambda: bytes(self._store.get(key).bytes()))

    def _written(self, key: str) -> float | None:
        """When it was; None where it is not there."""
        try:
            return _asked(lambda: self._store.head(key)["last_modified"].timestamp())
        except FileNotFoundError:
            return None

    def _old(self, prefix: str, before: float) -> Iterator[list[str]]:
        """The names below the prefix that were written before that time, some at a time."""
        pages = self._store.list(prefix, chunk_size=1000)
        while (page := _asked(lambda: next(iter(pages), None))) is not None:
            if old := [one["path"].removeprefix(prefix) for one in page if one["last_modified"].timestamp() < before]:
                yield old

    def _put_aside(self, name: str, before: float) -> bool:
        written = self._written(_HERE + name)
        if written is None or written >= before:
            return False
        _asked(lambda: self._store.copy(_HERE + name, _ASIDE + name))
        _asked(lambda: self._store.delete(_HERE + name))
        return True

    def _sweep_aside(self, wanted: Wanted, before: float) -> None:
        for names in self._old(_ASIDE, before):
            for name in wanted(names):
                if self._written(_HERE + name) is None:
                    _asked(lambda name=name: self._store.copy(_ASIDE + name, _HERE + name))  # type: ignore[misc]
            _asked(lambda names=names: self._store.delete([_ASIDE + name for name in names]))  # type: ignore[misc]


def _asked(work: Callable[[], T]) -> T:
    """What the store answers. Raises FileNotFoundError; StoreAwayError for whatever else goes wrong."""
    from obstore.exceptions import BaseError

    try:
        return work()
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise StoreAwayError("NoSuchBucket") from None
        raise FileNotFoundError("not in the store") from None
    except (BaseError, OSError) as error:
        # Not its words: they hold addresses, and what S3 says of a wrong signature holds the key.
        said = _SAID.search(str(error))
        raise StoreAwayError(said[1] if said else type(error).__name__) from None
