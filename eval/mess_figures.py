"""Mess in how figures and labels are written: OCR's letters and digits, invisible characters, zeros in words, glue."""

from decimal import Decimal
from random import Random

from eval.sheets import Box, Line, Paper, shown

__all__ = ["glued_pairs", "invisible", "ocr_letters", "ocr_swaps", "padded_rows", "spaced_labels", "zero_words"]

# What OCR makes of a digit: a letter that looks like it, or another digit.
LETTERS = {"0": "OoO", "1": "lI", "2": "Z", "5": "S", "6": "b", "8": "B", "9": "q"}
SWAPS = {"0": "68", "1": "7", "3": "8", "4": "9", "5": "6", "6": "58", "7": "1", "8": "36", "9": "4"}
INVISIBLE = ("\u200b", "\u200c", "\ufeff", "\u00ad", "\u2060")


def _chance(severity: float, rng: Random) -> bool:
    return rng.random() < severity


def ocr_letters(paper: Paper, severity: float, rng: Random) -> None:
    """Digits that came out of someone's OCR as letters. A reader sees what was meant, or leaves it open."""
    for box in paper.boxes():
        if box.value is None or not _chance(severity * 0.5, rng):
            continue
        places = [at for at, char in enumerate(box.text) if char in LETTERS]
        if places:
            at = rng.choice(places)
            box.text = box.text[:at] + rng.choice(LETTERS[box.text[at]]) + box.text[at + 1 :]
            paper.accept.setdefault(str(box.cell), []).extend([box.value, None])


def ocr_swaps(paper: Paper, severity: float, rng: Random) -> None:
    """Digits that came out as other digits. What stands there is gold; what was meant is right too.

    Not in a table of which sentences state a sum that it does not print: that would be what was meant.
    """
    printed = {box.cell for box in paper.boxes()}
    stated = {cell.split(".")[0] for cell in paper.stated if cell not in printed}
    for box in paper.boxes():
        if str(box.cell).split(".")[0] in stated:
            continue
        if not box.value or shown(box.value) not in box.text or not _chance(severity * 0.15, rng):
            continue
        old = shown(box.value)
        places = [at for at, char in enumerate(old) if char in SWAPS and (char != "0" or at)]
        if not places:
            continue
        at = rng.choice(places)
        new = old[:at] + rng.choice(SWAPS[old[at]]) + old[at + 1 :]
        box.text = box.text.replace(old, new, 1)
        paper.accept.setdefault(str(box.cell), []).extend([Decimal(new), box.value])
        paper.notes.append(f"read wrongly by OCR: {box.cell} prints {new}, meant {old}")
        box.value = Decimal(new) if "." in new else int(new)


def zero_words(paper: Paper, severity: float, rng: Random) -> None:
    """Zeros in words or other signs that mean 0 and nothing else."""
    for box in paper.boxes():
        if box.value == 0 and box.text == "0" and _chance(severity * 0.6, rng):
            box.text = rng.choice(("零", "〇", "０", "0件", "零件"))


def invisible(paper: Paper, severity: float, rng: Random) -> None:
    """Zero-width characters that editors leave inside figures and labels."""

    def strewn(text: str) -> str:
        at = rng.randint(1, len(text) - 1)
        return text[:at] + rng.choice(INVISIBLE) + text[at:]

    for sheet in paper.sheets:
        for line in sheet.lines:
            for box in line.boxes:
                if len(box.text) > 1 and _chance(severity, rng):
                    box.text = strewn(box.text)
            line.path = [strewn(text) if len(text) > 1 and _chance(severity * 0.5, rng) else text for text in line.path]


def spaced_labels(paper: Paper, severity: float, rng: Random) -> None:
    """Labels set apart with spaces, as narrow heads are: 总 计, 结 果 维 持."""
    for sheet in paper.sheets:
        for line in sheet.lines:
            for box in line.boxes:
                if not box.cell and 1 < len(box.text) < 7 and box.text.isalpha() and _chance(severity, rng):
                    box.text = rng.choice((" ", "　", "  ")).join(box.text)
            if line.path and 1 < len(line.path[-1]) < 8 and line.path[-1].isalpha() and _chance(severity, rng):
                line.path[-1] = rng.choice((" ", "　")).join(line.path[-1])


def glued_pairs(paper: Paper, severity: float, rng: Random) -> None:
    """Two neighbouring figures of a row with nothing between. Where no sum tells them apart, open is right."""
    for sheet in paper.sheets:
        for line in sheet.data():
            figures = line.figures
            if len(figures) < 3 or not _chance(severity * 0.4, rng):
                continue
            at = rng.randrange(len(figures) - 1)
            left, right = figures[at], figures[at + 1]
            if left.text and right.text and left.value is not None and right.value is not None and not right.gone:
                _glue(paper, line, left, right)


def _glue(paper: Paper, line: Line, left: Box, right: Box) -> None:
    left.text, right.text = left.text + right.text, ""
    for box in line.figures:
        also = [None] if box.value is None else [box.value, None]
        paper.accept.setdefault(str(box.cell), []).extend(also)


def padded_rows(paper: Paper, severity: float, rng: Random) -> None:
    """Rows moved to the right by an empty box before their figures; the row is longer by that."""
    for sheet in paper.sheets:
        for line in sheet.data():
            if line.path and len(line.figures) > 1 and _chance(severity * 0.5, rng):
                line.boxes.insert(0, Box())
