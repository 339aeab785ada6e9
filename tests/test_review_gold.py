"""Labels out of decisions: what people said and nothing else, in the shape that the eval harness reads."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from extractor.deciding.decided import decided, digest
from extractor.deciding.decision import Decision, DecisionKind, made
from extractor.deciding.decisions import Decisions
from extractor.errors import LabelError, UsageError
from extractor.evaluate.gold import Gold, find_samples
from extractor.evaluate.label import agreement
from extractor.evaluate.scoring import Outcome, score_report
from extractor.forms.load import load_forms
from extractor.pipeline import draft, finish
from extractor.read import read_path
from extractor.report import Report, Status
from extractor.review.gold import labels, sample_name, to_labels, write_sample

SAMPLES = Path(__file__).parent.parent / "eval" / "samples"
FORM = load_forms()["ogi-2021"]
PATH = SAMPLES / "misprint-2023" / "report.html"
FIRST = draft(read_path(PATH))
REPORT = finish(FIRST)
MASS, BLANK = "applications.rejected_mass.public_welfare", "applications.new.research"
ABSENT = "applications.refused.total"


def decide(log: Decisions, cell: str, kind: DecisionKind, author: str = "李", **more: object) -> Decision:
    return log.append(made(REPORT, FORM, cell, kind, author=author, **more))  # type: ignore[arg-type]


def applied(log: Decisions) -> Report:
    return decided(REPORT, log.of(REPORT.source.sha256), FORM, FIRST)


def some(log: Decisions) -> Report:
    decide(log, MASS, DecisionKind.AS_PRINTED, note="总计为 3")
    decide(log, BLANK, DecisionKind.TYPE, status=Status.BLANK)
    decide(log, ABSENT, DecisionKind.TYPE, author="王", status=Status.MISSING)
    return applied(log)


def test_decided_cells_alone_are_labelled(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    report = some(log)
    content = to_labels(report, FORM, history=log.history(REPORT.source.sha256))
    target = write_sample(tmp_path / "mine", report, content, PATH.read_bytes())
    (sample,) = find_samples(tmp_path / "mine")
    assert (sample.report, sample.report.read_bytes()) == (target / "report.html", PATH.read_bytes())
    gold = sample.gold
    assert gold.cells == {MASS: 6, BLANK: None}
    assert set(gold.only or ()) == {MASS, BLANK, ABSENT}
    assert gold.misprints == (MASS,)
    assert gold.notes == [f"{MASS}: 总计为 3 (李)"]
    raw = json.loads((target / "gold.json").read_text(encoding="utf-8"))
    assert (raw["checked"], raw["labelled_by"]) == (True, "李, 王")
    assert raw["source"]["sha256"] == REPORT.source.sha256


def test_the_decided_report_scores_as_right_on_its_own_labels(tmp_path: Path) -> None:
    report = some(Decisions(tmp_path))
    score = score_report(report, labels(report, FORM))
    outcomes = {one.cell: one.outcome for one in score.cells if one.cell != ABSENT}
    assert outcomes == {MASS: Outcome.RIGHT, BLANK: Outcome.LEFT_BLANK}
    assert not list(score.errors())
    assert not score.whole  # three cells do not make a report
    # And what the program reads by itself is wrong where the person decided otherwise.
    assert [one.cell for one in score_report(REPORT, labels(report, FORM)).errors()] == [BLANK]


def test_a_whole_report_is_labelled_when_somebody_went_through_it(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    report = some(log)
    with pytest.raises(UsageError, match="gone through"):
        labels(report, FORM, whole=True)
    sha256 = REPORT.source.sha256
    log.append(Decision(sha256, "", DecisionKind.REVIEWED, author="陈", digest=digest(report)))
    report = applied(log)
    content = to_labels(report, FORM, whole=True)
    assert content["labelled_by"] == "李, 王, 陈"
    write_sample(tmp_path / "mine", report, content, None)
    gold = Gold.load(tmp_path / "mine" / sample_name(report) / "gold.json")
    assert gold.only is None
    assert len(gold.cells) > 150
    score = score_report(report, gold)
    assert score.whole and not list(score.errors())
    # A decision afterwards makes it another report, which nobody has gone through.
    decide(log, "applications.new.total", DecisionKind.CONFIRM)
    assert labels(applied(log), FORM, whole=True).only is None
    decide(log, "applications.new.business", DecisionKind.TYPE, value=77)
    with pytest.raises(UsageError, match="gone through"):
        labels(applied(log), FORM, whole=True)


def test_open_doubts_are_no_labels(tmp_path: Path) -> None:
    first = draft(read_path(SAMPLES / "blanks-dropped-2023" / "report.txt"))
    report = finish(first)
    log = Decisions(tmp_path)
    log.append(Decision(report.source.sha256, "", DecisionKind.REVIEWED, author="陈", digest=digest(report)))
    got = decided(report, log.of(report.source.sha256), first.form, first)
    with pytest.raises(UsageError, match="still open"):
        labels(got, first.form, whole=True)
    with pytest.raises(UsageError, match="nobody has decided"):
        labels(report, first.form)


def test_what_is_read_otherwise_by_now_is_no_label(tmp_path: Path) -> None:
    from extractor.deciding.decision import Seen

    one = replace(
        made(REPORT, FORM, MASS, DecisionKind.TYPE, author="李", value=0), seen=Seen(5, Status.DISPUTED), id="a"
    )
    report = decided(REPORT, {MASS: one}, FORM, FIRST)
    with pytest.raises(UsageError, match="decide it again"):
        labels(report, FORM)
    assert tmp_path.exists()


def test_two_people_who_differ_are_named(tmp_path: Path) -> None:
    log = Decisions(tmp_path)
    decide(log, MASS, DecisionKind.TYPE, value=0)
    decide(log, MASS, DecisionKind.AS_PRINTED, author="王")
    content = to_labels(applied(log), FORM, history=log.history(REPORT.source.sha256))
    assert content["notes"] == [f"{MASS}: decided differently by 李 (0), 王 (6)"]


def test_a_table_printed_twice_with_other_figures_accepts_both() -> None:
    first = draft(read_path(SAMPLES / "printed-twice-2019" / "report.txt"))
    report = finish(first)
    cell = "applications.new.total"
    from extractor.report import Finding, Severity

    twice = Finding("document.copies_differ", Severity.WARNING, "", "", (cell,), {cell: 99})
    one = replace(made(report, first.form, cell, DecisionKind.CONFIRM, author="李"), id="a")
    got = decided(replace(report, findings=(*report.findings, twice)), {cell: one}, first.form, first)
    assert labels(got, first.form).accept == {cell: [report.cells[cell].value, 99, None]}


def test_names_lead_nowhere_else() -> None:
    report = replace(REPORT, organ="../../etc/​passwd\n" * 9, year=None)
    name = sample_name(report)
    assert "/" not in name and ".." not in name and len(name) < 60


def test_labels_are_not_overwritten(tmp_path: Path) -> None:
    report = some(Decisions(tmp_path))
    content = to_labels(report, FORM)
    write_sample(tmp_path, report, content, None)
    with pytest.raises(UsageError, match="there already"):
        write_sample(tmp_path, report, content, None)


@pytest.mark.parametrize(
    ("only", "wrong"), [(["no.such.cell"], "no cell"), ("all", "list of texts"), ([ABSENT], "not among")]
)
def test_only_is_checked(tmp_path: Path, only: object, wrong: str) -> None:
    path = tmp_path / "gold.json"
    content = {"form": "ogi-2021", "organ": None, "year": None, "cells": {MASS: 6}, "only": only}
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(LabelError, match=wrong):
        Gold.load(path)


def test_labellers_are_compared_on_what_both_labelled(tmp_path: Path) -> None:
    base = {"form": "ogi-2021", "organ": None, "year": None}
    for name, cells, only in (("a", {MASS: 6}, [MASS]), ("b", {MASS: 6, BLANK: 3}, None)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({**base, "cells": cells, **({"only": only} if only else {})}), encoding="utf-8")
    found = agreement(tmp_path / "a.json", tmp_path / "b.json")
    assert (found.cells, found.same, found.differences) == (1, 1, ())
