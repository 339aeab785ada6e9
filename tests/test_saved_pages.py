"""Saved pages with their frames beside them on disk: read from the page's own folder of parts and nowhere else."""

from pathlib import Path

import pytest

from extractor.read import Limits, read_path
from extractor.read.locator import Locator

SHEET = "<table><tr><td>规章</td><td>12</td></tr><tr><td>规范性文件</td><td>4</td></tr></table>"


def saved(folder: Path, reference: str, *, suffix: str = ".files") -> Path:
    parts = folder / f"page{suffix}"
    parts.mkdir()
    (parts / "sheet001.htm").write_text(SHEET, encoding="utf-8")
    page = folder / "page.htm"
    page.write_text(f"<p>年度报告</p><iframe src='{reference}'></iframe>", encoding="utf-8")
    return page


@pytest.mark.parametrize("suffix", [".files", "_files", "_文件", ".fld"])
def test_frames_are_read_from_the_folder_of_the_page(tmp_path: Path, suffix: str) -> None:
    page = saved(tmp_path, f"page{suffix}/sheet001.htm", suffix=suffix)
    for document in (read_path(page), Locator.of(page).document(Limits())):
        assert "规范性文件\t4" in document.text
        assert len(document.grids) == 1
        assert document.notes == ()


@pytest.mark.parametrize(
    "reference",
    [
        "../secret.htm",
        "page.files/../../secret.htm",
        "secret.htm",
        "/etc/passwd",
        "file:///etc/passwd",
        "page.files/link.htm",
        "page.files",
        "page.files/none.htm",
        "page.files\\..\\secret.htm",
    ],
)
def test_nothing_else_is_read(tmp_path: Path, reference: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for folder in (tmp_path, inner):
        (folder / "secret.htm").write_text("<p>秘密</p>", encoding="utf-8")
    page = saved(inner, reference)
    (inner / "page.files" / "link.htm").symlink_to(tmp_path / "secret.htm")
    document = read_path(page)
    assert "秘密" not in document.text and "root:" not in document.text
    assert any("frames of the page are not beside it" in note.en for note in document.notes)
