"""README.md and docs/ held against the program: commands, options, examples, fields and figures of speech."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel

from extractor import Limits, Severity, Status, Verdict, errors, extract
from extractor.audit.audit import audit
from extractor.audit.bodies import BodyRules
from extractor.audit.chains import Unchecked, families
from extractor.audit.filed import filed_report, needed_cells
from extractor.audit.model import Kind
from extractor.audit.results import MOST_CHARACTERS, SUFFIXES
from extractor.batch import failed
from extractor.cli.app import app
from extractor.cli.audit import FOUND, FailOn
from extractor.cli.extract import Format
from extractor.deciding.decision import Decision, DecisionKind, Seen
from extractor.deliver.audit_files import AUDIT_COLUMNS
from extractor.deliver.duckdb_file import DOUBT, VIEWS
from extractor.deliver.rule_words import failure_words, rule_words
from extractor.deliver.tables.of_rules import FIELDS, IDENTITIES
from extractor.deliver.tables.schemas import TABLES
from extractor.deliver.to_csv import COLUMNS
from extractor.evaluate.gold import COMMENT, UNDECIDED
from extractor.evaluate.gold import KEYS as KNOWN_KEYS
from extractor.evaluate.intervals import LEVEL, RESAMPLES, proportion
from extractor.evaluate.label import begun
from extractor.evaluate.readers import Reader
from extractor.evaluate.scoring import HARMFUL, Outcome
from extractor.evaluate.trust import Trust
from extractor.forms import concordance, model, printed
from extractor.forms.load import load_forms
from extractor.panel import names, schemas
from extractor.panel.bodies import Ground
from extractor.panel.decisions import Choice
from extractor.parse.fitting.split import Shape, cuts
from extractor.parse.prose import rules as prose_rules
from extractor.parse.recognise import rules as recognition_rules
from extractor.pipeline import draft, finish
from extractor.read import read_path
from extractor.review.figures import FigureGroup, FigureRules, MainFigure

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OUTPUT, RULES, HOW, AUDIT, LLM, EVAL, SERVICE, DELIVER, PANEL, BULK, DECISIONS, WAY, REVIEW = (
    (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in (
        "output.md",
        "rules.md",
        "how-it-works.md",
        "audit.md",
        "llm.md",
        "eval.md",
        "service.md",
        "deliver.md",
        "panel.md",
        "bulk.md",
        "decisions.md",
        "from-folder-to-panel.md",
        "review.md",
    )
)
PAGES = {"README.md": README} | {
    f"docs/{name}": page
    for name, page in (
        ("output.md", OUTPUT),
        ("rules.md", RULES),
        ("how-it-works.md", HOW),
        ("audit.md", AUDIT),
        ("decisions.md", DECISIONS),
        ("llm.md", LLM),
        ("eval.md", EVAL),
        ("service.md", SERVICE),
        ("deliver.md", DELIVER),
        ("panel.md", PANEL),
        ("bulk.md", BULK),
        ("from-folder-to-panel.md", WAY),
        ("review.md", REVIEW),
    )
}
MISPRINT = ROOT / "eval" / "samples" / "misprint-2023" / "report.html"

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


def blocks(page: str, language: str) -> list[str]:
    return [text for kind, text in _BLOCK.findall(page) if kind == language]


def block_after(page: str, words: str) -> str:
    """The first block behind `words`."""
    match = _BLOCK.search(page, page.index(words))
    assert match, words
    return match[2]


def section(page: str, heading: str) -> str:
    """From a heading to the next one that is not below it."""
    level = heading.split()[0]
    match = re.search(rf"^{re.escape(heading)}$\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", page, re.MULTILINE | re.DOTALL)
    assert match, heading
    return match[1]


def first_column(table: str) -> list[str]:
    """The code words in the first column of a page's tables."""
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    return [word for line in lines for word in _CODE.findall(line.split("|")[1])]


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """Every command in the pages' shell blocks, without its comment and redirections."""
    for name, page in PAGES.items():
        for block in (*blocks(page, "sh"), *blocks(page, "console")):
            for line in block.splitlines():
                if line.startswith("$ "):
                    line = line[2:]
                elif block in blocks(page, "console"):
                    continue
                words = shlex.split(re.sub(r"<[^ ]*[^>]*>", "placeholder", line), comments=True)
                if words:
                    yield name, words


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """In the checkout, with its package, as on a pipe."""
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **variables}
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, env=environment, check=False)


def resolved(words: list[str]) -> tuple[Any, list[str]]:
    """The command that `gouji <words>` runs, and what is left for it."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


GOUJI = [(name, words[1:]) for name, words in command_lines() if Path(words[0]).name == "gouji"]


@pytest.mark.parametrize(("name", "words"), GOUJI, ids=[f"{name}: {' '.join(words)}" for name, words in GOUJI])
def test_every_gouji_command_shown_exists_with_its_options(name: str, words: list[str]) -> None:
    command, rest = resolved(words)
    if hasattr(command, "commands") and "--version" not in words:
        assert command.invoke_without_command, f"{name}: gouji {' '.join(words)}"
    known = {option for parameter in command.params for option in parameter.opts}
    for word in rest:
        if word.startswith("-") and word != "-":
            assert word.partition("=")[0] in known, f"{name}: {word}"


def test_every_command_is_shown() -> None:
    assert set(resolved([])[0].commands) <= {words[0] for _, words in GOUJI}


def test_options_named_in_running_text_exist() -> None:
    named = (
        ["extract"],
        ["audit"],
        ["serve"],
        ["worker"],
        ["audit-log"],
        ["batch", "submit"],
        ["doctor"],
        ["forms"],
        ["text"],
        ["label"],
        ["deliver"],
        ["panel"],
        ["bulk"],
        ["review"],
        ["eval", "run"],
        ["eval", "compare"],
    )
    everything = [resolved([])[0], *(resolved(words)[0] for words in (*named, ["eval", "show"]))]
    known = {option for command in everything for parameter in command.params for option in parameter.opts}
    known |= {"--help"}
    evals = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "eval").glob("*.py"))
    for name, page in PAGES.items():
        for code in _CODE.findall(page):
            for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", code):
                in_eval = "eval." in code and f'"{option}"' in evals
                assert option in known or in_eval, f"{name}: {code}"


def test_formats_shown_are_written() -> None:
    formats = {words[words.index("--format") + 1] for _, words in GOUJI if "--format" in words}
    formats |= {
        code.split()[1] for page in PAGES.values() for code in _CODE.findall(page) if code.startswith("--format ")
    }
    assert formats == set(Format) - {Format.TABLE}


def test_make_targets_shown_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    shown = {words[1] for _, words in command_lines() if words[0] == "make"}
    shown |= {code.split()[1] for page in PAGES.values() for code in _CODE.findall(page) if code.startswith("make ")}
    assert shown <= targets
    assert {"demo", "test"} <= shown


def test_python_modules_shown_exist() -> None:
    shown = {match for page in PAGES.values() for match in re.findall(r"python -m ([\w.]+)", page)}
    for module in shown - {"venv"}:
        assert (ROOT / (module.replace(".", "/") + ".py")).exists(), module


def test_ci_runs_the_tests_as_the_readme_says() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    shown = [line.strip() for block in blocks(README, "sh") for line in block.splitlines()]
    assert [line for line in lines if line.startswith("make ") and line != "make lint"] == ["make test"]
    assert "make test" in shown


@pytest.mark.parametrize("page", ["README.md", "docs/audit.md"])
def test_the_first_screen_is_a_real_run(page: str) -> None:
    """Each line of the page's terminal output stands in the real one, in that order; … stands for what was cut."""
    (block,) = blocks(PAGES[page], "console")
    command, *shown = block.splitlines()
    result = run([sys.executable, "-m", "extractor.cli", *shlex.split(command)[2:]], COLUMNS="110")
    assert result.returncode == 0, result.stderr
    real = iter(line.rstrip() for line in result.stdout.splitlines())
    for line in shown:
        if line.strip() != "…":
            assert line.rstrip() in real, f"not (or not here) in the output of COLUMNS=110 {command[2:]}: {line}"


def test_the_library_example_prints_what_the_readme_says() -> None:
    (example,) = blocks(README, "python")
    result = run([sys.executable, "-c", example])
    assert result.returncode == 0, result.stderr
    assert result.stdout == block_after(README, "\nprints\n")


@pytest.mark.parametrize("page", ["README.md", "docs/rules.md"])
def test_the_mistake_shown_is_told_as_shown(page: str, tmp_path: Path) -> None:
    """With file and line; the line's number may differ."""
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    file = rules / "forms" / "ogi-2021.yaml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("labels: [行政许可]", "labels: [行政许可, 行政处罚]")
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    with pytest.raises(errors.RulesError) as raised:
        load_forms(rules)
    told = re.sub(r":\d+:", ":N:", f"gouji: {raised.value}".replace(f"{tmp_path}/", ""))
    assert told in [re.sub(r":\d+:", ":N:", block.strip()) for block in blocks(PAGES[page], "text")]


def test_the_label_variant_of_the_readme_is_a_valid_edit() -> None:
    (row,) = yaml.safe_load(block_after(README, "## Adding a label variant"))
    assert model.Row.model_validate(row).id == "licences"
    assert "labels: [行政许可]" in (ROOT / "rules" / "forms" / "ogi-2021.yaml").read_text(encoding="utf-8")


def test_yaml_examples_of_rules_md_stand_in_the_rules() -> None:
    form = yaml.safe_load((ROOT / "rules" / "forms" / "ogi-2021.yaml").read_text(encoding="utf-8"))
    for block in blocks(RULES, "yaml"):
        (one,) = yaml.safe_load(block)
        assert one in form["identities"] or one in form["plausible"], one


def test_statuses_severities_and_verdicts_are_those_of_the_program() -> None:
    assert sorted(first_column(section(OUTPUT, "### Statuses"))) == sorted(Status)
    assert sorted(first_column(README[: README.index("## Install")])) == sorted(Status)
    assert sorted(first_column(section(OUTPUT, "### Severities"))) == sorted(Severity)
    assert sorted(first_column(section(OUTPUT, "## Verdicts"))) == sorted(Verdict)


def test_every_field_is_described() -> None:
    report = extract(MISPRINT).to_dict()
    top = first_column(section(OUTPUT, "## The report"))
    assert top == list(report)
    described = set(_CODE.findall(OUTPUT))
    for name in ("source", "usage", "reasons"):
        inner = report[name]
        assert isinstance(inner, dict)
        assert set(inner) <= described, name
    cells, findings = report["cells"], report["findings"]
    assert isinstance(cells, dict) and isinstance(findings, list)
    fields = {key for cell in cells.values() if isinstance(cell, dict) for key in cell}
    assert fields <= set(first_column(section(OUTPUT, "## Cells").split("### ")[0]))
    fields = {key for finding in findings if isinstance(finding, dict) for key in finding}
    assert fields <= set(first_column(section(OUTPUT, "## Findings").split("### ")[0]))


def test_the_fields_that_are_described_exist() -> None:
    source = (ROOT / "extractor" / "report.py").read_text(encoding="utf-8")
    for heading in ("## The report", "## Cells", "## Findings"):
        for name in first_column(section(OUTPUT, heading).split("### ")[0]):
            assert f'"{name}"' in source, name


def test_rule_ids_of_documents_are_all_described() -> None:
    written = set()
    for path in (ROOT / "extractor").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        written |= set(re.findall(r'Finding\(\s*"(document\.\w+)"', text))
        written |= {f"document.{code}" for code in re.findall(r'failed\(\s*[^,()]+,\s*"(\w+)"', text)}
    written |= {f"document.{kind.code}" for kind in errors.DocumentError.__subclasses__()}
    shown = {rule for rule in first_column(section(OUTPUT, "### Rules")) if rule.startswith("document.")}
    assert shown == written
    described = shown | set(re.findall(r"`(decision\.\w+)`", OUTPUT))
    assert {
        rule for rule in described if not (rule_words(rule) or failure_words(rule.removeprefix("document.")))
    } == set()


def test_rule_ids_named_as_examples_exist() -> None:
    rules = {edit.id for form in load_forms().values() for edit in form.edits}
    named = {code for page in PAGES.values() for code in _CODE.findall(page)}
    examples = {code for code in named if re.fullmatch(r"[a-z_]+\.(?:row_sum|balance|outcomes)\.[a-z_]+", code)}
    assert examples
    assert examples <= rules


def test_a_failed_document_is_as_described() -> None:
    report = failed(ROOT / "nowhere", "unreadable", "why").to_dict()
    assert (report["form"], report["organ"], report["year"], report["cells"]) == (None, None, None, {})
    assert report["verdict"] == "failed"
    assert isinstance(report["source"], dict)
    assert report["source"]["media_type"] == "application/octet-stream"
    assert "`application/octet-stream`" in section(OUTPUT, "## Documents that failed")


def test_csv_columns_are_those_written() -> None:
    described = section(OUTPUT, "## CSV").partition("Columns:")[2].partition("Table, row")[0]
    assert tuple(_CODE.findall(described)) == COLUMNS


def test_limits_are_those_of_the_program() -> None:
    lines = re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", section(OUTPUT, "## Limits"), re.MULTILINE)
    limits = Limits()
    assert {name: int(value.replace(",", "")) for name, value in lines} == {
        name: getattr(limits, name) for name in type(limits).__slots__
    }


KEYS: list[tuple[str, type[BaseModel]]] = [
    ("## Forms: rules/forms/\\<id\\>.yaml", kind)
    for kind in (model.Form, model.Table, model.Row, model.Column, model.EditRule, model.Plausible, model.Marker)
]
KEYS += [
    ("## Sentences: rules/prose.yaml", kind)
    for kind in (prose_rules.ProseRules, prose_rules.Phrasing, prose_rules.Case, prose_rules.Subject)
]
KEYS += [("## Bodies: rules/bodies.yaml", BodyRules)]
KEYS += [("## Main figures: rules/figures.yaml", kind) for kind in (FigureRules, FigureGroup, MainFigure)]
KEYS += [
    ("## Comparison: rules/concordance.yaml", kind)
    for kind in (concordance.ConcordanceFile, concordance.Family, concordance.Source)
]
KEYS += [("## Names of bodies: rules/panel.yaml", kind) for kind in (names.PanelRules, names.Renaming)]
KEYS += [("## Layout: rules/print.yaml", kind) for kind in (printed.Print,)]
KEYS += [
    ("## Recognition: rules/recognition.yaml", kind)
    for kind in (
        recognition_rules.RecognitionRules,
        recognition_rules.YearRule,
        recognition_rules.OrganRule,
        recognition_rules.Weighted,
        recognition_rules.FormYear,
        recognition_rules.YearNamed,
        recognition_rules.LabelRule,
    )
]


@pytest.mark.parametrize(("heading", "kind"), KEYS, ids=[kind.__name__ for _, kind in KEYS])
def test_every_key_of_the_rules_is_described(heading: str, kind: type[BaseModel]) -> None:
    described = set(_CODE.findall(section(RULES, heading)))
    wanted = {info.alias or name for name, info in kind.model_fields.items()}
    assert wanted <= described | {"id"}, wanted - described


def test_kinds_and_layouts_are_described() -> None:
    described = set(_CODE.findall(section(RULES, "## Forms: rules/forms/\\<id\\>.yaml")))
    for values in (model.Kind, model.EditKind, model.PlausibleKind, model.Layout, model.ForEach):
        assert set(values) <= described


def test_tables_views_statuses_and_flags_are_those_of_the_program() -> None:
    published = {*TABLES, FIELDS.name, IDENTITIES.name}
    assert set(first_column(section(DELIVER, "## The tables"))) == published
    assert set(first_column(section(DELIVER, "## The database"))) == set(VIEWS)
    assert first_column(PANEL[: PANEL.index("## Values")]) == ["panel", *(table.name for table in schemas.PUBLISHED)]
    sound = {Status.REPORTED, Status.DERIVED, Status.CORRECTED}
    told = first_column(section(PANEL, "## Values, statuses, flags"))
    assert set(told) == ({*Status, *schemas.Standing} - sound) | set(schemas.Flag)
    described = set(_CODE.findall(section(PANEL, "## Bodies")))
    assert set(Ground) - {Ground.DECIDED} <= described
    assert {choice.value for choice in Choice} <= described
    assert {relation.value for relation in concordance.Relation} <= set(_CODE.findall(RULES))


def test_the_formula_of_the_worklist_is_the_one_told() -> None:
    told = re.findall(r"0\.(\d+)\^(\w+)", section(PANEL, "## Which reports to check first"))
    assert {name: round(1 - float(f"0.{rest}"), 4) for rest, name in told} == DOUBT


def test_links_lead_somewhere() -> None:
    for name, page in PAGES.items():
        here = (ROOT / name).parent
        for target in re.findall(r"\]\(([^)\s]+)\)", page):
            path, _, anchor = target.partition("#")
            if path.startswith("http"):
                continue
            other = (here / path).resolve() if path else ROOT / name
            assert other.exists(), f"{name}: {target}"
            if anchor:
                headings = re.findall(r"^#+ (.+)$", other.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in {heading.lower().replace(" ", "-") for heading in headings}, f"{name}: {target}"


def test_samples_named_exist() -> None:
    for page in PAGES.values():
        for path in re.findall(r"eval/samples/[\w-]+/report\.\w+", page):
            assert (ROOT / path).exists(), path


def test_the_glued_row_can_be_cut_as_the_pages_say() -> None:
    shape = Shape((model.Kind.COUNT,) * 7, (((0, 1, 2, 3, 4, 5), 6),))
    every, summing = (cuts(["229353446"], shape, checked=checked) for checked in (False, True))
    ways = {" ".join(piece.text for piece in way) for way in summing}
    for page in (README, HOW):
        running = " ".join(page.split())
        assert f"in {len(every)} ways" in running
        assert {one for one in re.findall(r"\d+(?: \d+){6}", running) if one.endswith(" 46")} == ways


def test_the_audits_json_is_as_described() -> None:
    forms = load_forms()
    samples = [
        ROOT / "eval" / "samples" / name for name in ("misprint-2023/report.html", "markdown-torn-2024/report.md")
    ]
    needed = needed_cells(forms)
    object_ = audit([filed_report(extract(sample), needed) for sample in samples], forms).to_dict()
    assert first_column(section(AUDIT, "## JSON")) == list(object_)
    _, fields = re.findall(r"(?:^\|.*\n)+", section(AUDIT, "## Findings"), re.MULTILINE)
    findings, bodies, coverage = object_["findings"], object_["bodies"], object_["coverage"]
    assert isinstance(findings, list) and isinstance(bodies, list) and isinstance(coverage, dict)
    assert isinstance(findings[0], dict) and isinstance(bodies[0], dict)
    assert first_column(fields) == list(findings[0])
    described = set(_CODE.findall(AUDIT)) | {"evidence"}
    operands, reports, pairs = findings[0]["operands"], bodies[0]["reports"], bodies[0]["pairs"]
    assert isinstance(operands, list) and isinstance(reports, list) and isinstance(pairs, list)
    for one in (operands[0], reports[0], pairs[0], coverage, bodies[0]):
        assert isinstance(one, dict)
        assert set(one) <= described, one


def test_the_audits_kinds_reasons_and_rules_are_those_of_the_program() -> None:
    kinds, _ = re.findall(r"(?:^\|.*\n)+", section(AUDIT, "## Findings"), re.MULTILINE)
    assert sorted(first_column(kinds)) == sorted(Kind)
    checked = first_column(section(AUDIT, "## What is checked"))
    assert sorted(checked) == sorted(
        [*Unchecked, *{one.id for form in load_forms().values() for one in families(form)}]
    )
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "extractor" / "audit").glob("*.py"))
    assert set(re.findall(r"`(body\.\w+)`", AUDIT)) == set(re.findall(r'"(body\.\w+)"', written))


def test_the_audits_columns_files_and_exit_codes_are_those_of_the_program() -> None:
    described = section(AUDIT, "## JSON").partition("Columns:")[2]
    assert tuple(_CODE.findall(described)) == AUDIT_COLUMNS
    files = section(AUDIT, "## Files")
    assert f"({', '.join(sorted(SUFFIXES))})" in files
    assert f"{MOST_CHARACTERS:,} characters" in files
    assert f"{FOUND}: with " + " or ".join(f"`--fail-on {severity}`" for severity in FailOn) in files


def test_the_harness_is_as_described() -> None:
    counted = section(EVAL, "## What is counted")
    outcomes = [word for word in first_column(counted) if word in set(Outcome)]
    assert sorted(outcomes) == sorted(Outcome)
    assert all(f"`{outcome}`" in counted.partition("are *harm*")[0].splitlines()[-1] for outcome in HARMFUL)
    trusts = re.findall(r"`(\w+)`", counted.partition("takes nothing from the labels:")[2].partition("*Coverage*")[0])
    assert trusts == [trust for trust in Trust if trust is not Trust.NONE]
    assert sorted(first_column(section(EVAL, "## Runs"))) == sorted(Reader)
    keys = {
        key
        for line in section(EVAL, "## Labels").splitlines()
        if line.startswith("| `")
        for key in _CODE.findall(line.split("|")[1])
    }
    assert keys == KNOWN_KEYS
    sure = section(EVAL, "## How sure it is")
    assert f"{100 * LEVEL:.0f} % percentile" in sure and f"{RESAMPLES:,} times" in sure
    assert f"{100 * (proportion(0, 100).high or 0):.1f} % of such" in " ".join(sure.split())
    (example,) = blocks(EVAL, "json")
    cells = json.loads(example)["cells"]
    assert list(cells.values())[1::2] == [405, UNDECIDED] and all(key.startswith(COMMENT) for key in list(cells)[::2])


def test_the_label_file_shown_is_begun_so() -> None:
    first = draft(read_path(MISPRINT))
    real = begun(first.document, finish(first), first.form)["cells"]
    (example,) = blocks(EVAL, "json")
    assert isinstance(real, dict)
    for key, shown in json.loads(example)["cells"].items():
        words = str(shown).replace("…3 12 5【405】…", "【405】").partition("【")[0]
        assert str(real[key]).startswith(words), key


def test_the_log_of_decisions_is_as_described() -> None:
    keys, kinds = section(DECISIONS, "## The log").split("| kind | means |")
    line = Decision(
        "a",
        "b",
        DecisionKind.TYPE,
        1,
        Status.DERIVED,
        seen=Seen(1, Status.DERIVED),
        **dict.fromkeys(("author", "at", "note", "form", "label", "undoes", "digest", "id"), "x"),  # type: ignore[arg-type]
    )
    assert set(first_column(keys)) == set(json.loads(line.to_line()))
    assert set(first_column(kinds)) == set(DecisionKind)
    told = section(OUTPUT, "## With decisions")
    wording = (ROOT / "extractor" / "deciding" / "notes.py").read_text(encoding="utf-8")
    assert set(re.findall(r"`(decision\.\w+)`", told)) == set(re.findall(r'"(decision\.\w+)"', wording))
