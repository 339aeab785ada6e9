"""The forms in rules/: complete, consistent, and with mistakes reported where they stand."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest
from pydantic import BaseModel, model_validator
from rich.console import Console

from extractor.deliver.blank_form import blank_form, forms_overview
from extractor.errors import RulesError
from extractor.forms.load import load_form, load_forms, rules_dir
from extractor.forms.model import Edit, EditKind, Form, Kind, Term
from extractor.forms.yamlfile import MisplacedError, load_yaml


def words(text: str) -> list[str]:
    return text.split()


APPLICANTS = words("natural_person business research public_welfare legal_services other total")
RESULTS = words("upheld corrected other pending total")
REVIEW = words("review litigation litigation_direct litigation_after_review")
APPLICATIONS = words("""new carried_in granted partial
    refused refused_secret refused_law refused_security refused_third_party refused_internal refused_process
    refused_enforcement refused_query
    unavailable unavailable_not_held unavailable_creation unavailable_unclear
    rejected rejected_petition rejected_repeat rejected_publication rejected_mass rejected_confirm
    other""")
STATISTICS_2014 = words("""disclosed disclosed_normative normative_issued gazette website weibo wechat other_channels
    responses press_conferences press_conferences_chief online_interviews online_interviews_chief interpretations
    social_responses other_responses
    received received_in_person received_fax received_online received_letter
    concluded concluded_on_time concluded_extended
    answered answered_already_public answered_granted answered_partial answered_refused
    refused_secret refused_trade_secret refused_privacy refused_security refused_not_gov_info refused_other
    answered_not_this_body answered_nonexistent answered_clarify answered_other_channel
    reviews reviews_upheld reviews_corrected reviews_other
    litigations litigations_upheld litigations_corrected litigations_other
    complaints fees offices access_points staff staff_full_time staff_part_time budget meetings trainings
    trainees""")
STATISTICS_FUJIAN = words("""disclosed disclosed_website disclosed_gazette
    received received_in_person received_fax received_email received_online received_letter received_other
    received_letter_fax
    answered answered_granted answered_partial answered_refused answered_other
    fee_waived complaints reviews litigations""")


def cells(table: str, rows: list[str], columns: list[str]) -> list[str]:
    return [f"{table}.{row}.{column}" for row, column in product(rows, columns)]


EXPECTED = {
    "ogi-2021": [
        *cells("proactive", ["regulations", "normative_documents"], ["issued", "repealed", "in_force"]),
        *cells("proactive", ["licences", "penalties", "coercion"], ["decisions"]),
        "proactive.fees.amount",
        *cells("applications", APPLICATIONS, APPLICANTS),
        *cells("applications", ["other_no_correction", "other_unpaid", "other_other"], APPLICANTS),
        *cells("applications", ["processed_total", "carried_out"], APPLICANTS),
        *cells("review_litigation", REVIEW, RESULTS),
    ],
    "ogi-2019": [
        *cells("proactive", ["regulations", "normative_documents"], ["made", "published", "total_published"]),
        *cells(
            "proactive",
            ["licences", "other_services", "penalties", "coercion"],
            ["prior_items", "change", "decisions"],
        ),
        *cells("proactive", ["fees"], ["prior_items", "change"]),
        *cells("proactive", ["procurement"], ["projects", "amount"]),
        *cells("applications", [*APPLICATIONS, "processed_total", "carried_out"], APPLICANTS),
        *cells("review_litigation", REVIEW, RESULTS),
    ],
    "ogi-2014": cells("statistics", STATISTICS_2014, ["year"]),
    "ogi-fujian": cells("statistics", STATISTICS_FUJIAN, ["year", "cumulative"]),
}
OPTIONAL = {
    "ogi-2021": {"refused", "unavailable", "rejected", "other", "litigation"},
    "ogi-2019": {"refused", "unavailable", "rejected", "litigation"},
    "ogi-2014": set[str](),
    "ogi-fujian": {
        *(row for row in STATISTICS_FUJIAN if row.startswith("received_")),
        "answered_other",
        "fee_waived",
    },
}


@pytest.fixture(scope="module")
def forms() -> Mapping[str, Form]:
    return load_forms()


def test_the_four_forms_are_there(forms: Mapping[str, Form]) -> None:
    assert set(forms) == set(EXPECTED)
    assert load_forms() is forms


@pytest.mark.parametrize("form_id", EXPECTED)
def test_every_cell_of_the_contract_and_no_other_in_printed_order(form_id: str, forms: Mapping[str, Form]) -> None:
    assert list(forms[form_id].cells) == EXPECTED[form_id]


@pytest.mark.parametrize("form_id", EXPECTED)
def test_optional_rows(form_id: str, forms: Mapping[str, Form]) -> None:
    assert {row.id for table in forms[form_id].tables for row in table.rows if row.optional} == OPTIONAL[form_id]


@pytest.mark.parametrize(
    ("form_id", "within", "over_years"),
    [
        # rows 29 + columns 7 * (outcomes, balance, 4 subtotals); review rows 4 + litigation subtotal 5
        ("ogi-2021", 29 + 7 * 6 + 4 + 5, 7 + 2),
        ("ogi-2019", 26 + 7 * 5 + 4 + 5, 7),
        ("ogi-2014", 7 + 3, 0),
        ("ogi-fujian", 2 * 4 + 20, 20),
    ],
)
def test_identities_expand(form_id: str, within: int, over_years: int, forms: Mapping[str, Form]) -> None:
    form = forms[form_id]
    assert (len(form.edits), len(form.edits_over_years)) == (within, over_years)
    edits = (*form.edits, *form.edits_over_years)
    assert len({edit.id for edit in edits}) == len(edits)
    named = {cell for edit in edits for term in (*edit.left, *edit.right) for cell in (*term.cells, term.subtotal)}
    assert named - {None} <= set(form.cells)


def test_kinds_of_number(forms: Mapping[str, Form]) -> None:
    not_counts = {
        f"{form.id}.{cell}" for form in forms.values() for cell, kind in form.kinds.items() if kind != "count"
    }
    changes = {f"proactive.{row}.change" for row in ("licences", "other_services", "penalties", "coercion", "fees")}
    assert not_counts == {
        "ogi-2021.proactive.fees.amount",
        "ogi-2019.proactive.procurement.amount",
        *(f"ogi-2019.{cell}" for cell in changes),
        "ogi-2014.statistics.fees.year",
        "ogi-2014.statistics.budget.year",
        "ogi-fujian.statistics.fee_waived.year",
        "ogi-fujian.statistics.fee_waived.cumulative",
    }
    assert {forms["ogi-2019"].kinds[cell] for cell in changes} == {Kind.CHANGE}


def test_no_core_and_no_label_could_mean_two_rows(forms: Mapping[str, Form]) -> None:
    """What the model checks on loading, said once more without its code; shared labels only in 2014's two groups."""
    shared = set()
    for form in forms.values():
        for table in form.tables:
            for row, other in product(table.rows, table.rows):
                if row.id == other.id:
                    continue
                assert not [core for core in row.cores if any(core in label for label in other.labels)], row.id
                shared |= {(form.id, *sorted((row.id, other.id))) for label in row.labels if label in other.labels}
    assert shared == {
        ("ogi-2014", "litigations_corrected", "reviews_corrected"),
        ("ogi-2014", "litigations_other", "reviews_other"),
    }


def test_headers_name_no_row(forms: Mapping[str, Form]) -> None:
    clashes = {
        (form.id, header)
        for form in forms.values()
        for table in form.tables
        for row in table.rows
        for header in table.headers
        if header in row.labels
    }
    # 行政诉讼 heads two rows, and is itself one where a body states litigation as a whole.
    assert clashes == {("ogi-2021", "行政诉讼"), ("ogi-2019", "行政诉讼")}


def side(terms: tuple[Term, ...], values: Mapping[str, int], before: Mapping[str, int]) -> int | None:
    """The sum of a side; None where a cell that it needs is unknown, or where nothing of it is printed."""
    total, said = 0, False
    for term in terms:
        known = before if term.last_year else values
        present = [known[cell] for cell in term.cells if cell in known]
        if not present and term.subtotal is not None and term.subtotal in known:
            present = [known[term.subtotal]]
        elif not present and term.optional:
            continue
        elif len(present) < len(term.cells):
            return None
        total, said = total + term.sign * sum(present), True
    return total if said else None


def holds(edit: Edit, values: Mapping[str, int], before: Mapping[str, int] | None = None) -> bool | None:
    left, right = side(edit.left, values, before or {}), side(edit.right, values, before or {})
    if left is None or right is None:
        return None
    return left == right if edit.kind is EditKind.EQUAL else left <= right


def edit_of(form: Form, edit_id: str) -> Edit:
    return next(edit for edit in (*form.edits, *form.edits_over_years) if edit.id == edit_id)


def column_of(form: Form, column: str, figures: Mapping[str, int]) -> dict[str, int]:
    """A column of the applications table: `figures`, and 0 in every other row that is not optional."""
    rows = [row.id for row in form.table_by_id["applications"].rows if not row.optional]
    filled = {**dict.fromkeys(rows, 0), **figures}
    return {f"applications.{row}.{column}": value for row, value in filled.items()}


def test_an_identity_holds_and_breaks(forms: Mapping[str, Form]) -> None:
    form = forms["ogi-2021"]
    values = column_of(form, "total", {"new": 70, "granted": 30, "unavailable_not_held": 39, "processed_total": 69})
    outcomes = edit_of(form, "applications.outcomes.total")
    assert holds(outcomes, values) is True
    assert holds(edit_of(form, "applications.balance.total"), values) is False
    assert holds(edit_of(form, "applications.balance.total"), {**values, "applications.carried_out.total": 1}) is True
    assert holds(outcomes, {**values, "applications.partial.total": 6}) is False


def test_a_subtotal_stands_in_for_its_group_and_is_silent_where_it_is_not_printed(forms: Mapping[str, Form]) -> None:
    form = forms["ogi-2021"]
    values = column_of(form, "total", {"granted": 30, "other_other": 4, "processed_total": 34})
    subtotal = edit_of(form, "applications.other_subtotal.total")
    assert holds(subtotal, values) is None
    assert holds(subtotal, {**values, "applications.other.total": 4}) is True
    assert holds(subtotal, {**values, "applications.other.total": 5}) is False
    one_row = {cell: value for cell, value in values.items() if ".other_" not in cell} | {"applications.other.total": 4}
    assert holds(edit_of(form, "applications.outcomes.total"), one_row) is True


def test_identities_over_years(forms: Mapping[str, Form]) -> None:
    carry = edit_of(forms["ogi-2021"], "applications.carry_over.total")
    this, last = {"applications.carried_in.total": 5}, {"applications.carried_out.total": 5}
    assert holds(carry, this, last) is True
    assert holds(carry, this, {"applications.carried_out.total": 4}) is False
    in_force = edit_of(forms["ogi-2021"], "proactive.in_force_carry.regulations")
    this = {f"proactive.regulations.{column}": n for column, n in (("issued", 3), ("repealed", 1), ("in_force", 12))}
    assert holds(in_force, this, {"proactive.regulations.in_force": 10}) is True
    assert not in_force.strict
    assert carry.strict
    cumulative = edit_of(forms["ogi-fujian"], "statistics.cumulative_carry.disclosed")
    this = {"statistics.disclosed.year": 12, "statistics.disclosed.cumulative": 118}
    assert holds(cumulative, this, {"statistics.disclosed.cumulative": 106}) is True


def test_parts_are_at_most_the_whole_and_channels_may_be_absent(forms: Mapping[str, Form]) -> None:
    form = forms["ogi-fujian"]
    part = edit_of(form, "statistics.website_part.year")
    assert holds(part, {"statistics.disclosed_website.year": 3, "statistics.disclosed.year": 4}) is True
    assert holds(part, {"statistics.disclosed_website.year": 5, "statistics.disclosed.year": 4}) is False
    of_2014 = {"received": 7, "received_in_person": 1, "received_online": 4, "received_letter_fax": 2}
    values = {f"statistics.{row}.year": value for row, value in of_2014.items()}
    assert holds(edit_of(form, "statistics.received_sum.year"), values) is True


SMALL = """\
id: small
title: 小表
years: [2020, null]
markers:
  - {text: 小表}
tables:
  - id: t
    titles: [表]
    columns:
      - {id: a, labels: [甲]}
      - {id: b, labels: [乙]}
    rows:
      - {id: one, labels: [一、第一行, 第一行], cores: [第一]}
      - {id: two, labels: [二、第二行], group: g}
      - {id: three, labels: [三、第三行], columns: [a], optional: true, subtotal_of: g}
identities:
  - {id: same, table: t, for_each: column, left: [one], right: ["@g"], message: 一等于二}
plausible:
  - {kind: at_most, table: t, row: one, left: a, right: b, weight: 1}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("optional: true", "optinal: true", 15, "unknown key 'optinal'"),
        ("title: 小表\n", "", 1, "the file lacks the key 'title'"),
        ("{id: two, labels: [二、第二行]", "{id: two", 14, "tables[0].rows[1] lacks the key 'labels'"),
        ("{id: one,", "{id: One,", 13, "tables[0].rows[0].id"),
        ("{id: b, labels: [乙]}", "{id: b, labels: [乙], kind: money}", 11, "'money'"),
        ("{id: b, labels", "{id: a, labels", 11, "column 'a' is defined twice"),
        ("{id: three,", "{id: one,", 15, "row 'one' is defined twice"),
        (
            "labels: [三、第三行]",
            "labels: [三、第三行, 第 一行]",
            15,
            "label '第 一行' of row 'three' is also a label of row",
        ),
        ("cores: [第一]", "cores: [第]", 13, "core '第' of row 'one' occurs in a label of row 'two'"),
        ("columns: [a],", "columns: [c],", 15, "row 'three' names an unknown column 'c'"),
        ("subtotal_of: g", "subtotal_of: h", 15, "unknown group 'h'"),
        ("left: [one]", "left: [ten]", 17, "unknown operand 'ten'"),
        ('["@g"]', '["@h"]', 17, "unknown group '@h'"),
        ('right: ["@g"], ', "", 17, "has no right side"),
        ("{id: same, table: t", "{id: same, table: u", 17, "unknown table 'u'"),
        ("row: one, left: a", "row: ten, left: a", 19, "has no row 'ten'"),
        ("right: b, weight", "right: c, weight", 19, "has no column 'c'"),
        ("kind: at_most", "kind: ratio", 19, "typical"),
        ("title: 小表", "title: 小表\nid: other", 3, "key 'id' stands twice"),
        ("years: [2020, null]", "years: [2020, null", 4, "not valid YAML"),
        ("years: [2020, null]", "years: [2020, soon]", 3, "years[1]"),
        ("title: 小表", "title: !!python/object:os.system 小表", 2, "not valid YAML"),
        ("title: 小表", "title: 小\x00表", 2, "control character U+0000"),
        ("id: small", "id: large", 1, "large.yaml"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(old: str, new: str, line: int, says: str, tmp_path: Path) -> None:
    assert old in SMALL
    path = tmp_path / "small.yaml"
    path.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesError) as raised:
        load_form(path)
    first, *more = str(raised.value).splitlines()
    assert first.startswith(f"{path}:{line}: ")
    assert says in first
    assert not more


def test_the_small_form_is_good(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8-sig")
    assert [edit.id for edit in load_form(path).edits] == ["t.same.a", "t.same.b"]


def test_several_mistakes_are_all_reported_in_file_order(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(
        SMALL.replace("years: [2020, null]", "yaers: [2020, null]").replace("{text: 小表}", "{txt: 小表}"), "utf-8"
    )
    with pytest.raises(RulesError) as raised:
        load_form(path)
    lines = [int(message.removeprefix(f"{path}:").split(":")[0]) for message in str(raised.value).splitlines()]
    assert lines == [1, 3, 5, 5]


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", 1, "empty"),
        (SMALL.encode("gb18030"), 2, "not UTF-8"),
        (SMALL.encode("utf-16"), 1, "not UTF-8"),
        (b"- a\n- b\n", 1, "valid dictionary"),
    ],
)
def test_files_that_are_no_form(data: bytes, line: int, says: str, tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_bytes(data)
    with pytest.raises(RulesError, match=says) as raised:
        load_form(path)
    assert str(raised.value).startswith(f"{path}:{line}: ")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="cannot be read"):
        load_form(tmp_path / "none.yaml")


def test_rules_directories(tmp_path: Path) -> None:
    assert (rules_dir() / "forms" / "ogi-2021.yaml").is_file()
    with pytest.raises(RulesError, match="no rules here"):
        load_forms(tmp_path / "nowhere")
    with pytest.raises(RulesError, match="no form here"):
        load_forms(tmp_path)
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "small.yaml").write_text(SMALL, encoding="utf-8")
    assert list(load_forms(tmp_path)) == ["small"]
    assert rules_dir(tmp_path) == tmp_path


class Phrasing(BaseModel):
    """A model of another rules file, whose validators know nothing of `MisplacedError` or use it."""

    name: str
    pattern: str
    date: str = ""

    @model_validator(mode="after")
    def _check(self) -> "Phrasing":
        if self.pattern == "(":
            raise MisplacedError("a bracket is open", "pattern")
        if self.name == "bad":
            raise ValueError("no phrasing may be called 'bad'")
        return self


class Prose(BaseModel):
    phrasings: tuple[Phrasing, ...]


@pytest.mark.parametrize(
    ("pattern", "name", "line", "says"),
    [("(", "good", 3, "a bracket is open"), ("x", "bad", 4, "no phrasing may be called 'bad'")],
)
def test_load_yaml_serves_any_model(pattern: str, name: str, line: int, says: str, tmp_path: Path) -> None:
    path = tmp_path / "prose.yaml"
    path.write_text(f"phrasings:\n  - date: 2021-13-45\n    pattern: {pattern!r}\n    name: {name}\n", encoding="utf-8")
    with pytest.raises(RulesError) as raised:
        load_yaml(path, Prose)
    assert str(raised.value) == f"{path}:{line}: {says}"
    path.write_text("phrasings: [{name: a, pattern: b, date: 2021-13-45}]", encoding="utf-8")
    assert load_yaml(path, Prose).phrasings[0].date == "2021-13-45"


def shown(renderable: object) -> Iterator[str]:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(renderable)
    yield from capture.get().splitlines()


def test_a_blank_form_shows_every_row_and_identity(forms: Mapping[str, Form]) -> None:
    for form in forms.values():
        lines = list(shown(blank_form(form)))
        text = "\n".join(lines)
        for table in form.tables:
            assert all(f"{table.id}.{row.id}" in text for row in table.rows)
            assert all(f".{column.id}" in text for column in table.columns)
        assert all(f"{rule.table}.{rule.id}" in text for rule in form.identities)
        assert "本年收费金额（单位：万元）" in text or form.id != "ogi-2021"


def test_the_overview_shows_every_form(forms: Mapping[str, Form]) -> None:
    text = "\n".join(shown(forms_overview(forms.values())))
    assert all(form_id in text for form_id in EXPECTED)
    assert "2021–" in text
    assert "233" in text
