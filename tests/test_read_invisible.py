"""Characters that nobody sees do not cut figures and words."""

import pytest

from extractor.read import read
from extractor.read.flow import Flow, Word
from extractor.read.invisible import visible
from extractor.read.limits import Limits
from extractor.read.pages import Page


@pytest.mark.parametrize("character", ["\u200b", "\u200c", "\u200d", "\ufeff", "\u00ad", "\u2060", "\u202c", "\ufe0f"])
def test_they_are_left_out_and_counted(character: str) -> None:
    document = read(f"收到申请5{character}5件，办{character}结。")
    assert document.text == "收到申请55件，办结。"
    (note,) = document.notes
    assert note.en == "invisible characters left out (2 places)"


@pytest.mark.parametrize("entity", ["&#8203;", "&#x200B;", "&shy;", "&zwnj;", "&#xFEFF;", "&#0173;", "\u200b"])
def test_they_are_left_out_of_pages_however_they_are_written(entity: str) -> None:
    document = read(f"<html><body><p>收到申请5{entity}5件</p></body></html>")
    assert "收到申请55件" in document.text


def test_what_is_seen_stays() -> None:
    text = "收到 申请\u30005\xa05件，①级。<&>"
    assert read(text).text == visible(text) == text


def test_a_word_of_them_alone_stands_nowhere() -> None:
    flow = Flow(Limits())
    flow.paragraph([Word("\u200b", 1, (0, 0, 1, 1)), Word("5\u200b5", 1, (2, 0, 4, 1))])
    parts = flow.finish([Page(10, 10)])
    assert parts.text == "55\n"
    assert parts.pages is not None
    assert [(run.start, run.end) for run in parts.pages.runs] == [(0, 2)]
