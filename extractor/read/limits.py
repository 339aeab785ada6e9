"""How much of a stranger's document is worth reading."""

from dataclasses import dataclass

from extractor.errors import LimitError

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one document. A real report has 50 KB, 10,000 characters, 400 cells and 30 levels of HTML.

    `max_bytes`: of the file; `max_characters`: of the text read; `max_depth`: of nested HTML elements;
    `max_cells`: printed cells of all grids together; `max_slots`: rows × columns of one grid after spans;
    `max_pages`: of a document; `max_pixels`: of one picture of a page, before it is unpacked;
    `max_span`: a rowspan or colspan above it is taken for a misprint and cut (noted, no error).
    """

    max_bytes: int = 20_000_000
    max_characters: int = 2_000_000
    max_depth: int = 1_000
    max_cells: int = 50_000
    max_slots: int = 500_000
    max_pages: int = 300
    max_pixels: int = 80_000_000
    max_span: int = 100

    def check(self, limit: str, found: int, what: str) -> None:
        """Raise LimitError if `found` exceeds the limit of that name."""
        allowed: int = getattr(self, limit)
        if found > allowed:
            raise LimitError(f"{what}: {found:,} found, {allowed:,} allowed ({limit})")
