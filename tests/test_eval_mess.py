"""Mess keeps what is printed and what is labelled the same, in every layout; more severity is more of it."""

import re
import unicodedata
from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from eval.layouts import LAYOUTS
from eval.mess import MESS, fits
from eval.mess_figures import LETTERS
from eval.prose_free import OGI, STATISTICS, free_statement
from eval.render import Case, make_case, mess_up
from eval.sheets import Box, Paper
from eval.truth import FORMS, make_truth

MEANT = {ord(letter): digit for digit, letters in LETTERS.items() for letter in letters}
FIGURE = re.compile(r"-?\d+(?:\.\d+)?")


def meant(box: Box) -> Decimal | None:
    """The figure that a reader takes from a box: independent of how the mess was made."""
    text = unicodedata.normalize("NFKC", box.text)
    text = re.sub(r"[\s,\u200b\u200c\ufeff\u00ad\u2060]", "", text)
    if re.fullmatch(r"[零〇]件?", text):
        return Decimal(0)
    found = FIGURE.match(text.translate(MEANT))
    return Decimal(found[0]) if found else None


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text))


def visible(text: str) -> str:
    return plain(re.sub(r"<[^>]+>", "", re.sub(r"</td>|</p>|<br />\n", " ", text)))


@pytest.mark.parametrize("name", MESS)
def test_what_is_printed_is_what_is_labelled(name: str) -> None:
    """In every layout and form that the kind fits: each box shows its value, each label its box or sentence."""
    tried = 0
    for layout in LAYOUTS:
        for form in FORMS:
            if not fits(name, form, layout):
                continue
            tried += 1
            truth = make_truth(form, 31)
            paper = mess_up(truth, layout, Random(f"{name}/{layout}"), (name,), 0.6)
            gold = paper.gold(positions_lost=LAYOUTS[layout].drops_blanks)
            if not paper.prose_only:
                check_boxes(paper, name)
                boxes = {str(box.cell) for box in paper.boxes() if box.cell}
                assert gold.cells.keys() == boxes | paper.stated.keys()
                values = {str(box.cell): box.value for box in paper.boxes() if box.cell and box.value is not None}
                assert all(gold.cells[cell] == value for cell, value in values.items())
            for cell, value in paper.stated.items():
                assert truth.values[cell] == value
            for cell, values in gold.accept.items():
                assert gold.cells[cell] is None or gold.cells[cell] in values
    assert tried >= 2


def check_boxes(paper: Paper, name: str) -> None:
    glued = ""
    for box in paper.boxes():
        if name == "glued-pairs" and box.value is not None and box.text.removesuffix("元") != str(box.value):
            assert (glued == str(box.value)) if glued else box.text.startswith(str(box.value))
            glued = "" if glued else box.text.removeprefix(str(box.value))
        elif box.value is None:
            assert box.text in ("", "/", "-", "—", "无", "不适用"), box
        else:
            assert meant(box) == box.value, box


@pytest.mark.parametrize("name", MESS)
def test_what_is_labelled_is_rendered(name: str) -> None:
    """Every labelled figure, as its box or its sentence shows it, is found in the text of the document."""
    for layout in LAYOUTS:
        for form in FORMS:
            if not fits(name, form, layout):
                continue
            case = Case(form, layout, 47, (name,), 0.6)
            paper = mess_up(
                make_truth(form, 47), layout, Random(f"{case.id}/{case.severity}"), case.mess, case.severity
            )
            text = visible(make_case(case).text)
            shown = [plain(box.text) for box in paper.boxes() if box.text.strip() and not box.gone]
            if name == "traditional":
                shown = [one for one in shown if one.isascii()]
            joined = re.sub(r"[\n ]", "", text) if layout == "html-word" else text  # Word breaks its runs anywhere
            assert all(one in text or one.replace(" ", "") in joined for one in shown)
            if name not in ("traditional", "page-numbers"):  # which fall into sentences, too
                assert all(
                    plain(paragraph).strip() in text or layout not in ("prose", "html", "tab")
                    for paragraph in paper.overview
                )


def effect(name: str, form: str, layout: str, seed: int, severity: float) -> float:
    """How many pieces of the document, and how many characters, the kind changes, adds or takes away."""

    def pieces(mess: tuple[str, ...]) -> Counter[str]:
        rng = Random(f"{form}/{layout}/{seed}")
        paper = mess_up(make_truth(form, seed, scale=6000), layout, rng, mess, severity)
        out = Counter([*paper.preface, *paper.overview, *paper.problems, *paper.closing, f"headings {paper.headings}"])
        for sheet in paper.sheets:
            out.update(f"{box.cell} {box.text} {box.gone}" for line in sheet.lines for box in line.boxes)
            out.update(
                f"label {line.row} {number} {text}" for line in sheet.lines for number, text in enumerate(line.path)
            )
            out.update(f"stray {line.row}" for line in sheet.lines if line.stray)
        text = "\n".join(f"第{number}行：申请数量" for number in range(60))
        for operation in paper.text_ops:
            text = operation(text, Random(seed))
        out.update(re.split(r"[\n|]", text))
        data = paper.encode("所列数据统计期限", Random(seed)) if paper.encode else "所列数据统计期限".encode()
        out.update(f"byte {byte}" for byte in data)
        return out

    clean, messy = pieces(()), pieces((name,))
    letters = [Counter(char for piece, count in one.items() for char in piece * count) for one in (clean, messy)]
    return sum(((one - other) + (other - one)).total() for one, other in ((clean, messy), (letters[0], letters[1])))


@pytest.mark.parametrize("name", MESS)
def test_more_severity_is_more_mess(name: str) -> None:
    places = [(form, layout) for form in FORMS for layout in LAYOUTS if fits(name, form, layout)][:2]
    at = {
        severity: sum(effect(name, form, layout, seed, severity) for form, layout in places for seed in range(6))
        for severity in (0.1, 0.5, 1.0)
    }
    if MESS[name].graded:
        assert at[0.1] <= 1.02 * at[0.5] and at[0.5] <= 1.02 * at[1.0]
        assert at[0.1] < at[1.0]
    else:
        assert min(at.values()) > 0
        assert max(at.values()) < 1.2 * min(at.values())  # by chance, not by severity


def test_every_real_kind_of_trouble_has_a_kind_of_mess() -> None:
    """The issue's list: losing, shifting, gluing, blanking, misprinting, OCR, chrome, encodings, free prose."""
    assert {
        "labels-lost", "rows-dropped", "pictures",  # losing
        "padded-rows", "stray-digits", "drop-blanks",  # shifting
        "glued-pairs", "blank-zeros", "misprint", "ocr-letters", "ocr-swaps",
        "cms-noise", "cover", "notes-below", "other-bodies", "page-numbers",  # chrome
        "gb18030", "utf16", "wrong-charset", "bad-byte", "mojibake", "free-prose",
    } <= MESS.keys()  # fmt: skip


def test_swapped_digits_are_gold_and_what_was_meant_is_right_too() -> None:
    made = make_case(Case("ogi-2021", "plain", 3, ("ocr-swaps",), 1.0))
    changed = {cell for cell, value in made.gold.cells.items() if value != made.gold.truth[cell]}
    assert changed and len(made.gold.notes) >= len(changed)
    assert all({made.gold.cells[cell], made.gold.truth[cell]} <= set(made.gold.accept[cell]) for cell in changed)


@pytest.mark.parametrize("form", FORMS)
def test_free_words_state_what_the_plain_ones_do(form: str) -> None:
    truth = make_truth(form, 5)
    ways = STATISTICS if form in ("ogi-2014", "ogi-fujian") else OGI
    rng = Random(1)
    said = [free_statement(("", {cell: truth.values[cell]}), truth, rng) for cell in ways if truth.values.get(cell)]
    assert len(said) >= 5
    for text, cells in said:
        (value,) = cells.values()
        digits = unicodedata.normalize("NFKC", text).replace(",", "")
        assert str(value) in digits or re.search("[一二三四五六七八九十百]", digits)
        assert "{" not in text
