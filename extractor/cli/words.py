"""Numbers in sentences."""

__all__ = ["counted"]


def counted(number: int, noun: str) -> str:
    """`1 cell`, `2,000 cells`: a noun whose plural takes an s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
