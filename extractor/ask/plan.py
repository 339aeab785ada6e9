"""What to ask: only cells that are open, only the sentences that may state them, a few at a time.

No sentence with the words of a cell in it, no question about the cell: most cells of a lost table are in no sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractor.ask.subjects import Subject, load_asking
from extractor.forms.model import Form
from extractor.parse.prose.guards import Speech
from extractor.parse.prose.sentences import Sentence
from extractor.report import Cell, Status

__all__ = ["Passage", "gaps", "plan"]

_MOST_CELLS = 8
_MOST_CHARACTERS = 700


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences in the order of the text, and the cells to ask for in them."""

    sentences: tuple[Sentence, ...]
    cells: tuple[tuple[str, Subject], ...]

    @property
    def text(self) -> str:
        """Sentences that do not follow one another stand in lines of their own."""
        parts = []
        last = None
        for sentence in self.sentences:
            parts.append("\n" if last is not None and sentence.index > last + 1 else "")
            parts.append(f"{sentence.text}。")
            last = sentence.index
        return "".join(parts)

    def joined(self, other: "Passage") -> "Passage":
        """Both as one, `other` being later in the text or about the same sentences."""
        further = tuple(one for one in other.sentences if one not in self.sentences)
        return Passage((*self.sentences, *further), (*self.cells, *other.cells))

    @property
    def fits(self) -> bool:
        """Whether it is little enough for one question."""
        return len(self.cells) <= _MOST_CELLS and sum(len(one.text) for one in self.sentences) <= _MOST_CHARACTERS


def gaps(form: Form, cells: Mapping[str, Cell]) -> tuple[str, ...]:
    """The open cells that a model can be asked for: missing or disputed, and with a wording in rules/asking.yaml."""
    open_cells = {cell for cell, state in cells.items() if state.status in (Status.MISSING, Status.DISPUTED)}
    if not open_cells:
        return ()  # the rules of asking take a tenth of a second to load
    return tuple(cell for cell in load_asking().of_form(form.id) if cell in open_cells)


def plan(open_cells: Sequence[str], speech: Speech) -> list[Passage]:
    """The questions, in the order of the text."""
    subjects = load_asking().of_form(speech.form.id)
    asked = [(cell, subjects[cell]) for cell in open_cells]
    out: list[Passage] = []
    for block in _blocks(list(_telling(asked, speech))):
        sentences = tuple(sentence for sentence, _ in block)
        wanted = tuple(one for one in asked if any(one in cells for _, cells in block))
        for at in range(0, len(wanted), _MOST_CELLS):
            passage = Passage(sentences, wanted[at : at + _MOST_CELLS])
            # The prompt is sent with every question, and is longer than most passages.
            if out and (both := out[-1].joined(passage)).fits:
                out[-1] = both
            else:
                out.append(passage)
    return out


_Telling = tuple[Sentence, tuple[tuple[str, Subject], ...]]


def _telling(asked: Sequence[tuple[str, Subject]], speech: Speech) -> Iterator[_Telling]:
    """The sentences that may state something, with what."""
    rules = speech.rules
    for sentence in speech.sentences.holding(rules.guards["denial_or_figure"], rules.guards["table_words"]):
        before = speech.sentences.before(sentence.index, 60)
        cells = tuple(
            (cell, subject)
            for cell, subject in asked
            if all(word.search(sentence.text) for word in subject.words)
            and (subject.near is None or subject.near.search(sentence.text) or subject.near.search(before))
        )
        if cells:
            yield sentence, cells


def _blocks(telling: Sequence[_Telling]) -> Iterator[list[_Telling]]:
    """Sentences that follow one another, up to a size."""
    block: list[_Telling] = []
    size = 0
    for one in telling:
        follows = block and one[0].index <= block[-1][0].index + 1
        if block and (not follows or size + len(one[0].text) > _MOST_CHARACTERS):
            yield block
            block, size = [], 0
        block.append(one)
        size += len(one[0].text)
    if block:
        yield block
