"""Where the files of a bulk run come from: folders, globs, lists, object stores."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extractor.bulk.source import files_of
from extractor.errors import UsageError
from tests.bulked import bulked, names_of, reports, rows_of, whole


def names(source: str | Path, out: Path = Path("nowhere")) -> tuple[list[str], Counter[str]]:
    skipped: Counter[str] = Counter()
    return [file.name for file in files_of(str(source), skipped, leave_out=out)], skipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.html", "sub/b.txt", "sub/deep/c.md", "sub/x.exe", ".hidden/d.html", "out/e.html"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
    return tmp_path / "in"


def test_folder(folder: Path) -> None:
    found, skipped = names(folder, folder / "out")
    assert found == ["a.html", "sub/b.txt", "sub/deep/c.md"]
    assert skipped == {".exe": 1}


def test_glob(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(f"{folder}/sub/*")[0] == ["b.txt"]
    assert names(f"{folder}/**/*.md")[0] == ["sub/deep/c.md"]
    assert names(f"{folder}/**/*", folder / "out")[0] == ["a.html", "sub/b.txt", "sub/deep/c.md"]
    monkeypatch.chdir(folder)
    assert names("s[tu]b/*.txt")[0] == ["sub/b.txt"]


def test_lists(folder: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("\ufeffurl,path\nhttps://www.example.gov.cn/1,in/a.html\n,in/sub/b.txt\n", "utf-8")
    found = list(files_of(str(listed), Counter(), leave_out=tmp_path))
    assert [file.name for file in found] == ["https://www.example.gov.cn/1", "in/sub/b.txt"]
    assert found[0].place == str(folder / "a.html")
    table = tmp_path / "list.parquet"
    pq.write_table(pa.table({"Path": [str(folder / "a.html"), "in/missing.html"]}), table)
    assert [file.size for file in files_of(str(table), Counter(), leave_out=tmp_path)] == [1, -1]
    listed.write_text("name\nx\n", "utf-8")
    with pytest.raises(UsageError, match="a column called path or url; it has name"):
        names(listed)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        names(tmp_path / "no")
    with pytest.raises(UsageError, match="https:// is not read"):
        names("https://www.example.gov.cn/reports")


def test_a_listed_file_that_is_gone_or_cannot_be_had_fails_alone(tmp_path: Path) -> None:
    reports(tmp_path, 1)
    listed = tmp_path / "list.csv"
    listed.write_text("path\n0000.html\nmissing.html\nhttps://www.example.gov.cn/1\n0000.html\n", "utf-8")
    outcome = bulked(listed, tmp_path / "out")
    assert (outcome.totals.rows["reports"], outcome.plan.twice) == (1, 1)
    messages = {row["name"]: row["message_en"] for row in rows_of(tmp_path / "out", "failures")}
    assert messages["missing.html"] == "No such file or directory"
    assert "https:// is not read" in str(messages["https://www.example.gov.cn/1"])


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An object store on loopback, with nine reports below reports/."""
    moto = pytest.importorskip("moto.server", reason="moto is not installed")
    import boto3

    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    before = dict(os.environ)
    os.environ |= {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_EC2_METADATA_DISABLED": "true"}
    try:
        client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
        client.create_bucket(Bucket="crawl")
        for path in reports(tmp_path_factory.mktemp("bucket"), 9):
            client.upload_file(str(path), "crawl", f"reports/2023/{path.name}")
        client.put_object(Bucket="crawl", Key="reports/logo.exe", Body=b"x")
        yield f"{address.removeprefix('http://')}"
    finally:
        os.environ.clear()
        os.environ.update(before)
        server.stop()


def test_an_object_store(bucket: str, tmp_path: Path) -> None:
    import boto3

    query = f"?scheme=http&endpoint_override={bucket}&region=us-east-1"
    out = tmp_path / "out"
    outcome = bulked(f"s3://crawl/reports{query}", out)
    assert names_of(out) == [f"2023/{number:04d}.{'md' if number % 2 else 'html'}" for number in range(9)]
    assert outcome.plan.skipped == {".exe": 1}
    whole(out)
    assert bulked(f"s3://crawl/reports{query}", out).plan.unchanged == 9
    client = boto3.client("s3", endpoint_url=f"http://{bucket}", region_name="us-east-1")
    changed = reports(tmp_path / "other", 1, seed=50)[0]
    client.upload_file(str(changed), "crawl", "reports/2023/0000.html")
    assert bulked(f"s3://crawl/reports{query}", out).plan.changed == 1
    whole(out)
    assert len(names_of(out)) == 9
    assert names(f"s3://crawl/reports/*/*2.html{query}")[0] == ["2023/0002.html"]
    with pytest.raises(UsageError, match="does not exist"):
        names(f"s3://crawl/none{query}")
