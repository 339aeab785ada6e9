"""bytes → text, whatever a file declares and whatever happened to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import DocumentError, UnreadableError, UsageError
from extractor.read import Document, read
from extractor.read.decode import Decoded, clean, decode

REPORT = (
    "某某县人民政府2023年政府信息公开工作年度报告\n一、总体情况\n2023年，本机关共收到政府信息公开申请１２件，"
    "其中自然人10件，法人或其他组织2件；予以公开7件，不予公开3件，无法提供2件。\n"
) * 5
TRADITIONAL = (
    "某某縣人民政府2023年政府資訊公開工作年度報告\n一、總體情況\n本機關共收到政府資訊公開申請12件，"
    "其中自然人10件，予以公開7件，不予公開3件，無法提供2件。\n"
) * 5


def english(decoded: Decoded | Document) -> list[str]:
    return [note.en for note in decoded.notes]


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
    ],
)
def test_encodings(encoding: str, read_as: str) -> None:
    decoded = decode(REPORT.encode(encoding))
    assert decoded.text == REPORT
    assert decoded.encoding == read_as


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "utf-8"])
def test_traditional_texts(encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding)).text == TRADITIONAL


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("said", ["gb2312", "utf-8", "big5", "iso-8859-1", "no-such-charset"])
def test_a_wrong_declaration_does_no_harm(encoding: str, said: str) -> None:
    page = f'<html><head><meta charset="{said}"></head><body>{REPORT}</body></html>'
    assert decode(page.encode(encoding)).text == page
    assert decode(REPORT.encode(encoding), said).text == REPORT


def test_a_wrong_declaration_is_noted() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">' + REPORT
    assert english(decode(page.encode())) == ["declared as gb18030, read as utf-8"]
    assert decode(page.encode("gb18030")).notes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("bad", [b"\xff", b"\x80", b"\xfe\xff"])
def test_a_few_bad_bytes(encoding: str, bad: bytes) -> None:
    half = len(REPORT) // 2
    data = REPORT[:half].encode(encoding) + bad + "\n".encode(encoding) + REPORT[half:].encode(encoding) + bad
    decoded = decode(data)
    assert decoded.text.startswith(REPORT[:half])
    assert REPORT[half + 1 :] in decoded.text
    assert "\ufffd" in decoded.text
    assert any("undecodable bytes" in note for note in english(decoded))


def test_a_character_cut_in_half() -> None:
    assert decode(REPORT.encode()[:-2]).text.startswith(REPORT[:-2])
    assert decode(REPORT.encode("gb18030")[:-2]).text.startswith(REPORT[:-3])


def test_mostly_ascii_gbk() -> None:
    page = "<html>" + "<td class='x'>0</td>" * 500 + "<p>规章</p></html>"
    assert decode(page.encode("gbk")).text == page


def test_two_characters_that_are_valid_utf8_too() -> None:
    assert decode("联通".encode("gbk")).text == "联通"


def test_a_byte_order_mark_that_lies() -> None:
    assert decode(b"\xef\xbb\xbf" + REPORT.encode("gb18030")).text == REPORT


def test_utf8_once_read_as_latin1() -> None:
    for mangled in (REPORT.encode().decode("latin-1"), REPORT.encode().decode("latin-1").replace("\x80", "€")):
        decoded = decode(mangled.encode())
        assert decoded.text == REPORT
        assert english(decoded) == ["UTF-8 once read as Latin-1 and saved again: restored"]


def test_utf8_once_read_as_gbk() -> None:
    # Only texts whose bytes pair up survive this; the others are not guessed at.
    text = "政府信息，公。在2023\n" * 4
    decoded = decode(text.encode().decode("gb18030").encode())
    assert (decoded.text, english(decoded)) == (text, ["UTF-8 once read as GBK and saved again: restored"])
    lost = REPORT.encode().decode("gbk", "replace")
    decoded = decode(lost.encode())
    assert decoded.text == lost
    assert any("not restored" in note for note in english(decoded))


def test_replacement_characters_of_the_file_are_noted() -> None:
    decoded = decode((REPORT + "\ufffd\ufffd").encode())
    assert english(decoded) == ["2 replacement characters (U+FFFD) stand in the file itself"]


def test_a_few_nuls_are_replaced_so_that_digits_do_not_run_together() -> None:
    decoded = decode((REPORT + "1\x002").encode())
    assert decoded.text == REPORT + "1\ufffd2"
    assert english(decoded) == ["1 NUL characters replaced"]


def test_nul_padding_is_dropped() -> None:
    assert decode(REPORT.encode() + b"\0" * 512).text == REPORT


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 40,
        b"\0" * 1000,
        b"a\0b\0\0\0c\0\0" * 100,
        bytes(range(0x80, 0x100)) * 20,
        b"\x7fELF" + bytes(range(60)) * 20,
    ],
)
def test_noise_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(data)


@pytest.mark.parametrize("data", [b"", "", b" \r\n\t", "\u3000\xa0\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_is_unreadable(data: bytes | str) -> None:
    with pytest.raises(UnreadableError, match=r"empty|white space"):
        read(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Rar!\x1a\x07\x00", r"RAR archives are not read yet by this version \(found bytes 52 61 72 21 1a 07 00\)"),
        (b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", "the PDF is damaged, or cut off"),
        (b"\r\n%PDF-1.7 x", "the PDF is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "damaged OLE"),
        (b"PK\x03\x04....word/document.xml", "damaged ZIP"),
        (b"PK\x03\x04....xl/workbook.xml", "damaged ZIP"),
        (b"PK\x03\x04....other", "ZIP"),
    ],
)
def test_other_types_are_named(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read(data)


def test_the_media_type_is_told_by_content_and_name() -> None:
    def kind(text: str, name: str = "-") -> str:
        return read(text, name=name).source.media_type

    assert kind("一、总体情况") == "text/plain"
    assert kind("<p>一、总体情况</p>") == "text/html"
    assert kind("﻿\n <!DOCTYPE html><html><body>x</body></html>", "a.txt") == "text/html"
    assert kind("# 报告\n\n一、总体情况") == "text/markdown"
    assert kind("| a | b |\n|---|---|\n| 1 | 2 |") == "text/markdown"
    assert kind("一、总体情况", "report.md") == "text/markdown"
    assert kind("数量<5 且 a<b", "report.html") == "text/plain"
    assert kind("正文在此 " + "<td>1</td>" * 9) == "text/html"


def test_a_given_media_type_is_obeyed() -> None:
    document = read("<p>1</p>", media_type="text/plain; charset=utf-8")
    assert (document.text, document.source.media_type) == ("<p>1</p>", "text/plain")
    assert read("<p>1</p>", media_type="application/octet-stream").text == "1"
    with pytest.raises(UsageError):
        read("x", media_type="image/png")


def test_plain_text_stays_as_it_is() -> None:
    text = "第一行\r\n第二行\t１　２\r第三行 "
    document = read(text.encode(), name="x.txt")
    assert document.text == text
    assert document.folded == "第一行\r\n第二行\t1 2\r第三行 "
    assert document.grids == ()
    assert document.source.sha256 == read(text).source.sha256


def test_lone_surrogates_and_nuls_in_a_string() -> None:
    document = read("规章\ud83d 1\x002 \ud83d\ude00")
    assert document.text == "规章\ufffd 1\ufffd2 \U0001f600"
    assert english(document) == ["1 NUL characters replaced", "1 lone surrogates replaced"]
    assert read("<p>规章\udcff</p>").text == "规章\ufffd"


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_can_be_encoded(text: str) -> None:
    cleaned, _ = clean(text)
    cleaned.encode()
    assert "\0" not in cleaned
    assert clean(cleaned) == (cleaned, ())


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        document = read(data)
    except DocumentError:
        return
    assert len(document.folded) == len(document.text)


@given(st.text(min_size=1))
def test_utf8_comes_back(text: str) -> None:
    try:
        decoded = decode(text.encode())
    except DocumentError:
        return
    if decoded.encoding == "utf-8" and not decoded.notes and not text.startswith("\ufeff"):
        assert decoded.text == text.rstrip("\0")
