"""Archives, and the documents in them, from `extract_many` and from the command line."""

import gzip
import io
import json
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extractor.batch import extract_many
from extractor.cli.app import app
from extractor.errors import LimitError, UnreadableError
from extractor.read import Limits, read
from extractor.read.locator import Locator, expanded
from extractor.report import Verdict

ROOT = Path(__file__).resolve().parents[1]
FILES = Path(__file__).parent / "files"
PAGE = (ROOT / "eval" / "samples" / "clean-html-2022" / "report.html").read_bytes()


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def names(data: bytes, limits: Limits | None = None, skipped: Counter[str] | None = None) -> list[str]:
    return [one.name for one in expanded(Locator("a.zip", content=data), limits or Limits(), skipped)]


def test_each_document_yields_a_report() -> None:
    reports = list(extract_many([FILES / "reports.zip"]))
    inside = ("2023年/报告.docx", "2023年/报告.xls", "2023年/报告.mht", "index.htm")
    assert [report.source.name for report in reports] == [f"{FILES / 'reports.zip'}!{name}" for name in inside]
    assert {report.organ for report in reports} == {"青溪县交通运输局"}
    assert all(report.verdict is not Verdict.FAILED for report in reports)


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_same_in_processes(jobs: int) -> None:
    paths = [FILES / "reports.zip", FILES / "report.docx"]
    here = list(extract_many(paths))  # leaves the archive open, at a place that a forked process would share
    assert list(extract_many(paths, jobs=jobs, isolate=True)) == here


def test_large_archives_are_not_taken_for_large_documents(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    path.write_bytes(packed({f"{n}.html": PAGE for n in range(5)}))
    limits = Limits(max_bytes=path.stat().st_size - 1)
    assert all(report.verdict is not Verdict.FAILED for report in extract_many([path], limits=limits))
    path.write_bytes(path.read_bytes()[:-30])
    (report,) = extract_many([path], limits=limits)
    assert "damaged ZIP" in report.findings[0].message_en


def test_what_is_passed_over_is_counted() -> None:
    skipped: Counter[str] = Counter()
    members = {"a.html": b"x", ".hidden.html": b"x", "__MACOSX/a.html": b"x", "b.exe": b"x", "c.exe": b"x"}
    assert names(packed(members), skipped=skipped) == ["a.zip!a.html"]
    assert skipped == {".exe": 2}


def test_names_in_gbk() -> None:
    placeholder = "nnnnnnnnnnnn"
    data = packed({f"{placeholder}.html": b"x"}).replace(placeholder.encode(), "二〇二三年报告".encode("gbk")[:12])
    assert names(data) == ["a.zip!二〇二三年报.html"]


def test_archives_within_archives() -> None:
    inner = packed({"报告.html": PAGE})
    for _ in range(2):
        inner = packed({"in.zip": inner})
    assert names(inner) == ["a.zip!in.zip!in.zip!报告.html"]
    (origin,) = expanded(Locator("a.zip", content=inner), Limits())
    assert origin.document(Limits()).text == read(PAGE).text
    (origin,) = expanded(Locator("a.zip", content=inner), Limits(max_nesting=1))
    with pytest.raises(LimitError, match="max_nesting"):
        origin.document(Limits(max_nesting=1))


def test_gzip_and_tar(tmp_path: Path) -> None:
    path = tmp_path / "report.html.gz"
    path.write_bytes(gzip.compress(PAGE))
    (origin,) = expanded(Locator.of(path), Limits())
    assert (origin.name, origin.read(Limits())) == (f"{path}!report.html", PAGE)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, kind in (("a.html", tarfile.REGTYPE), ("link.html", tarfile.SYMTYPE), ("dev.html", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            info.size = len(PAGE) if kind == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(PAGE))
    assert names(out.getvalue()) == ["a.zip!a.html"]
    assert names(gzip.decompress(out.getvalue())) == ["a.zip!a.html"]


def test_frames_are_looked_for_in_the_archive_only(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("<p>secret</p>")
    reference = (
        "../../secret.html",
        str(tmp_path / "secret.html"),
        f"file://{tmp_path}/secret.html",
        "sub/x.html",
        "\\\\h\\x",
    )
    frames = "".join(f'<iframe src="{one}"></iframe>' for one in reference)
    path = tmp_path / "pages.zip"
    path.write_bytes(packed({"d/index.html": f"<p>page</p>{frames}".encode(), "d/sub/x.html": "<p>年报</p>".encode()}))
    first, _ = expanded(Locator.of(path), Limits())
    document = first.document(Limits())
    assert document.text.split() == ["page", "年报"]
    assert any("4 frames" in str(note) for note in document.notes)


def test_one_document_is_no_archive() -> None:
    with pytest.raises(UnreadableError, match="an archive of 6 files"):
        read((FILES / "reports.zip").read_bytes())


class TestCommandLine:
    def run(self, *arguments: str | Path, stdin: bytes | None = None) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, [str(one) for one in arguments], input=stdin)
        return result.exit_code, result.stdout, result.stderr

    def test_an_archive(self) -> None:
        code, out, err = self.run("extract", FILES / "reports.zip", "--no-llm", "-f", "json")
        assert (code, len(json.loads(out))) == (0, 4)
        assert "passed over, not looked for in folders or archives: 1 .pptx" in err

    def test_an_archive_over_stdin(self) -> None:
        code, out, _ = self.run("extract", "-", "--no-llm", "-f", "json", stdin=(FILES / "reports.zip").read_bytes())
        assert (code, json.loads(out)[3]["source"]["name"]) == (0, "stdin!index.htm")

    @pytest.mark.parametrize("inside", ["2023年/报告.docx", "index.files/sheet001.htm"])
    def test_a_document_in_an_archive(self, inside: str) -> None:
        code, out, _ = self.run("text", f"{FILES / 'reports.zip'}!{inside}")
        assert code == 0
        assert "政府信息公开" in out
        code, out, _ = self.run("explain", f"{FILES / 'reports.zip'}!{inside}", "applications.new.total")
        assert code == 0

    def test_what_is_not_in_it(self) -> None:
        code, _, err = self.run("text", f"{FILES / 'reports.zip'}!nothing.html")
        assert (code, "no such file" in err) == (2, True)
        code, _, err = self.run("text", FILES / "reports.zip")
        assert (code, "holds 4 documents: name one" in err) == (2, True)

    def test_audit(self) -> None:
        code, out, err = self.run("audit", FILES / "reports.zip", "-q", "-f", "json")
        assert err == ""
        assert code == 0
        assert "报告.docx" in out

    def test_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        code, out, err = self.run("extract", FILES / "report.docx", "--no-llm", "--limit", "max_bytes=5k")
        assert (code, "5,001 found, 5,000 allowed (max_bytes)" in err) == (1, True)
        monkeypatch.setenv("GOUJI_LIMIT", "max_cells=20 max_bytes=1M")
        code, out, err = self.run("text", FILES / "report.docx")
        assert (code, "20 allowed (max_cells)" in err) == (1, True)
        for wrong in ("max_bytes", "max_bytes=-1", "max_nothing=1"):
            code, _, err = self.run("text", FILES / "report.docx", "--limit", wrong)
            assert (code, out) == (2, "")
