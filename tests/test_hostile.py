"""Files made to do harm: each has a clear error within its limits, and the rest of a batch goes on."""

import io
import os
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from extractor import batch
from extractor.batch import extract_many
from extractor.errors import DocumentError, LimitError, UnreadableError
from extractor.pool import Lost, Pool
from extractor.read import Limits, read
from extractor.read.locator import Locator, expanded
from extractor.read.office import soffice
from extractor.report import Report, Verdict

FILES = Path(__file__).parent / "files"
ROOT = Path(__file__).resolve().parents[1]
GOOD = ROOT / "eval" / "samples" / "clean-html-2022" / "report.html"
SMALL = Limits(max_unpacked=20_000_000)


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(data: bytes, part: str, content: bytes) -> bytes:
    """An office file with one part replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    return packed(members | {part: content})


def everything_read(data: bytes, limits: Limits = Limits()) -> None:  # noqa: B008
    for origin in expanded(Locator("hostile", content=data), limits):
        origin.document(limits)


DOCX, XLSX = ((FILES / f"report.{kind}").read_bytes() for kind in ("docx", "xlsx"))
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
for old, new in zip("abcdefgh", "bcdefghi", strict=True):
    LAUGHS += f'<!ENTITY {new} "{f"&{old};" * 10}">'.encode()
LAUGHS += b"]><x>&i;</x>"
OUTSIDE = b"""<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&f;</w:t></w:r></w:p></w:body></w:document>"""


@pytest.mark.parametrize("kind", ["docx", "doc", "xlsx", "xls", "mht"])
def test_truncated(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soffice, "available", lambda: None)
    data = (FILES / f"report.{kind}").read_bytes()
    for share in (0.02, 0.1, 0.5, 0.9, 0.99):
        try:
            document = read(data[: int(len(data) * share)])
        except DocumentError:
            continue
        assert kind in ("mht", "doc", "xls"), "a package without its directory cannot be read"
        assert document.text


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "_rels/.rels"])
@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE])
def test_entities_in_word(part: str, content: bytes) -> None:
    with pytest.raises(DocumentError, match=r"document type|amplification|loop|damaged"):
        read(with_part(DOCX, part, content))


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE])
def test_entities_in_sheets(content: bytes) -> None:
    with pytest.raises(DocumentError, match=r"document type"):
        read(with_part(XLSX, "xl/sharedStrings.xml", content))


def test_deep_xml() -> None:
    deep = b'<w:document xmlns:w="w"><w:body>' + b"<w:tbl><w:tr><w:tc>" * 5_000
    with pytest.raises(LimitError, match="depth"):
        read(with_part(DOCX, "word/document.xml", deep + b"</w:tc></w:tr></w:tbl>" * 5_000 + b"</w:body></w:document>"))
    deep = b'<w:document xmlns:w="w"><w:body>' + b"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p>" * 80
    shown = read(
        with_part(DOCX, "word/document.xml", deep + b"</w:tc></w:tr></w:tbl>" * 80 + b"</w:body></w:document>")
    )
    assert shown.text.count("1") == 80


class TestBombs:
    def test_ratio(self) -> None:
        bomb = packed({"report.html": b" " * 15_000_000})
        with pytest.raises(LimitError, match="max_ratio"):
            everything_read(bomb)
        with pytest.raises(LimitError, match="max_ratio"):
            read(with_part(DOCX, "word/document.xml", b" " * 15_000_000))
        with pytest.raises(LimitError, match="max_ratio"):
            read(with_part(XLSX, "xl/sharedStrings.xml", b" " * 15_000_000))

    def test_gzip(self) -> None:
        maker = zlib.compressobj(9, zlib.DEFLATED, 31)
        with pytest.raises(LimitError, match="max_ratio"):
            everything_read(maker.compress(b"\0" * 30_000_000) + maker.flush())

    def test_total(self) -> None:
        with pytest.raises(LimitError, match="max_unpacked"):
            everything_read(packed({f"{n}.html": os.urandom(1_000) * 5_000 for n in range(5)}), SMALL)

    def test_members(self) -> None:
        many = packed({f"{n}.html": b"x" for n in range(300)})
        with pytest.raises(LimitError, match=r"300 found, 200 allowed \(max_members\)"):
            everything_read(many, Limits(max_members=200))
        nested = packed({f"{n}.zip": packed({f"{m}.html": b"x" for m in range(50)}) for n in range(5)})
        with pytest.raises((LimitError, UnreadableError), match=r"max_members|an archive of 5 files"):
            everything_read(nested, Limits(max_members=200))

    def test_a_lie_about_the_size(self) -> None:
        data = bytearray(packed({"report.html": b"x" * 100_000}))
        for header, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
            place = data.index(header) + at
            data[place : place + 4] = (10).to_bytes(4, "little")
        with pytest.raises(DocumentError):
            everything_read(bytes(data))

    def test_an_archive_that_holds_itself(self) -> None:
        inner = packed({"a.zip": b""}, zipfile.ZIP_STORED)
        for _ in range(12):
            inner = packed({"a.zip": inner, "b.zip": inner}, zipfile.ZIP_STORED)
        started = time.monotonic()
        with pytest.raises(LimitError, match="max_nesting"):
            everything_read(inner)
        assert time.monotonic() - started < 5


class TestArchives:
    def test_paths_that_lead_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        names = ["../../evil.html", "/tmp/evil.html", "C:\\evil.html", "a\n\x1b[31m.html"]
        before = sorted(Path("/tmp").glob("evil*"))
        (tmp_path / "a.zip").write_bytes(packed({name: GOOD.read_bytes() for name in names}))
        reports = list(extract_many([Path("a.zip")]))
        assert [report.source.name for report in reports] == [f"a.zip!{name}" for name in names]
        assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
        assert sorted(Path("/tmp").glob("evil*")) == before

    def test_symbolic_links_are_their_text(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            link = zipfile.ZipInfo("link.html")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        (origin,) = expanded(Locator("a.zip", content=out.getvalue()), Limits())
        assert origin.read(Limits()) == b"/etc/passwd"

    def test_encrypted(self) -> None:
        data = bytearray(packed({"report.html": b"x"}))
        for header, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
            data[data.index(header) + at] |= 1
        with pytest.raises(UnreadableError, match="encrypted"):
            everything_read(bytes(data))

    def test_one_bad_member_costs_only_itself(self) -> None:
        data = bytearray(packed({"a.html": GOOD.read_bytes(), "b.html": GOOD.read_bytes()}, zipfile.ZIP_STORED))
        data[200] ^= 1
        first, second = extract_many([Locator("a.zip", content=bytes(data))])
        assert (first.verdict, second.verdict) == (Verdict.FAILED, Verdict.CLEAN)
        assert "damaged file in the archive" in first.findings[0].message_en

    def test_no_archive_at_all(self, tmp_path: Path) -> None:
        path = tmp_path / "broken.zip"
        path.write_bytes((FILES / "reports.zip").read_bytes()[:5_000])
        (report,) = extract_many([path])
        assert "damaged ZIP" in report.findings[0].message_en


def test_claims_of_a_workbook() -> None:
    """What calamine would allocate, and die of."""
    data = (FILES / "report.xls").read_bytes()
    dimensions = data.index(bytes((0x00, 0x02, 14, 0)))
    claimed = data[: dimensions + 8] + b"\xff\xff\xff\x7f" + data[dimensions + 12 :]
    with pytest.raises(UnreadableError, match="a sheet of"):
        read(claimed)
    backwards = data[: dimensions + 4] + b"\x00\x00\x00\x20" + data[dimensions + 8 :]
    with pytest.raises(UnreadableError, match="ends before it begins"):
        read(backwards)
    cell = data.index(bytes((0xFD, 0x00, 10, 0)))
    far = data[: cell + 4] + b"\xff\xff\xff\xff" + data[cell + 8 :]
    with pytest.raises(LimitError, match="max_slots"):
        read(far)


def test_headers_of_a_message_that_never_end() -> None:
    """Forty lines and no blank one: each way to match a line, if there are two, would double the time."""
    started = time.process_time()
    assert read(b"MIME-Version: 1.0\r\n" * 60).text.count("MIME-Version") == 60
    assert time.process_time() - started < 2


def test_encrypted_office_files() -> None:
    from doc2docx.cfb import CompoundFile

    data = (FILES / "report.xls").read_bytes().replace("Workbook".encode("utf-16-le"), "EncrPack".encode("utf-16-le"))
    assert CompoundFile(data)
    with pytest.raises(UnreadableError, match="neither a Word document nor a workbook"):
        read(data)
    doc = bytearray((FILES / "report.doc").read_bytes())
    fib = doc.index(b"\xec\xa5")
    doc[fib + 11] |= 1  # fEncrypted
    with pytest.raises(UnreadableError, match="encrypted"):
        read(bytes(doc))


@pytest.mark.parametrize("kind", ["doc", "xls"])
def test_loops_in_ole(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every chain of sectors made to lead back to its first."""
    monkeypatch.setattr(soffice, "available", lambda: None)
    data = bytearray((FILES / f"report.{kind}").read_bytes())
    fat = (int.from_bytes(data[76:80], "little") + 1) * 512
    for at in range(fat, fat + 512, 4):
        if int.from_bytes(data[at : at + 4], "little") < 0xFFFFFFF0:
            data[at : at + 4] = (1).to_bytes(4, "little")
    with pytest.raises(DocumentError):
        read(bytes(data))


def _strange(origin: Locator, **_: object) -> Report:
    if Path(origin.name).name == "hang":
        time.sleep(60)
    if Path(origin.name).name == "die":
        os._exit(9)
    if Path(origin.name).name == "eat":
        return real(Locator(origin.name, content=b"x" * 1_000_000_000))
    return real(origin)


real = batch.extract


class TestProcesses:
    @pytest.mark.parametrize("jobs", [1, 2])
    def test_what_hangs_dies_or_eats_memory_costs_only_itself(
        self, jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if os.name != "posix":
            pytest.skip("the patched function does not reach spawned processes")
        monkeypatch.setattr(batch, "extract", _strange)
        names = ["a", "hang", "b", "die", "c", "eat", "d"]
        for name in names:
            (tmp_path / name).write_bytes(GOOD.read_bytes())
        limits = Limits(max_seconds=2, max_memory=900_000_000)
        started = time.monotonic()
        reports = list(extract_many([tmp_path / name for name in names], jobs=jobs, isolate=True, limits=limits))
        assert time.monotonic() - started < 20
        assert [Path(report.source.name).name for report in reports] == names
        rules = [report.findings[0].rule if report.verdict is Verdict.FAILED else "" for report in reports]
        assert rules == ["", "document.limit", "", "document.crashed", "", "document.limit", ""]
        assert "max_seconds" in reports[1].findings[0].message_en
        assert "max_memory" in reports[5].findings[0].message_en

    def test_order_and_exceptions(self) -> None:
        with Pool(_square, _none, jobs=2, seconds=30, memory=10**10) as pool:
            assert list(pool.run(range(500), small=bool)) == [n * n for n in range(500)]
            assert pool.call(7) == 49
        with pytest.raises(ZeroDivisionError), Pool(_inverse, _none, jobs=2, seconds=30, memory=10**10) as pool:
            list(pool.run([1, 2, 0, 4], small=bool))

    def test_a_call_that_hangs(self) -> None:
        with Pool(time.sleep, _how, jobs=1, seconds=0.2, memory=10**10) as pool:
            assert pool.call(30) is Lost.TIME
            assert pool.call(0) is None


def _square(number: int) -> int:
    return number * number


def _inverse(number: int) -> int:
    return 1 // number


def _none(_number: int, _how: Lost) -> int:
    return -1


def _how(_seconds: float, how: Lost) -> Lost | None:
    return how


@pytest.mark.skipif(soffice.available() is None, reason="LibreOffice is not installed")
def test_libreoffice_is_ended_with_all_its_processes(tmp_path: Path) -> None:
    source = tmp_path / "report.rtf"
    source.write_bytes((FILES / "report.rtf").read_bytes() * 1)
    with pytest.raises(LimitError, match="LibreOffice took over"):
        soffice.convert(source, "rtf", "docx", Limits(max_seconds=0))
    time.sleep(0.2)
    mark = str(tmp_path).encode()
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if mark in _bytes(path)]
    assert left == []


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
