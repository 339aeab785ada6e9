"""rules/asking.yaml: complete, and with mistakes reported where they stand."""

import re
import shutil
from pathlib import Path

import pytest

from extractor.ask.subjects import load_asking
from extractor.errors import RulesError
from extractor.forms.load import load_forms, rules_dir

RULES = rules_dir() / "asking.yaml"


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """A rules directory in which asking.yaml differs in one place."""
    text = RULES.read_text("utf-8")
    assert text.count(old) == 1, old
    shutil.copytree(rules_dir(), tmp_path / "rules")
    (tmp_path / "rules" / "asking.yaml").write_text(text.replace(old, new), "utf-8")
    return tmp_path / "rules"


def line_of(text: str) -> int:
    lines = RULES.read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_every_cell_is_one_of_its_form() -> None:
    for subject in load_asking().compiled:
        for form, cell in subject.cells.items():
            assert cell in load_forms()[form].cells, (subject.id, form)


def test_no_two_subjects_share_a_cell() -> None:
    for form in load_forms():
        cells = [one.cells[form] for one in load_asking().compiled if form in one.cells]
        assert len(cells) == len(set(cells))


def test_wordings_tell_the_cells_apart() -> None:
    wordings = [one.asks for one in load_asking().compiled]
    assert len(wordings) == len(set(wordings))


def test_a_subject_knows_its_own_words() -> None:
    """What has to stand there is understood where it stands."""
    for subject in load_asking().compiled:
        assert subject.known.pattern
        assert not subject.known.search("■"), subject.id


def test_words_are_taken_longest_first() -> None:
    plain = load_asking().words.plain
    assert [match[0] for match in plain.finditer("总共计有")] == ["总共", "计", "有"]
    assert plain.sub(",", "共计") == ","


@pytest.mark.parametrize("word", ["没有", "未", "不", "其他", "上年", "部分", "近", "约", "多", "余", "各", "某"])
def test_no_word_that_changes_the_sense_is_plain(word: str) -> None:
    """没有 would leave 没, 其他 would leave 他, and so on: something is always left over."""
    assert load_asking().words.plain.sub("", word) != ""


def test_a_broken_pattern_is_named_where_it_stands(tmp_path: Path) -> None:
    folder = changed(tmp_path, "words: ['传真'],", "words: ['传(真'],")
    number = line_of("words: ['传真'],")
    with pytest.raises(RulesError, match=rf"asking\.yaml:{number}: subject 'received_fax': "):
        load_asking(folder)


def test_an_unknown_name_is_named_where_it_stands(tmp_path: Path) -> None:
    folder = changed(tmp_path, "words: ['传真'],", "words: ['{fax}'],")
    number = line_of("words: ['传真'],")
    with pytest.raises(RulesError, match=rf"asking\.yaml:{number}: subject 'received_fax': unknown name {{fax}}"):
        load_asking(folder)


def test_an_unknown_field_is_named_where_it_stands(tmp_path: Path) -> None:
    folder = changed(tmp_path, "words: ['传真'],", "wrods: ['传真'],")
    number = line_of("words: ['传真'],")
    with pytest.raises(RulesError, match=rf"asking\.yaml:{number}: .*wrods"):
        load_asking(folder)


def test_a_subject_defined_twice_is_named_where_it_stands(tmp_path: Path) -> None:
    folder = changed(tmp_path, "{id: received_fax,", "{id: received_letter,")
    number = line_of("{id: received_fax,")
    with pytest.raises(RulesError, match=rf"asking\.yaml:{number}: subject 'received_letter' is defined twice"):
        load_asking(folder)


def test_an_unknown_matter_is_named(tmp_path: Path) -> None:
    folder = changed(tmp_path, "narrows:\n  answers:", "narrows:\n  answer:")
    with pytest.raises(RulesError, match=r"asking\.yaml:[0-9]+: "):
        load_asking(folder)


@pytest.mark.parametrize("name", ["none", "undone", "astray", "whole", "bodies", "years"])
def test_a_broken_text_beside_the_subjects_is_told(tmp_path: Path, name: str) -> None:
    text = RULES.read_text("utf-8")
    line = next(one for one in text.splitlines() if one.startswith(f"{name}: "))
    folder = changed(tmp_path, f"\n{line}\n", f"\n{name}: '(broken'\n")
    with pytest.raises(RulesError, match=r"asking\.yaml:[0-9]+: .*a text beside the subjects: "):
        load_asking(folder)


def test_a_missing_text_is_told(tmp_path: Path) -> None:
    line = next(one for one in RULES.read_text("utf-8").splitlines() if one.startswith("undone: "))
    folder = changed(tmp_path, f"\n{line}\n", "\n")
    with pytest.raises(RulesError, match=r"asking\.yaml:[0-9]+: .*undone"):
        load_asking(folder)


def test_the_head_of_the_file_explains_every_text() -> None:
    text = RULES.read_text("utf-8")
    head = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    keys = {*re.findall(r"^([a-z_]+):", text, re.MULTILINE)} - {"names", "subjects"}
    fields = set(re.findall(r"(?:^    |[{ ,])([a-z_]+): ", text[text.index("\nsubjects:") :], re.MULTILINE))
    for key in keys | {one for one in fields if one not in ("id",)}:
        assert key in head or key.startswith("ogi"), key
