"""The kinds of mess, by name: what each applies to, and where it makes no sense or would not be fair."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from eval import mess_chrome as chrome
from eval import mess_figures as figures
from eval import mess_sheets as sheets
from eval import mess_text as text
from eval.layouts import LAYOUTS
from eval.prose_free import free_prose
from eval.sheets import Paper

__all__ = ["MESS", "Mess", "fits", "together"]

Apply = Callable[[Paper, float, Random], None]
OGI = ("ogi-2021", "ogi-2019")
TEXT_ONLY = ("text", "bytes")


@dataclass(frozen=True)
class Mess:
    """`apply(paper, severity, rng)` changes the paper, so that gold follows from what is left on it.

    `level`: sheet, text or bytes; only the last two apply to a document without tables. `forms`: the forms it makes
    sense for. `unfair`: layouts where nobody could tell any more what stood there. `graded`: more of it with more
    severity; otherwise it is there or not.
    """

    name: str
    level: str
    apply: Apply
    forms: tuple[str, ...] = ("ogi-2021", "ogi-2019", "ogi-2014", "ogi-fujian")
    unfair: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    graded: bool = True


HTML = tuple(name for name, layout in LAYOUTS.items() if layout.suffix == ".html")
BARE = ("glued",)
# Where the columns are kept, a row that lost its blanks prints its figures under other heads: no reader could know.
GRIDS = (*HTML, "markdown", "markdown-torn", "tab", "tab-shift")
LINES = ("pipe", "tab", "tab-shift", "cell-lines", "plain", "markdown", "prose")

MESS: dict[str, Mess] = {
    mess.name: mess
    for mess in (
        Mess("blank-zeros", "sheet", sheets.blank_zeros, unfair=BARE),
        Mess("drop-blanks", "sheet", sheets.drop_blanks, unfair=(*GRIDS, *BARE)),
        Mess("blank-totals", "sheet", sheets.blank_totals, forms=OGI, unfair=BARE),
        Mess("labels-lost", "sheet", sheets.labels_lost, forms=OGI, unfair=("markdown-torn",)),
        Mess("labels-zero", "sheet", sheets.labels_zero, forms=OGI, unfair=("markdown-torn", *BARE)),
        Mess("headings-lost", "sheet", sheets.headings_lost, graded=False),
        Mess("subtotals", "sheet", sheets.subtotals, forms=OGI),
        Mess("rows-dropped", "sheet", sheets.rows_dropped),
        Mess("stray-digits", "sheet", sheets.stray_digits, forms=OGI, unfair=BARE),
        Mess("last-year", "sheet", sheets.last_year, graded=False),
        Mess("year-columns", "sheet", sheets.year_columns, forms=("ogi-2014",), unfair=BARE, graded=False),
        Mess("misprint", "sheet", sheets.misprint, unfair=BARE),
        Mess("thousands", "sheet", sheets.thousands, unfair=BARE),
        Mess("fullwidth", "sheet", sheets.fullwidth),
        Mess("units", "sheet", sheets.units),
        Mess("spaced-numbers", "sheet", sheets.spaced_numbers, unfair=("spaces", "plain", *BARE)),
        Mess("slashes", "sheet", sheets.slashes, unfair=BARE),
        Mess("label-typos", "sheet", sheets.label_typos),
        Mess("label-scramble", "sheet", sheets.label_scramble),
        Mess("page-heads", "sheet", sheets.page_heads),
        Mess("prose-disagrees", "sheet", sheets.prose_disagrees),
        Mess("glued-pairs", "sheet", figures.glued_pairs, only=("spaces", "plain")),
        Mess("padded-rows", "sheet", figures.padded_rows, forms=OGI, only=("html", "html-word", "tab", "markdown")),
        Mess("zero-words", "sheet", figures.zero_words, unfair=BARE),
        Mess("ocr-swaps", "sheet", figures.ocr_swaps, unfair=(*HTML, *BARE)),
        Mess("ocr-letters", "sheet", figures.ocr_letters, unfair=(*HTML, *BARE)),
        Mess("spaced-labels", "sheet", figures.spaced_labels),
        Mess("invisible", "sheet", figures.invisible),
        Mess("radicals", "sheet", chrome.radicals),
        Mess("notes-below", "sheet", chrome.notes_below, unfair=BARE),
        Mess("pictures", "sheet", chrome.pictures, forms=OGI),
        Mess("twice", "sheet", chrome.twice, unfair=BARE),
        Mess("free-prose", "text", free_prose, only=("prose",)),
        Mess("cover", "text", chrome.cover),
        Mess("other-bodies", "text", chrome.other_bodies),
        Mess("mojibake", "text", chrome.mojibake),
        Mess("page-numbers", "text", chrome.page_numbers, only=LINES),
        Mess("traditional", "text", text.traditional, graded=False),
        Mess("cms-noise", "text", text.cms_noise),
        Mess("crlf", "text", chrome.crlf, graded=False),
        Mess("gb18030", "bytes", text.gb18030, graded=False),
        Mess("utf16", "bytes", text.utf16, graded=False),
        Mess("wrong-charset", "bytes", text.wrong_charset, only=HTML, graded=False),
        Mess("bad-byte", "bytes", text.bad_byte),
    )
}


# Kinds that together leave nothing to tell rows, or figures, apart by.
UNFAIR_PAIRS = [
    ({"labels-lost", "labels-zero"}, {"rows-dropped", "subtotals"}),
    ({"labels-zero"}, {"blank-zeros", "drop-blanks", "blank-totals"}),
]


def together(kinds: tuple[str, ...]) -> bool:
    """Whether these kinds may meet in one document."""
    names = set(kinds)
    return not any(names & left and names & right for left, right in UNFAIR_PAIRS)


def fits(name: str, form: str, layout: str) -> bool:
    """Whether a kind of mess applies there."""
    mess = MESS[name]
    if form not in mess.forms or layout in mess.unfair or (mess.only and layout not in mess.only):
        return False
    return mess.level in TEXT_ONLY or not LAYOUTS[layout].prose
