"""Why a document was refused is said in Chinese to those who read Chinese."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from extractor import extract_many
from extractor.forms.load import rules_dir
from extractor.refusals import refusal_zh

HTML = b"<p>x</p>"


def packed(data: bytes, times: int) -> bytes:
    for _ in range(times):
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a.zip" if data[:2] == b"PK" else "a.html", data)
        data = stream.getvalue()
    return data


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.html", b"", "文件为空"),
        ("a.html", b" \n", "文件中只有空白"),
        ("a.docx", bytes(range(1, 9)) * 200, "二进制数据，不是文本"),
        ("a.pdf", b"%PDF-1.4\n", "PDF 已损坏或不完整，无法打开"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c" * 9, "本版本尚不能读取此类文件（7z archives）"),
        ("a.html", b"<html><body><script>1</script></body></html>", "网页中没有可见文字（内容由脚本填充，或只有图片）"),
        ("a.txt", "今天天气很好。".encode(), "标题、章节、表格均不符"),
        ("a.txt", "关于召开信息公开培训会议的通知".encode(), "像是新闻，见“"),
        ("a.zip", packed(HTML, 6), "压缩包嵌套层数为 4，限额为 3(max_nesting)"),
    ],
)
def test_a_refusal_has_its_reason_in_chinese(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    (report,) = extract_many([tmp_path / name])
    assert f"（{said}" in report.findings[0].message
    assert report.findings[0].message_en not in report.findings[0].message


def test_what_is_not_known_stays_as_it_is() -> None:
    assert refusal_zh("a message of some library") is None
    assert refusal_zh("some things: 4 found, 3 allowed (max_things)") is None


def test_every_kind_of_other_document_has_a_name() -> None:
    import yaml

    rules = yaml.safe_load((rules_dir() / "recognition.yaml").read_text("utf-8"))
    for one in rules["genre"]["against"]:
        assert refusal_zh(f"no annual report: looks like {one['says']} (“x”)"), one["says"]
