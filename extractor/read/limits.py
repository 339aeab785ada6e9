"""How much of a stranger's document is worth reading."""

from dataclasses import dataclass

from extractor.errors import LimitError

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one document. A real report has 50 KB, 10,000 characters, 400 cells and 30 levels of HTML.

    `max_bytes`: of the file; `max_characters`: of the text read; `max_depth`: of nested HTML elements;
    `max_cells`: printed cells of all grids together; `max_slots`: rows × columns of one grid after spans;
    `max_span`: a rowspan or colspan above it is taken for a misprint and cut (noted, no error).
    `max_pages`: of a PDF or a picture; `max_pixels`: of one picture of a page, before it is unpacked; `max_objects`:
    texts, lines and pictures drawn on one page of a PDF;
    `max_members`: files in an archive, or parts of an office file or of a saved page; `max_unpacked`: bytes that one
    archive or office file, or the streams of a PDF, unpack to; `max_ratio`: unpacked to packed bytes, where it unpacks
    to more than 10 MB; `max_nesting`: archives within archives; `max_seconds`, `max_memory`: time on one document and
    bytes of memory of a process that reads documents. The last two hold where documents are read in processes of their
    own (`extract_many(…, isolate=True)`, and always on the command line).
    """

    max_bytes: int = 20_000_000
    max_characters: int = 2_000_000
    max_depth: int = 1_000
    max_cells: int = 50_000
    max_slots: int = 500_000
    max_span: int = 100
    max_pages: int = 300
    max_pixels: int = 80_000_000
    max_objects: int = 100_000
    max_members: int = 10_000
    max_unpacked: int = 1_000_000_000
    max_ratio: int = 200
    max_nesting: int = 3
    max_seconds: int = 300
    max_memory: int = 4_000_000_000

    def check(self, limit: str, found: int, what: str) -> None:
        """Raise LimitError if `found` exceeds the limit of that name."""
        allowed: int = getattr(self, limit)
        if found > allowed:
            raise LimitError(f"{what}: {found:,} found, {allowed:,} allowed ({limit})")
