"""Label files: what is right for one document, as a person (or a generator) says it.

The shape is that of the project's own samples: `form`, `organ`, `year`, `cells`, `accept`, and what is known besides.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from extractor.errors import LabelError, UsageError
from extractor.forms.load import load_forms
from extractor.forms.model import Form
from extractor.read.formats import FORMATS, SUFFIXES
from extractor.report import JSONValue, Number, json_number

__all__ = ["COMMENT", "KEYS", "UNDECIDED", "Gold", "Number", "Sample", "find_samples", "same_number"]

COMMENT = "//"  # keys that begin so are help for the labeller, and ignored
UNDECIDED = "?"  # the value of a cell that nobody has decided yet
KEYS = frozenset(
    ("form", "organ", "year", "source", "cells", "accept", "truth", "misprints", "mess", "layout", "severity")
) | {"notes", "checked", "labelled_by", "only"}
_READ_LATER = frozenset(suffix for kind in FORMATS for suffix in kind.suffixes) | {".docx", ".doc", ".wps", ".xlsx"}
_T = TypeVar("_T")


@dataclass
class Gold:
    """`cells`: id to printed value, None where blank; an id not on the page is absent.

    `accept`: for cells where the source is truly ambiguous, every value that is right, None for left open.
    `truth`: what the body meant, for generated documents; it tells whether a derived value is the true one.
    `misprinted`: the cells that the source itself misprints, where the labeller knows; else told by `truth`.
    `mess`, `layout`, `severity` (0 to 1): what was done to the document, for breakdowns; `undecided`: see `load`.
    `only`: the cells that were labelled, on the page or not, where that is not all; of the others nothing is known.
    """

    form: str
    organ: str | None
    year: int | None
    cells: dict[str, Number | None]
    accept: dict[str, list[Number | None]] = field(default_factory=dict)
    truth: dict[str, Number] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    mess: list[str] = field(default_factory=list)
    layout: str | None = None
    severity: float | None = None
    misprinted: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    only: list[str] | None = None

    @property
    def unlabelled(self) -> tuple[str, ...]:
        """The cells of the form of which nothing is known; none for a form that is not known."""
        form = None if self.only is None else load_forms().get(self.form)
        labelled = frozenset(self.only or ())
        return () if form is None else tuple(cell for cell in form.cells if cell not in labelled)

    @property
    def misprints(self) -> tuple[str, ...]:
        """The printed cells whose figure is not what the body meant, as far as anybody has said so."""
        told = (
            cell
            for cell, value in self.cells.items()
            if value is not None and cell in self.truth and not same_number(value, self.truth[cell])
        )
        return tuple(dict.fromkeys((*self.misprinted, *told)))

    @classmethod
    def load(cls, path: Path, *, forms: Mapping[str, Form] | None = None, unfinished: bool = False) -> "Gold":
        """A label file, held against its form. Raises LabelError, `file: what is wrong`; OSError.

        `unfinished`: take also one that nobody has checked yet; its open cells are then in `undecided`.
        """
        return _Reader(path, load_forms() if forms is None else forms, unfinished).gold()

    def to_dict(self) -> dict[str, JSONValue]:
        """What `load` reads."""
        out: dict[str, JSONValue] = {"form": self.form, "organ": self.organ, "year": self.year}
        if self.mess:
            out["mess"] = list(self.mess)
        if self.layout is not None:
            out["layout"] = self.layout
        if self.severity is not None:
            out["severity"] = self.severity
        out["cells"] = {cell: json_number(_exact(value)) for cell, value in self.cells.items()}
        out["accept"] = {cell: [json_number(_exact(one)) for one in values] for cell, values in self.accept.items()}
        out["truth"] = {cell: json_number(_exact(value)) for cell, value in self.truth.items()}
        if self.misprinted:
            out["misprints"] = list(self.misprinted)
        if self.only is not None:
            out["only"] = list(self.only)
        out["notes"] = list(self.notes)
        return out

    def dump(self, path: Path) -> None:
        path.write_text(json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _exact(value: Number | None) -> Number | None:
    return Decimal(str(value)) if isinstance(value, float) else value


def same_number(left: Number | None, right: Number | None) -> bool:
    """Whether both are the same number, or both none: 5 is 5.0, and 0 is not None."""
    if left is None or right is None:
        return left is None and right is None
    if type(left) is int and type(right) is int:
        return left == right
    return Decimal(str(left)) == Decimal(str(right))


class _Reader:
    """One label file, looked at key by key, so that whatever is wrong is named with its place."""

    def __init__(self, path: Path, forms: Mapping[str, Form], unfinished: bool) -> None:
        self.path = path
        self.forms = forms
        self.unfinished = unfinished
        self.raw = self._parsed()

    def wrong(self, what: str) -> LabelError:
        return LabelError(f"{self.path}: {what}")

    def _parsed(self) -> dict[str, object]:
        def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
            out = {key: value for key, value in pairs if not key.startswith(COMMENT)}
            kept = [key for key, _ in pairs if not key.startswith(COMMENT)]
            if len(out) != len(kept):
                raise self.wrong(f"'{next(key for key in kept if kept.count(key) > 1)}' stands there twice")
            return out

        def no_number(word: str) -> None:
            raise self.wrong(f"{word} is not a number")

        try:
            text = self.path.read_bytes().decode("utf-8-sig")
            raw = json.loads(text, object_pairs_hook=once, parse_float=Decimal, parse_constant=no_number)
        except UnicodeDecodeError:
            raise self.wrong("not UTF-8") from None
        except json.JSONDecodeError as error:
            raise self.wrong(f"line {error.lineno}: not JSON ({error.msg})") from None
        except (RecursionError, ValueError):
            raise self.wrong("not JSON that can be read (nested too deeply, or a number of too many digits)") from None
        if not isinstance(raw, dict):
            raise self.wrong("a label file is a JSON object")
        return raw

    def gold(self) -> Gold:
        raw = self.raw
        unknown = [key for key in raw if key not in KEYS]
        if unknown:
            raise self.wrong(f"unknown key '{unknown[0]}'; known: {', '.join(sorted(KEYS))}")
        for key in ("form", "cells"):
            if key not in raw:
                raise self.wrong(f"there is no '{key}'")
        if raw.get("checked", True) is not True and not self.unfinished:
            raise self.wrong('nobody has checked these labels yet: go through them, then set "checked" to true')
        form_id = raw["form"]
        if not isinstance(form_id, str) or form_id not in self.forms:
            raise self.wrong(f"unknown form {_shown(form_id)}; known: {', '.join(self.forms)}")
        form = self.forms[form_id]
        undecided: list[str] = []
        cells = self._by_cell("cells", form, partial(self._value, undecided=undecided))
        if undecided and not self.unfinished:
            rest = "" if len(undecided) == 1 else f" (and {len(undecided) - 1} more)"
            raise self.wrong(
                f"cells.{undecided[0]} is still to be decided{rest}: give what is printed, null where it is blank, "
                "or remove the line where it is not on the page"
            )
        truth = self._by_cell("truth", form, self._value)
        severity = raw.get("severity")
        if severity is not None and (isinstance(severity, bool) or not isinstance(severity, int | Decimal)):
            raise self.wrong(f"severity: {_shown(severity)} is not a number")
        misprinted = self._texts("misprints")
        for cell in misprinted:
            if cells.get(cell) is None:
                raise self.wrong(f"misprints: '{cell}' is not among the printed cells")
        only = self._only(form)
        if only is not None:
            for cell in (*cells, *truth):
                if cell not in only:
                    raise self.wrong(f"'{cell}' has a label, and is not among the cells of only")
        return Gold(
            form=form_id,
            organ=self._of_type("organ", str, "a name"),
            year=self._of_type("year", int, "a year"),
            cells=cells,
            accept=self._by_cell("accept", form, self._values),
            truth={cell: value for cell, value in truth.items() if value is not None},
            notes=self._texts("notes"),
            mess=self._texts("mess"),
            layout=self._of_type("layout", str, "a name"),
            severity=None if severity is None else float(severity),
            misprinted=misprinted,
            undecided=undecided,
            only=only,
        )

    def _by_cell(self, key: str, form: Form, read: Callable[[object, str], _T]) -> dict[str, _T]:
        given = self.raw.get(key, {})
        if not isinstance(given, dict):
            raise self.wrong(f"'{key}' is not an object of cells")
        for cell in given:
            if cell not in form.cells:
                elsewhere = [one.id for one in self.forms.values() if cell in one.cells]
                hint = f"; form {elsewhere[0]} has it: is the form right?" if elsewhere else ""
                raise self.wrong(f"{key}: form {form.id} has no cell '{cell}'{hint}")
        return {cell: read(value, f"{key}.{cell}") for cell, value in given.items()}

    def _only(self, form: Form) -> list[str] | None:
        if self.raw.get("only") is None:
            return None
        only = self._texts("only")
        for cell in only:
            if cell not in form.cells:
                raise self.wrong(f"only: form {form.id} has no cell '{cell}'")
        return only

    def _value(self, value: object, where: str, undecided: list[str] | None = None) -> Number | None:
        if value == UNDECIDED and undecided is not None:
            undecided.append(where.partition(".")[2])
            return None
        if value is None or (isinstance(value, int | Decimal) and not isinstance(value, bool)):
            return value
        raise self.wrong(f"{where}: {_shown(value)} is not a number (nor null, for blank)")

    def _values(self, value: object, where: str) -> list[Number | None]:
        if not isinstance(value, list):
            raise self.wrong(f"{where}: {_shown(value)} is not a list of values")
        return [self._value(one, where) for one in value]

    def _texts(self, key: str) -> list[str]:
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(f"'{key}' is not a list of texts")
        return cast("list[str]", value)

    def _of_type(self, key: str, kind: type[_T], what: str) -> _T | None:
        value = self.raw.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise self.wrong(f"{key}: {_shown(value)} is not {what}")
        return value


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:39]}…"


@dataclass(frozen=True)
class Sample:
    """A document and its labels: a folder with report.* and gold.json."""

    name: str
    report: Path
    gold: Gold

    @property
    def unsupported(self) -> bool:
        """Formats that the program does not read yet: shown as not read, never hidden."""
        return self.report.suffix.lower() in _READ_LATER - SUFFIXES


def find_samples(folder: Path) -> Iterator[Sample]:
    """Every sample below `folder` in order of name, or `folder` itself if it is one. Raises LabelError, UsageError.

    A folder with labels and without a document is a mistake: it would be left out of every figure in silence.
    """
    forms = load_forms()
    for gold in sorted([folder / "gold.json"] if (folder / "gold.json").exists() else folder.glob("*/gold.json")):
        reports = sorted(gold.parent.glob("report.*"))
        if not reports:
            raise UsageError(
                f"{gold.parent}: labels (gold.json) without a document: copy what is labelled there, as report.*"
            )
        if len(reports) > 1:
            raise UsageError(f"{gold.parent}: more than one report.*: {', '.join(one.name for one in reports)}")
        yield Sample(gold.parent.name, reports[0], Gold.load(gold, forms=forms))
