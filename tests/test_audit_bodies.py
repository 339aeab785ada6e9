"""Whose reports belong together, and which names are better kept apart."""

import pytest

from extractor.audit.bodies import BodyRules, load_bodies, normalised
from extractor.audit.model import Kind
from tests.audited import filed, of_kind, run


def bodies(*organs: str) -> list[str]:
    reports = [filed(2021 + number, {}, organ=organ, name=f"{number}.html") for number, organ in enumerate(organs)]
    return [body.name for body in run(*reports).bodies]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("海沧区人力资源和社会保障局", "厦门市海沧区人力资源和社会保障局"),
        ("海沧区人力资源和社会保障局", "福建省厦门市海沧区人力资源和社会保障局"),
        ("厦门市教育局", "福建省厦门市教育局"),
        ("平潭县水利局", "福建省平潭县水利局"),
        ("科尔沁左翼中旗教育局", "内蒙古自治区通辽市科尔沁左翼中旗教育局"),
        ("湟中县人民政府", "青海省西宁市湟中县人民政府"),
        ("海沧区教育局", "厦门市海沧区 教育局"),
    ],
)
def test_places_in_front_may_be_left_out(short: str, long: str) -> None:
    (name,) = bodies(short, long)
    assert normalised(name) == normalised(long)


@pytest.mark.parametrize(
    "organs",
    [
        ("青溪县财政局", "青溪縣財政局"),
        ("青溪县财政局", "青溪县 财政局"),
        ("青溪县财政局（本级）", "青溪县财政局(本级)"),
        ("青溪县〇一局", "青溪县〇一局 "),
    ],
)
def test_width_script_spaces_and_punctuation(organs: tuple[str, ...]) -> None:
    assert len(bodies(*organs)) == 1


@pytest.mark.parametrize(
    "organs",
    [
        ("市教育局", "厦门市教育局"),
        ("教育局", "厦门市教育局"),
        ("城区教育局", "晋城市城区教育局"),
        ("高新区管理委员会", "苏州市高新区管理委员会"),
        ("经济开发区管理委员会", "厦门市经济开发区管理委员会"),
        ("经济技术开发区管理委员会", "厦门市经济技术开发区管理委员会"),
        ("城乡社区治理局", "成都市城乡社区治理局"),
        ("城关镇人民政府", "临洮县城关镇人民政府"),
        ("海沧区税务局", "国家税务总局厦门市海沧区税务局"),
        ("厦门市教育局", "厦门市海沧区教育局"),
        ("青溪县人民政府", "青溪县人民政府办公室"),
        ("青溪县环境保护局", "青溪县生态环境局"),
    ],
)
def test_what_is_not_the_same(organs: tuple[str, ...]) -> None:
    assert len(bodies(*organs)) == 2


def test_a_name_that_fits_two_bodies_fits_neither() -> None:
    reports = [filed(2021, {}, organ=organ) for organ in ("海城区教育局", "北海市海城区教育局", "鞍山市海城区教育局")]
    audit = run(*reports)
    assert len(audit.bodies) == 3
    assert audit.joined == ()
    (note,) = audit.findings
    assert (note.kind, note.body) == (Kind.AMBIGUOUS, "海城区教育局")
    assert "北海市海城区教育局" in note.message and "鞍山市海城区教育局" in note.message


def test_two_ways_to_say_more_that_do_not_contain_each_other() -> None:
    assert len(bodies("海沧区教育局", "厦门市海沧区教育局", "福建省海沧区教育局")) == 3


def test_a_district_that_several_cities_have_is_kept_apart() -> None:
    reports = [filed(2021, {}, organ="鼓楼区教育局"), filed(2022, {}, organ="南京市鼓楼区教育局")]
    (note,) = of_kind(Kind.AMBIGUOUS, *reports)
    assert note.body == "鼓楼区教育局"


def test_what_was_joined_is_said_with_its_files() -> None:
    organs = ("海沧区教育局", "厦门市海沧区教育局", "廈門市海滄區教育局", "厦门市海沧区教育局")
    reports = [filed(2020 + at, {}, organ=organ, name=f"{at}.html") for at, organ in enumerate(organs)]
    (joined,) = run(*reports).joined
    assert joined.to_dict() == {
        "body": "厦门市海沧区教育局",
        "variants": [
            {"organ": "厦门市海沧区教育局", "files": ["1.html", "3.html"]},
            {"organ": "廈門市海滄區教育局", "files": ["2.html"]},
            {"organ": "海沧区教育局", "files": ["0.html"]},
        ],
    }


def test_joined_reports_are_audited_together() -> None:
    cells = {f"applications.{row}.total": value for row, value in (("carried_in", 3), ("carried_out", 5))}
    reports = [filed(2021, cells, organ="海沧区教育局"), filed(2022, cells, organ="厦门市海沧区教育局")]
    (finding,) = run(*reports).findings
    assert (finding.rule, finding.body) == ("applications.carry_over.total", "厦门市海沧区教育局")


def test_a_name_of_any_length_costs_nothing() -> None:
    assert len(bodies("市" * 10_000 + "局", "区" * 10_000 + "局")) == 2


def test_a_name_without_letters_stays_itself() -> None:
    assert normalised("——") == "——"


def test_rules_are_checked() -> None:
    rules = load_bodies()
    assert rules.place_ends["市"] == 4
    with pytest.raises(ValueError, match="at least 2 characters"):
        BodyRules(place_ends={"市": 1}, no_places=(), shared=())
