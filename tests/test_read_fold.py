"""fold: same length, one to one, twice is once."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.read.fold import fold

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_length_is_kept(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT, ANY_TEXT)
def test_a_character_folds_by_itself(left: str, right: str) -> None:
    assert fold(left + right) == fold(left) + fold(right)


@given(st.text("0123456789０１２３４５６７８９件，．"))
def test_digits_stay_digits(text: str) -> None:
    assert [int(c) for c in fold(text) if c.isdecimal()] == [int(c) for c in text if c.isdecimal()]


def test_every_character_there_is() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    folded = fold(every)
    assert len(folded) == len(every)
    assert fold(folded) == folded
    # Nothing that is not a digit of the common kinds may become one: ① and ² are footnote marks.
    for before, after in zip(every, folded, strict=True):
        if after in "0123456789":
            assert before.isdecimal()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第二十条第（五）项", "第二十条第(五)项"),
        ("１，２３４．５％", "1,234.5%"),
        ("ＡｂＣ：；／", "AbC:;/"),
        ("、。《》", "、。《》"),
        ("－—–―−‐﹣‑", "--------"),
        ("～〜∼", "~~~"),
        ("“三安全一稳定”", '"三安全一稳定"'),
        ("‘三’「四」『五』", '"三""四""五"'),
        ("2024\u3000年\xa01\u2003月\u20091\u202f日", "2024 年 1 月 1 日"),
        ("0\u200b\ufeff\u2060", "0   "),
        ("⺠⻔⻓⻅⻬⻛⻥", "民门长见齐风鱼"),
        ("⼀⼈⽂⾏⾦", "一人文行金"),
        ("•・‧", "···"),
        ("①②²", "①②²"),
        ("政府資訊公開，屬於國家祕密", "政府资讯公开,属于国家秘密"),
        ("説明爲産業絶對閲覽", "说明为产业绝对阅览"),
        ("乾隆著作", "乾隆著作"),
        ("…½㎡℃", "…½㎡℃"),
        ("", ""),
        ("plain ASCII\r\n\t", "plain ASCII\r\n\t"),
        ("a\ud800b\udfff", "a\ud800b\udfff"),
    ],
)
def test_examples(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_many_different_changes_at_once() -> None:
    wide = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
    assert fold("、" + wide) == "、" + "".join(chr(code) for code in range(0x21, 0x7F))


def test_simplified_text_does_not_load_opencc() -> None:
    code = (
        "import sys; from extractor.read.fold import fold; fold('政府信息公开（２０２３）年度报告。“规章”'); "
        "sys.exit('opencc' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
