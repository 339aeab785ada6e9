"""One document as it lies before a person: the report with all decisions applied, and what can be done to it."""

from dataclasses import dataclass, replace

from extractor.deciding.decided import decided, digest
from extractor.deciding.decision import Decision, DecisionKind, made
from extractor.errors import UsageError
from extractor.forms.model import Form
from extractor.pipeline import Draft
from extractor.read.figures import parse_number
from extractor.read.locator import Locator
from extractor.report import Number, Report, Status, Verdict
from extractor.review.bench import Kept
from extractor.review.doubts import doubts_of
from extractor.review.index import entry_of
from extractor.review.shelf import Shelf
from extractor.review.sources.pages import Paged
from extractor.review.study import Study, Trouble

__all__ = ["Desk", "Laid", "figure_of", "has_pages"]

_KEPT = 30
_PAGED = ("application/pdf", "image/")
_SPOKEN = {"": Status.BLANK, "/": Status.NOT_APPLICABLE, "不适用": Status.NOT_APPLICABLE, "-": Status.MISSING}


@dataclass(frozen=True, slots=True)
class Laid:
    """`own`: the report as the program alone made it; `report`: with the decisions. `form` is None for a document that
    yielded no report, or one of a form that is not known here. `full`: whether all that follows from the decisions is
    in it, and not only the checks made anew: for that the document has to be read again."""

    key: str
    own: Report
    report: Report
    form: Form | None
    doubts: tuple[str, ...]
    full: bool


class Desk:
    """What the pages of a shelf are made of. Raises KeyError for documents that it does not have."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._laid: Kept[tuple[str, object, bool, int], Laid] = Kept(_KEPT)

    def laid(self, key: str) -> Laid | None:
        """The document as it stands; None while there is no report of it."""
        own = self.shelf.report(key)
        if own is None:
            return None
        first = self._draft(key, own)
        stamp = self.shelf.decisions.stamp
        return self._laid.get((key, stamp, first is not None, id(own)), lambda: self._lay(key, own, first))

    def _lay(self, key: str, own: Report, first: Draft | None) -> Laid:
        form = self.shelf.forms.get(own.form or "")
        log = self.shelf.decisions
        sha256 = own.source.sha256
        report, full = own, True
        if form is not None and own.verdict is not Verdict.FAILED:
            held = log.of(sha256)
            report = decided(own, held, form, first, foreign=log.foreign(sha256))
            full = first is not None or not held
        laid = Laid(key, own, report, form, doubts_of(report, form), full)
        entry = self.shelf.index.get(key)
        if entry is not None and full:
            self.shelf.index.put(entry_of(key, entry.number, report, form, name=entry.name))
        return laid

    def _draft(self, key: str, own: Report) -> Draft | None:
        """The draft that the report was made of, if the document was read again and yields that form."""
        study = self.shelf.bench.studied(_content(key, own))
        first = None if study is None else study.first
        if first is None or first.form.id != own.form or first.document.source.sha256 != own.source.sha256:
            return None
        # It came from another process with a form of its own; ours is known to what is memoised.
        return replace(first, form=self.shelf.forms[first.form.id])

    def study(self, key: str) -> Study | Trouble:
        """The document read again: at once for text, after a while for a long PDF, for minutes for scans."""
        own = self.shelf.report(key)
        origin = self.shelf.origin(key)
        if origin is None:
            return Trouble("gone", "the file that this result was made of is not where it was, or is another one now")
        return self.shelf.bench.study(_content(key, own), origin, own.form if own is not None else None)

    def known_study(self, key: str) -> Study | None:
        """The study, if it is there by now."""
        return self.shelf.bench.studied(_content(key, self.shelf.report(key)))

    def paged(self, key: str) -> tuple[str, Locator, Paged] | None:
        """Of a document that is looked at as pages: what these are kept under, where it is, and as what pages."""
        own = self.shelf.report(key)
        origin = self.shelf.origin(key)
        kind = own.source.media_type if own is not None else ""
        name = (own.source.name if own is not None else origin.name if origin is not None else "").lower()
        if origin is None:
            return None
        if has_pages(kind) or name.endswith((".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff")):
            pdf = kind == "application/pdf" or (not has_pages(kind) and name.endswith(".pdf"))
            how = Paged.PDF if pdf else Paged.SCAN
        elif own is not None and any(one.evidence and one.evidence.page for one in own.cells.values()):
            how = Paged.PASTED
        else:
            return None
        return _content(key, own), origin, how

    def decide(
        self, key: str, cell: str, kind: DecisionKind, *, said: str | None = None, note: str = "", author: str = ""
    ) -> Decision:
        """Keep a decision. `said`: the figure, or what stands for none: "" blank, "/" not applicable, "-" not there.

        Raises UsageError for one that cannot be, OSError where it cannot be kept.
        """
        own = self.shelf.report(key)
        form = self.shelf.forms.get(own.form or "") if own is not None else None
        if own is None or form is None:
            raise UsageError("there is no report to decide on")
        author = author or self.shelf.author
        value, status = (None, None) if said is None else figure_of(said)
        return self.shelf.decisions.append(
            made(own, form, cell, kind, author=author, value=value, status=status, note=note)
        )

    def review(self, key: str, *, author: str = "") -> Decision:
        """Keep that the whole document was gone through as it is now."""
        laid = self.laid(key)
        if laid is None or laid.form is None:
            raise UsageError("there is no report to decide on")
        sha256, author = laid.own.source.sha256, author or self.shelf.author
        return self.shelf.decisions.append(
            Decision(sha256, "", DecisionKind.REVIEWED, author=author, form=laid.form.id, digest=digest(laid.report))
        )

    def undo(self, key: str, cell: str, *, author: str = "") -> Decision:
        """Take back what holds for the cell. Raises UsageError where nothing does."""
        own = self.shelf.report(key)
        if own is None:
            raise UsageError("there is no report to decide on")
        return self.shelf.decisions.undo(own.source.sha256, cell, author=author or self.shelf.author)


def figure_of(said: str) -> tuple[Number | None, Status | None]:
    """What a person typed. Raises UsageError for what is no figure."""
    text = said.strip().replace("，", ",").replace("．", ".").translate(_WIDE)
    if text in _SPOKEN:
        return None, _SPOKEN[text]
    value = parse_number(text)
    if value is None:
        raise UsageError(f"'{text[:40]}' is no figure")
    return value, None


_WIDE = str.maketrans("０１２３４５６７８９－＋／", "0123456789-+/")


def has_pages(media_type: str) -> bool:
    """Whether documents of that type are looked at as pages."""
    return media_type.startswith(_PAGED)


def _content(key: str, own: Report | None) -> str:
    return own.source.sha256 if own is not None and own.source.sha256 else key
