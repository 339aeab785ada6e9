"""The review page without a browser: what it shows, what it keeps, and whom it refuses."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra 'review' is not installed: pip install 'gouji[review]'")
pytest.importorskip("jinja2", reason="the extra 'review' is not installed: pip install 'gouji[review]'")
pytest.importorskip("PIL", reason="the extra 'review' is not installed: pip install 'gouji[review]'")

import httpx
from reviewing import key_of, results_of, served, shelved, until_read

from extractor.review.local import LocalShelf

SUSPECT = "applications.rejected_mass.public_welfare"
ASKING = {"x-gouji": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("review")
    results_of(made, "misprint-2023", "clean-html-2022", "blanks-dropped-2023")
    return made


@pytest.fixture
def run(folder: Path, tmp_path: Path) -> Iterator[tuple[LocalShelf, httpx.Client]]:
    with (
        shelved(tmp_path, results=[folder / "all.jsonl"]) as shelf,
        served(shelf) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60, headers={"origin": address}) as http,
    ):
        yield shelf, http


def decide(http: httpx.Client, key: str, kind: str, cell: str = SUSPECT, **more: object) -> httpx.Response:
    return http.post(f"/d/{key}/decisions", json={"cell": cell, "kind": kind, **more}, headers=ASKING)


class TestList:
    def test_every_document_has_a_line_with_its_counts(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        _, http = run
        html = http.get("/").text
        assert html.count('<th scope="row">') == 3
        row = next(row for row in html.split("<tr") if "misprint-2023" in row)
        assert "丹枫市人民政府" in row and ">2023<" in row and "ogi-2021" in row and "待核" in row
        assert re.findall(r'<td class="n[^"]*">(\d*)</td>', row) == ["2", "0", "0", "0", "3", "0"]

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("verdict=clean", ["clean-html"]),
            ("q=丹枫", ["misprint"]),
            ("q=misprint+2023", ["misprint"]),
            ("form=ogi-2019", []),
            ("year=2022", ["clean-html"]),
            ("todo=1&sort=doubts&down=1", ["blanks-dropped", "misprint"]),
            ("sort=doubts", ["clean-html", "misprint", "blanks-dropped"]),
            ("per=2&page=2&sort=name", ["misprint"]),
            ("per=2&page=99&sort=name", ["misprint"]),
        ],
    )
    def test_it_is_filtered_sorted_and_cut_into_pages(
        self, run: tuple[LocalShelf, httpx.Client], query: str, names: list[str]
    ) -> None:
        _, http = run
        shown = re.findall(r'<span title="([a-z-]+)-\d+\.', http.get(f"/?{query}").text)
        assert shown == names

    def test_the_language_is_the_browsers_until_it_is_switched(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        _, http = run
        assert "<h1" not in http.get("/").text
        assert 'lang="zh-CN"' in http.get("/").text
        assert 'html lang="en"' in http.get("/", headers={"accept-language": "fr, en-GB;q=0.8, zh;q=0.5"}).text
        switched = http.get("/?lang=en&year=2022")
        assert (switched.status_code, switched.headers["location"]) == (303, "/?year=2022")
        assert 'html lang="en"' in http.get("/").text

    def test_results_that_are_added_to_the_file_appear(self, folder: Path, tmp_path: Path) -> None:
        lines = (folder / "all.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        growing = tmp_path / "growing.jsonl"
        growing.write_text(lines[0] + lines[1][:5000], encoding="utf-8")
        with shelved(tmp_path, results=[growing]) as shelf:
            assert len(shelf.index) == 1
            with growing.open("a", encoding="utf-8") as file:
                file.write(lines[1][5000:] + lines[2])
            for _ in range(400):
                if len(shelf.index) == 3:
                    break
                shelf._stop.wait(0.02)
            assert len(shelf.index) == 3
            assert shelf.report(key_of(shelf, "blanks")) is not None
            assert not shelf.refused

    def test_documents_without_a_result_are_extracted(self, folder: Path, tmp_path: Path) -> None:
        documents = [folder / "misprint-2023.html", folder / "clean-html-2022.html", tmp_path / "nothing.html"]
        documents[2].write_text("<p>不是年度报告</p>", encoding="utf-8")
        (tmp_path / "one.jsonl").write_text(
            (folder / "all.jsonl").read_text(encoding="utf-8").splitlines()[0], encoding="utf-8"
        )
        with shelved(tmp_path, documents, [tmp_path / "one.jsonl"], read=False) as shelf:
            assert {entry.state.value for entry in shelf.index.all()} <= {"waiting", "reading", "done"}
            until_read(shelf)
            verdicts = {entry.name: entry.verdict and entry.verdict.value for entry in shelf.index.all()}
        assert verdicts == {
            "misprint-2023.html": "review",
            "clean-html-2022.html": "clean",
            "nothing.html": "failed",
        }


class TestDocument:
    def test_the_form_is_filled_as_printed(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        shelf, http = run
        html = http.get(f"/d/{key_of(shelf, 'misprint')}").text
        assert '<th scope="rowgroup" class="rowgroup" rowspan="22"' in html
        assert '<th scope="colgroup" class="colgroup"  colspan="5" lang="zh-CN"><span>法人或其他组织' in html
        assert re.search(rf'<td class="c s-reported suspect doubt" ><button type="button" data-c="{SUSPECT}"', html)
        assert 'aria-label="4.无正当理由大量反复申请，社会公益组织，6，原文所印，疑似有误，待核"' in html
        assert "社会公益组织 <b>6</b>" in html and 'class="op sign">≠' in html

    def test_evidence_is_marked_in_the_page_and_in_its_text(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        shelf, http = run
        key = key_of(shelf, "misprint")
        report = shelf.report(key)
        assert report is not None
        for view, tag in (("", "page"), ("text", "text")):
            html = http.get(f"/d/{key}/source?view={view}").text
            assert f'class="paper {tag}"' in html
            marked = {
                cell: text
                for cells, text in re.findall(r'<mark[^>]*data-c="([^"]+)"[^>]*>([^<]*)</mark>', html)
                for cell in cells.split()
            }
            wanted = {
                cell: state.evidence.text
                for cell, state in report.cells.items()
                if state.evidence is not None and state.evidence.text
            }
            assert wanted.items() <= marked.items()

    def test_the_panel_says_who_read_what_and_which_sums_it_breaks(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        shelf, http = run
        key = key_of(shelf, "blanks")
        assert http.get(f"/d/{key}/study").json() == {"ready": True, "why": None, "changed": False}
        html = http.get(f"/d/{key}/cell/proactive.regulations.repealed").text
        assert html.count('data-do="choose"') == 2
        assert "压平的表格" in html and "33 %" in html and "该行印 2 个数字，应有 3 个" in html
        html = http.get(f"/d/{key_of(shelf, 'misprint')}/cell/{SUSPECT}").text
        assert html.count('class="sum broken"') == 2

    def test_a_source_that_has_changed_is_not_shown_as_evidence(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "all.jsonl").write_bytes((folder / "all.jsonl").read_bytes())
        (tmp_path / "misprint-2023.html").write_text("<p>something else</p>", encoding="utf-8")
        with shelved(tmp_path, results=[tmp_path / "all.jsonl"]) as shelf, served(shelf) as address:
            html = httpx.get(f"{address}/d/{key_of(shelf, 'misprint')}/source", trust_env=False).text
        assert "something else" not in html and "原文件不在原处" in html
        assert f'data-c="{SUSPECT}"' in html  # the quotes of the result are left

    def test_what_is_not_there_is_not_found(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        shelf, http = run
        key = key_of(shelf, "misprint")
        for path in ("/d/0000", "/d/0000/source", "/d/0000/state", f"/d/{key}/cell/no.such.cell", "/nowhere"):
            assert http.get(path).status_code == 404, path
        assert http.get(f"/d/{key}/page/1.png").status_code == 404  # a web page has no pages


class TestDeciding:
    def test_a_typed_value_takes_the_findings_away_and_is_kept(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        shelf, http = run
        key = key_of(shelf, "misprint")
        http.get(f"/d/{key}/study")
        answer = decide(http, key, "type", said="０", note="看了原件").json()
        assert answer["kept"] is True
        assert (answer["open_findings"], answer["doubts"]) == (1, ["review_litigation.litigation_direct.upheld"])
        assert re.search(
            rf'class="c s-reported decided" ><button type="button" data-c="{SUSPECT}"[^>]*>0<', answer["form"]
        )
        (line,) = shelf.decisions.path.read_text(encoding="utf-8").splitlines()
        kept = json.loads(line)
        assert (kept["cell"], kept["value"], kept["author"], kept["note"]) == (SUSPECT, 0, "tester", "看了原件")
        assert kept["seen"] == {"value": 6, "status": "reported"}
        entry = shelf.index.get(key)
        assert entry is not None and (entry.decided, entry.doubts, entry.findings) == (1, 1, 1)
        undone = decide(http, key, "undo").json()
        assert undone["kept"] and undone["open_findings"] == 3

    def test_it_survives_a_restart_and_is_exported_as_labels(self, folder: Path, tmp_path: Path) -> None:
        for said in ("0", None):
            with (
                shelved(tmp_path, results=[folder / "all.jsonl"]) as shelf,
                served(shelf) as address,
                httpx.Client(base_url=address, headers={"origin": address}, trust_env=False, timeout=60) as http,
            ):
                key = key_of(shelf, "misprint")
                if said is not None:
                    assert http.get(f"/d/{key}/gold.json").status_code == 422
                    assert decide(http, key, "type", said=said).json()["kept"]
                    continue
                entry = shelf.index.get(key)
                assert entry is not None and entry.decided == 1
                labels = http.get(f"/d/{key}/gold.json").json()
                assert (labels["checked"], labels["labelled_by"]) == (True, "tester")
                assert (labels["only"], labels["cells"]) == ([SUSPECT], {SUSPECT: 0})
                assert decide(http, key, "reviewed", cell="").json()["kept"]
                assert "only" not in http.get(f"/d/{key}/gold.json").json()

    def test_as_printed_leaves_the_finding_and_says_so(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        shelf, http = run
        key = key_of(shelf, "misprint")
        answer = decide(http, key, "as_printed").json()
        assert answer["kept"] and "记为原文有误" in answer["said"]
        assert answer["findings"].count("acknowledged") >= 2 and answer["open_findings"] == 1
        assert SUSPECT not in answer["doubts"]

    @pytest.mark.parametrize(
        ("kind", "cell", "said"),
        [
            ("type", SUSPECT, "twelve"),
            ("type", SUSPECT, "-3"),
            ("type", SUSPECT, "1.5"),
            ("confirm", "no.such.cell", None),
            ("reticulate", SUSPECT, "1"),
            ("undo", SUSPECT, None),
            ("choose", SUSPECT, None),
        ],
    )
    def test_what_cannot_be_decided_is_refused_in_words(
        self, run: tuple[LocalShelf, httpx.Client], kind: str, cell: str, said: str | None
    ) -> None:
        shelf, http = run
        answer = decide(http, key_of(shelf, "misprint"), kind, cell, said=said)
        assert answer.status_code == 422
        assert answer.json()["kept"] is False and answer.json()["said"].startswith("未能保存：")
        assert shelf.decisions.stamp is None or shelf.decisions.path.read_bytes() == b""


class TestGuard:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"host": "evil.example"}, 421),
            ({"host": "127.0.0.1:1"}, 421),
            ({"origin": "http://evil.example"}, 403),
            ({"origin": "null"}, 403),
            ({"sec-fetch-site": "cross-site"}, 403),
            ({"x-gouji": ""}, 403),
        ],
    )
    def test_only_a_page_of_this_server_changes_something(
        self, run: tuple[LocalShelf, httpx.Client], headers: dict[str, str], status: int
    ) -> None:
        shelf, http = run
        posted = {"cell": SUSPECT, "kind": "confirm"}
        answer = http.post(f"/d/{key_of(shelf, 'misprint')}/decisions", json=posted, headers=ASKING | headers)
        assert answer.status_code == status
        assert shelf.decisions.path.exists() is (status == 200)

    def test_another_name_is_not_answered_to(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        _, http = run
        assert http.get("/", headers={"host": "rebound.example:80"}).status_code == 421
        port = http.base_url.port
        assert http.get("/", headers={"host": f"localhost:{port}"}).status_code == 200

    def test_beyond_loopback_a_token_is_needed(self, folder: Path, tmp_path: Path) -> None:
        with (
            shelved(tmp_path, results=[folder / "all.jsonl"]) as shelf,
            served(shelf, token="secret") as address,
            httpx.Client(base_url=address, trust_env=False) as http,
        ):
            assert http.get("/").status_code == 401
            assert http.get("/static/review.css").status_code == 401
            assert http.get("/?token=wrong").status_code == 401
            let_in = http.get("/?token=secret&year=2022")
            assert (let_in.status_code, let_in.headers["location"]) == (303, "/?year=2022")
            assert "HttpOnly" in let_in.headers["set-cookie"] and "SameSite=Strict" in let_in.headers["set-cookie"]
            assert http.get("/").status_code == 200

    def test_every_answer_forbids_all_but_its_own(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        shelf, http = run
        key = key_of(shelf, "misprint")
        for path in ("/", f"/d/{key}", f"/d/{key}/source", "/static/review.css", "/nowhere", f"/d/{key}/state"):
            headers = http.get(path).headers
            assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';"), path
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"


class TestPoisonedResults:
    """Results that somebody else wrote: one of them costs only itself."""

    def poisoned(self, folder: Path, tmp_path: Path) -> Path:
        good = json.loads((folder / "all.jsonl").read_text("utf-8").splitlines()[0])
        cell, state = next((cell, state) for cell, state in good["cells"].items() if state["evidence"] is not None)
        many = 10**400
        lines = []
        for number, poison in enumerate(
            (
                {},
                {"evidence": state["evidence"] | {"page": 1, "box": [many, 0, 0, 0]}},
                {"evidence": state["evidence"] | {"page": many}},
                {"value": many},
                {"alternatives": [many]},
                {"evidence": state["evidence"] | {"start": many, "end": many}},
            )
        ):
            cells = good["cells"] | {cell: state | poison}
            source = good["source"] | {"name": f"{number}.html"}
            lines.append(json.dumps(good | {"source": source, "cells": cells}))
        for name, organ in (("\udcff.html", "乙局"), ("last.html", "\ud800局")):
            lines.append(json.dumps(good | {"source": good["source"] | {"name": name}, "organ": organ}))
        path = tmp_path / "poisoned.jsonl"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    def test_what_stands_behind_them_is_read_and_every_page_answers(self, folder: Path, tmp_path: Path) -> None:
        results = self.poisoned(folder, tmp_path)
        with (
            shelved(tmp_path, results=[results]) as shelf,
            served(shelf) as address,
            httpx.Client(base_url=address, trust_env=False, timeout=60) as http,
        ):
            names = {entry.name for entry in shelf.index.all()}
            assert {"0.html", "\udcff.html", "last.html"} <= names
            assert {"3.html", "4.html", "5.html"}.isdisjoint(names)
            for path in ("/", "/overview", "/?sort=organ"):
                assert http.get(path).status_code == 200
            for entry in shelf.index.all():
                for tail in ("", "/source", "/state", "/gold.json"):
                    assert http.get(f"/d/{entry.key}{tail}").status_code in (200, 404, 422), (entry.name, tail)

    def test_a_note_that_is_no_text_is_refused(self, run: tuple[LocalShelf, httpx.Client]) -> None:
        shelf, http = run
        key = key_of(shelf, "misprint")
        said = '{"cell": "x", "kind": "confirm", "note": "\\ud800"}'
        answer = http.post(f"/d/{key}/decisions", content=said, headers=ASKING | {"content-type": "application/json"})
        assert answer.status_code == 422
        assert answer.json()["kept"] is False


class TestWords:
    def test_every_word_of_the_templates_is_said_in_both_languages(self) -> None:
        from string import Formatter

        from extractor.review.site.strings import STRINGS
        from extractor.review.site.writing import templates

        environment = templates()
        asked: set[str] = set()
        for name in environment.list_templates():
            source = Path(str(environment.get_template(name).filename)).read_text(encoding="utf-8")
            asked |= set(re.findall(r"\bt\('([\w.]+)'[,)]", source))
        assert len(asked) > 80
        assert sorted(asked - STRINGS.keys()) == []
        for key, (chinese, english) in STRINGS.items():
            holes = [{hole for _, hole, _, _ in Formatter().parse(said) if hole} for said in (chinese, english)]
            assert holes[0] == holes[1] and chinese and english, key


class TestCommand:
    def test_it_says_where_it_answers_and_ends_quietly(self, folder: Path, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "extractor.cli", "review", "--port", "0", "--no-browser"]
        given = [str(folder / "all.jsonl"), "--decisions", str(tmp_path)]
        started = subprocess.Popen(
            command + given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
        )
        try:
            assert started.stdout is not None
            line = started.stdout.readline()
            assert line.startswith("gouji review: http://127.0.0.1:")
            assert httpx.get(line.split()[-1], trust_env=False, timeout=30).status_code == 200
        finally:
            started.send_signal(signal.SIGINT)
            _, complaints = started.communicate(timeout=30)
        assert "Traceback" not in complaints

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (["nowhere.jsonl"], "no such file or folder"),
            (["-"], "not streams"),
            (["{folder}/all.jsonl", "--decisions", "{folder}/none"], "decisions cannot be kept in"),
            (["{folder}/all.jsonl", "--form", "ogi-1999"], "ogi-1999"),
        ],
    )
    def test_wrong_usage_is_told_in_a_line(self, folder: Path, given: list[str], said: str) -> None:
        from typer.testing import CliRunner

        from extractor.cli.app import app

        result = CliRunner().invoke(app, ["review", *(one.format(folder=folder) for one in given)], input="x")
        assert result.exit_code == 2, result.output
        assert said in result.output
