"""What is worked out once for each form, or part of one, and kept."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

__all__ = ["once_for_each"]

Owner = TypeVar("Owner")
Made = TypeVar("Made")


def once_for_each(make: Callable[[Owner], Made]) -> Callable[[Owner], Made]:
    """`make`, called once for each owner and its result kept.

    Kept by identity: hashing a whole form for each document would cost more than what is saved. The owner is kept with
    the result, so that its id is not given to another.
    """
    kept: dict[int, tuple[Owner, Made]] = {}

    @wraps(make)
    def made(owner: Owner) -> Made:
        known = kept.get(id(owner))
        if known is None:
            known = kept[id(owner)] = (owner, make(owner))
        return known[1]

    return made
