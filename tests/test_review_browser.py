"""The review page in a real browser: Debian's chromium, driven by playwright."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra 'review' is not installed: pip install 'gouji[review]'")
pytest.importorskip("PIL", reason="the extra 'review' is not installed: pip install 'gouji[review]'")

from reviewing import key_of, results_of, served, shelved

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SCANS = Path(__file__).parent / "scans"
SUSPECT = "applications.rejected_mass.public_welfare"
OTHER = "review_litigation.litigation_direct.upheld"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> "Iterator[playwright.Browser]":
    with playwright.sync_playwright() as driver:
        # In a container there is no sandbox to be had; what is shown here is ours, or is not to run at all.
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: "playwright.Browser") -> "Iterator[playwright.Page]":
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("browser")
    results_of(made, "misprint-2023", "clean-html-2022", "blanks-dropped-2023")
    return made


def current(page: "playwright.Page") -> str:
    chosen = page.locator("#form .current button")
    return str(chosen.get_attribute("data-c")) if chosen.count() else ""


def until(page: "playwright.Page", wanted: str, argument: object = None) -> None:
    """Waits for an expression to be true: playwright's own way needs eval, which the page's policy forbids."""
    deadline = time.monotonic() + 15
    while not page.evaluate(wanted, argument):
        assert time.monotonic() < deadline, wanted
        page.wait_for_timeout(20)


def see(page: "playwright.Page", selector: str) -> None:
    """Waits until the first such element on the left side can be seen there."""
    until(
        page,
        """(selector) => {
            const frame = document.getElementById("source").getBoundingClientRect();
            const box = document.querySelector(`#source ${selector}`).getBoundingClientRect();
            return box.top >= frame.top && box.bottom <= frame.bottom && box.left >= frame.left && box.width > 0;
        }""",
        selector,
    )


def test_a_day_at_the_desk(page: "playwright.Page", folder: Path, tmp_path: Path) -> None:
    """Open, walk from doubt to doubt, correct a cell, see the finding go, reload and find it kept, export labels."""
    with shelved(tmp_path, results=[folder / "all.jsonl"]) as shelf, served(shelf) as address:
        page.goto(address)
        page.get_by_role("link", name="丹枫市人民政府").click()
        page.wait_for_selector("#source mark")
        page.wait_for_selector("body[data-studied]")
        assert page.locator("#findings .finding").count() == 3
        page.keyboard.press("n")
        page.wait_for_selector(f'.cell-head[data-cell="{SUSPECT}"]')
        assert current(page) == SUSPECT
        assert page.locator("#source mark.on").all_inner_texts() == ["6"]
        see(page, "mark.on")
        page.keyboard.press("n")
        page.wait_for_selector(f'.cell-head[data-cell="{OTHER}"]')
        page.keyboard.press("n")  # after the last the first
        page.wait_for_selector(f'.cell-head[data-cell="{SUSPECT}"]')
        page.keyboard.press("ArrowRight")
        page.wait_for_selector('.cell-head[data-cell="applications.rejected_mass.legal_services"]')
        page.keyboard.press("ArrowLeft")
        page.wait_for_selector(f'.cell-head[data-cell="{SUSPECT}"]')
        page.keyboard.press("e")
        page.keyboard.type("0")
        page.keyboard.press("Enter")
        until(page, "document.querySelectorAll('#findings .error').length === 1")
        assert "待核 1 处" in page.locator("#said").inner_text()
        assert page.locator(f'#form td.decided [data-c="{SUSPECT}"]').inner_text() == "0"
        assert page.evaluate("document.activeElement.dataset.c") == SUSPECT

        page.reload()
        page.wait_for_selector("body[data-studied]")
        assert current(page) == SUSPECT  # the address says which cell
        assert page.locator(f'#form td.decided [data-c="{SUSPECT}"]').inner_text() == "0"
        assert page.locator("#findings .error").count() == 1
        with page.expect_download() as download:
            page.get_by_role("link", name="导出标注").click()
        labels = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
        assert labels["cells"] == {SUSPECT: 0} and labels["only"] == [SUSPECT]

        page.keyboard.press("u")
        until(page, "document.querySelectorAll('#findings .error').length === 3")
        page.keyboard.press("w")
        page.wait_for_selector("#findings .finding.acknowledged")
        assert page.locator("#findings .error").count() == 3


def test_a_reading_is_chosen_by_its_number(page: "playwright.Page", folder: Path, tmp_path: Path) -> None:
    with shelved(tmp_path, results=[folder / "all.jsonl"]) as shelf, served(shelf) as address:
        page.goto(f"{address}/d/{key_of(shelf, 'blanks')}")
        page.wait_for_selector("body[data-studied]")
        page.keyboard.press("n")
        page.keyboard.press("n")
        page.wait_for_selector('.cell-head[data-cell="proactive.regulations.repealed"]')
        left = int(page.locator("#left").inner_text().split()[1])
        page.locator(".readings li").nth(1).wait_for()
        page.keyboard.press("2")
        page.wait_for_selector("#form td.s-blank.decided")
        assert int(page.locator("#left").inner_text().split()[1]) < left
        # A click on evidence leads to its cell.
        page.locator("#source mark[data-c]").first.click()
        page.wait_for_selector(".cell-head")
        assert current(page) in str(page.locator("#source mark[data-c]").first.get_attribute("data-c")).split()


def test_names_and_states_are_there_for_those_who_listen(page: "playwright.Page", folder: Path, tmp_path: Path) -> None:
    """What a screen reader is told: the tree of roles and names, without colour or place."""
    with shelved(tmp_path, results=[folder / "all.jsonl"]) as shelf, served(shelf) as address:
        page.goto(f"{address}/d/{key_of(shelf, 'misprint')}#{SUSPECT}")
        page.wait_for_selector("body[data-studied]")
        assert (
            page.get_by_role(
                "button", name="4.无正当理由大量反复申请，社会公益组织，6，原文所印，疑似有误，待核"
            ).count()
            == 1
        )
        assert page.get_by_role("table", name="三、收到和处理政府信息公开申请情况").count() >= 1
        for region in ("原文", "法定表格", "单元格", "发现的问题"):
            assert page.get_by_role("region", name=region).count() >= 1, region
        unnamed = page.evaluate(
            """[...document.querySelectorAll("button, a, input, select")].filter((one) => !(one.innerText.trim()
                || one.getAttribute("aria-label") || one.labels?.length || one.title)).map((one) => one.outerHTML)"""
        )
        assert unnamed == []
        # One stop for the tab key in the form: from there on the arrows.
        assert page.locator('#form button[tabindex="0"]').count() == 1


def test_it_can_be_used_at_twice_the_size(browser: "playwright.Browser", folder: Path, tmp_path: Path) -> None:
    """A window of 1280 × 900 at 200 % has 640 × 450 points: nothing may be cut off to the side."""
    context = browser.new_context(viewport={"width": 640, "height": 450}, locale="en-US", color_scheme="dark")
    with shelved(tmp_path, results=[folder / "all.jsonl"]) as shelf, served(shelf) as address:
        page = context.new_page()
        for path in ("/", f"/d/{key_of(shelf, 'misprint')}"):
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, path
        page.keyboard.press("n")
        page.wait_for_selector(".cell-head")
        seen = page.evaluate(
            """["#form .current", ".cell-head"].map((one) => {
                const box = document.querySelector(one).getBoundingClientRect();
                return box.bottom > 0 && box.top < innerHeight;
            })"""
        )
        assert seen == [True, True]
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
    context.close()


class _Listener(ThreadingHTTPServer):
    """Notes whatever is asked of it."""

    daemon_threads = True

    def __init__(self) -> None:
        heard: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                self.send_response(200)
                self.end_headers()

            do_POST = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.heard = heard


ALIVE = """[...document.querySelectorAll("#source *")].filter((one) => {
    const tag = /^(script|style|iframe|object|embed|form|input|img|svg|link|meta|base|a|video|audio)$/i;
    const name = /^on|^style$|^href$|^src|^id$|^name$|^form|^background$/i;
    return tag.test(one.tagName) || [...one.attributes].some((at) => name.test(at.name) || /script:/i.test(at.value));
}).map((one) => one.outerHTML)"""
HOSTILE = Path(__file__).parent / "hostile_page.html"


def test_a_hostile_page_neither_runs_nor_fetches(browser: "playwright.Browser", folder: Path, tmp_path: Path) -> None:
    listener = _Listener()
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    there = f"http://127.0.0.1:{listener.server_address[1]}"
    rest = (folder / "misprint-2023.html").read_text(encoding="utf-8").partition("<body")[2].partition(">")[2]
    hostile = tmp_path / '<img src=x onerror=window.ran="name">.html'
    content = HOSTILE.read_text(encoding="utf-8").replace("%there%", there)
    hostile.write_text(content.replace("%cell%", SUSPECT).replace("%rest%", rest), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if "Content Security Policy" in said.text else None)
    try:
        with shelved(tmp_path, [hostile]) as shelf, served(shelf) as address:
            (entry,) = shelf.index.all()
            assert entry.verdict is not None and entry.verdict.value == "review"
            page.goto(address)
            page.wait_for_load_state("networkidle")
            page.goto(f"{address}/d/{entry.key}")
            page.wait_for_selector("#source mark")
            page.wait_for_selector("body[data-studied]")
            for view in ("page", "text"):
                page.locator(f'[data-view="{view}"]').click()
                page.wait_for_selector(f".paper.{view}")
                assert page.locator("#source").get_by_text("<script>window.ran='escaped'</script>").count() == 1
                page.locator("#source").get_by_text("链接").first.click()
                page.locator("#source").get_by_text("escaped").first.hover()
                alive = page.evaluate(ALIVE)
                assert alive == []
            page.keyboard.press("n")
            page.wait_for_selector(f'.cell-head[data-cell="{SUSPECT}"]')
            page.wait_for_timeout(300)
            assert page.evaluate("window.ran") is None
            assert [url for url in asked if not url.startswith((address, "data:"))] == []
            assert listener.heard == []
            assert blocked == []  # nothing of it came so far that the policy had to step in
            # And if our list of tags had a hole, the policy would still hold.
            page.evaluate(
                """(there) => { document.getElementById("source").innerHTML =
                    `<img src="${there}/hole" onerror="window.ran='hole'"><p style="background:url(${there}/css)">x</p>
                    <iframe src="${there}/frame"></iframe>`; }""",
                there,
            )
            page.wait_for_timeout(300)
            assert page.evaluate("window.ran") is None and listener.heard == []
            assert len(blocked) >= 3
    finally:
        listener.shutdown()
        listener.server_close()
        context.close()


def test_another_origin_cannot_decide_or_frame(browser: "playwright.Browser", folder: Path, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    with (
        shelved(tmp_path, results=[folder / "all.jsonl"]) as shelf,
        served(shelf) as address,
        served(shelf) as elsewhere,
    ):
        key = key_of(shelf, "misprint")
        page.route("**/evil", lambda route: route.fulfill(body="<p>evil</p>", content_type="text/html"))
        page.goto(f"{elsewhere}/evil")
        outcome = page.evaluate(
            """async ([address, key, cell]) => {
                const body = JSON.stringify({cell, kind: "type", said: "999"});
                const tries = [{}, {mode: "no-cors", headers: {"content-type": "text/plain"}},
                    {headers: {"content-type": "application/json", "x-gouji": "1"}}];
                const told = (answer) => answer.type === "opaque" ? "opaque" : answer.status;
                return Promise.all(tries.map((more) => fetch(`${address}/d/${key}/decisions`, {
                    method: "POST", body, credentials: "include", ...more}).then(told, () => "refused")));
            }""",
            [address, key, SUSPECT],
        )
        assert set(outcome) <= {"refused", "opaque"}
        assert not shelf.decisions.path.exists()
        page.evaluate("(address) => { document.body.innerHTML = `<iframe src='${address}/'></iframe>`; }", address)
        page.wait_for_timeout(200)
        assert all(not frame.url.startswith(address) or not frame.content().count("丹枫") for frame in page.frames[1:])
    context.close()


@pytest.mark.skipif(find_spec("rapidocr") is None, reason="the extra 'ocr' is not installed: pip install 'gouji[ocr]'")
def test_a_scan_is_shown_with_boxes(page: "playwright.Page", tmp_path: Path) -> None:
    scan = tmp_path / "misprint-2021.jpg"
    shutil.copy(SCANS / scan.name, scan)
    cell = "applications.unavailable_creation.natural_person"
    with shelved(tmp_path, [scan], read=False) as shelf, served(shelf) as address:
        (entry,) = shelf.index.all()
        page.goto(f"{address}/d/{entry.key}")
        page.wait_for_selector(".sheet img")  # the page, while it is still being read
        page.wait_for_selector(".box", timeout=60_000, state="attached")
        page.keyboard.press("n")
        page.wait_for_selector(f'.cell-head[data-cell="{cell}"]')
        box = page.locator(".box.on")
        assert box.count() == 1
        see(page, ".box.on")
        # In one look: the page may still be moving there.
        drawn, sheet = page.evaluate(
            "['.box.on', '.sheet'].map((one) => document.querySelector(one).getBoundingClientRect().toJSON())"
        )
        report = shelf.report(entry.key)
        assert report is not None
        evidence = report.cells[cell].evidence
        assert evidence is not None and evidence.box is not None
        size = page.locator(".sheet img").evaluate("(one) => [one.naturalWidth, one.naturalHeight]")
        assert abs(size[0] / size[1] - sheet["width"] / sheet["height"]) < 0.02
        viewed = page.locator(".sheet svg").get_attribute("viewBox").split()
        scale = sheet["width"] / float(viewed[2])
        assert abs(drawn["x"] - sheet["x"] - scale * (evidence.box[0] - 1.5)) < 3
        assert abs(drawn["y"] - sheet["y"] - scale * (evidence.box[1] - 1.5)) < 3
        shelf.bench.close()  # it is still being read once more, for every reading
        page.wait_for_selector("body[data-studied]")
