"""Each form of contradiction on a hand-made plan where it must be found, and on one where it must not."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from carecircle.rules import catalogue, inconsistencies, judge, load_plan
from carecircle.rules.language.plan import Official, Plan
from realdata import plan_text, real
from ruleworlds import inputs_of, plan_of

BEDS = {"kind": "ratio", "numerator": "beds", "denominator": "residents", "per": 1000}
HOSPITAL = {"kind": "count", "categories": ["综合医院"], "comparison": "=="}


def keys(*rules: dict[str, Any], official: dict[str, Any] | None = None) -> list[str]:
    plan = plan_of(*rules)
    if official is not None:
        told = Official(source="made up", year=2023, **official)
        plan = Plan.model_validate({**plan.model_dump(), "official": told})
    return [f.key for f in inconsistencies(plan)]


def test_more_of_a_kind_stood_there_already() -> None:
    start = {
        "id": "S",
        "kind": "baseline",
        "categories": ["综合医院"],
        "designations": ["二级甲等"],
        "target": 2,
    }
    one = {**HOSPITAL, "id": "A", "designations": ["县办"], "target": 1}
    assert keys(start, one) == ["more_already:S+A"]
    assert keys(start, {**one, "target": 2}) == []
    assert keys({**start, "designations": []}, one) == []  # all hospitals of 2020, private ones too
    city = {**HOSPITAL, "id": "B", "designations": ["市办"], "target": 1, "section": "二"}
    assert keys(start, one, city) == []  # one of each owner: two


def test_firm_in_a_table_and_softened_in_the_text() -> None:
    each = {"attribute": "public_health_physicians", "comparison": ">=", "value": 1}
    both = {"id": "A", "kind": "share", "categories": ["乡镇卫生院", "医院"], "target": 1, "each": each}
    soft = {**both, "id": "B", "section": "二", "categories": ["乡镇卫生院"], "softeners": ["力争"]}
    assert keys(both, soft) == ["two_strengths:A+B"]
    assert keys(both, {**soft, "softeners": []}) == []
    assert keys(both, {**soft, "categories": ["村卫生室"]}) == []  # others than the table's
    assert keys({**both, "section": "二"}, soft) == []  # one sentence
    assert keys(both, {**soft, "each": {**each, "value": 2}}) == []


def test_what_is_left_of_a_whole_must_shrink() -> None:
    whole = {**BEDS, "id": "W", "target": 4.5, "baseline": 4.44}
    part = {**BEDS, "id": "P", "categories": ["中医医院"], "part_of": "W", "target": 1.4, "baseline": 0.96}
    assert keys(whole, part) == ["must_shrink:P+W"]
    assert keys({**whole, "target": 5.0}, part) == []
    assert keys({**whole, "tolerance": 0.1}, part) == []  # 左右: 4.95 may be meant
    assert keys(whole, {**part, "target": 1.02}) == []  # grows as the whole does


def test_met_in_the_starting_year_and_missed_by_the_targets() -> None:
    nurses = {**BEDS, "id": "N", "numerator": "nurses", "target": 4.7, "baseline": 3.94}
    beds = {**BEDS, "id": "B", "target": 8.32, "baseline": 6.57}
    ratio = {"id": "R", "kind": "ratio", "numerator": "nurses", "denominator": "beds", "target": 0.58}
    assert keys(nurses, beds, ratio) == ["met_then_missed:R+N+B"]
    assert keys(nurses, {**beds, "target": 8.0}, ratio) == []  # 0.5875
    assert keys({**nurses, "baseline": 3.0}, beds, ratio) == ["implied_ratio:target:R+N+B"]  # never met


def test_a_share_that_so_few_cannot_come_to() -> None:
    one = {**HOSPITAL, "id": "A", "target": 1}
    share = {"id": "S", "kind": "share", "categories": ["综合医院"], "has": ["老年医学科"], "target": 1.0}
    assert keys(one, {**share, "baseline": 33}) == ["small_denominator:S"]
    assert keys({**one, "target": 3}, {**share, "baseline": 33}) == []  # one of three
    assert keys({**one, "target": 2}, {**share, "baseline": 50}) == []
    assert keys({**share, "baseline": 33}) == []  # how many there are is not said
    wide = {**HOSPITAL, "id": "B", "categories": ["医院"], "target": 9}
    assert keys(one, wide, {**share, "baseline": 33}) == []  # of the nine others may be general ones
    named = {"id": "N", "kind": "presence", "by": "named", "names": ["甲人民医院", "乙人民医院"],
             "has": ["三级乙等及以上"]}  # fmt: skip
    smart = {**share, "categories": ["医院"], "designations": ["三级及以上"], "target": 0.6}
    assert keys(named, smart) == ["small_denominator:S"]
    assert keys(named, {**smart, "target": 0.5}) == []  # one of the two
    assert keys({**named, "has": ["二级甲等及以上"]}, smart) == []


def test_more_is_needed_than_is_built() -> None:
    ratio = {**BEDS, "id": "R", "numerator": "childcare_places", "target": 4.5, "baseline": 2.2}
    built = {"id": "B", "kind": "count", "numerator": "childcare_places_added", "target": 150}
    assert keys(ratio, built, official={"residents": 237_933}) == ["more_than_built:R+B"]  # 547 needed
    assert keys(ratio, {**built, "target": 547}, official={"residents": 237_933}) == []
    assert keys(ratio, built, official={"residents": 65_000}) == []  # 149.5 needed
    assert keys(ratio, built) == []  # nobody says how many residents


def test_a_limit_that_is_reached_already() -> None:
    rate = {"id": "M", "kind": "published", "comparison": "<=", "target": 14.5}
    assert keys({**rate, "published": {"value": 4.56, "year": 2020}}) == ["looser_than_reached:M"]
    assert keys({**rate, "published": {"value": 18.9, "year": 2020}}) == []
    more = {**rate, "comparison": ">=", "target": 95}
    assert keys({**more, "published": {"value": 96.73, "year": 2020}}) == ["looser_than_reached:M"]
    assert keys({**more, "published": {"value": 90, "year": 2020}}) == []


def test_a_count_in_words_beside_its_rows() -> None:
    row = {"kind": "count", "by": "named", "numerator": "beds_authorised", "target": 100}
    rows = [{**row, "id": f"T{n}", "names": [f"第{n}医院"]} for n in (1, 2, 3)]
    count = {**HOSPITAL, "id": "C", "target": 2, "listed": ["T1", "T2", "T3"]}
    assert keys(*rows, count) == ["table_rows:C+T1+T2+T3"]
    assert keys(*rows, {**count, "target": 3}) == []
    assert keys(*rows, {**count, "listed": []}) == []


def test_a_count_beside_the_official_divisions() -> None:
    each = {"id": "E", "kind": "presence", "by": "village", "units": "village", "categories": ["村卫生室"]}
    count = {"id": "C", "kind": "count", "categories": ["村卫生室"], "comparison": "==", "target": 75}
    assert keys(each, count, official={"villages": 62}) == ["beside_divisions:C+E"]
    assert keys(each, count, official={"villages": 75}) == []
    assert keys(each, count) == []
    assert keys(each, {**count, "comparison": ">="}, official={"villages": 62}) == []  # 75 or more
    other = {**count, "categories": ["诊所"]}
    assert keys(each, other, official={"villages": 62}) == []
    none = {**each, "each": {"attribute": "facilities", "comparison": "<=", "value": 0}}
    assert keys(none, count, official={"villages": 62}) == []  # none is to be there
    either = {**each, "any_of": ["L"]}
    load = {"id": "L", "kind": "load", "categories": ["村卫生室"], "target": [500, 1000]}
    load["comparison"] = "between"
    assert keys(either, load, count, official={"villages": 62}) == []


@pytest.mark.real
@pytest.mark.parametrize("plan", [p for p in catalogue() if load_plan(p).plan.region])
def test_the_official_table_is_what_the_lists_say(plan: str) -> None:
    """Divisions to the village and the census of 2020, counted row by row."""
    loaded = load_plan(plan)
    assert loaded.official is not None
    code = loaded.plan.adcode

    def rows(name: str, column: str) -> list[dict[str, str]]:
        with (real("china") / name).open(encoding="utf-8-sig", newline="") as file:
            own = code[:4] if code.endswith("00") else code
            return [row for row in csv.DictReader(file) if row[column].startswith(own)]

    towns = [row["name"] for row in rows("divisions_towns.csv", "areaCode")]
    villages = [row["name"] for row in rows("divisions_villages.csv", "areaCode")]
    census = rows("county_census2020.csv", "区划代码")
    assert loaded.official.streets == sum(n.endswith(("街道", "街道办事处")) for n in towns)
    assert loaded.official.townships == sum(n.endswith(("镇", "乡")) for n in towns)
    assert loaded.official.communities == sum(n.endswith(("社区", "居委会", "居民委员会")) for n in villages)
    assert loaded.official.villages == sum(n.endswith(("村", "村委会", "村民委员会")) for n in villages)
    assert loaded.official.residents == sum(float(row["人口数_合计"]) for row in census)


@pytest.mark.real
def test_luojiang_s_three_figures_by_the_text_alone() -> None:
    """Beds of table 2 and of the text above it, each over the ratio of tables 1 and 3 it belongs to."""
    text = plan_text("luojiang.txt").read_text(encoding="utf-8")
    for words in (
        "到2025年力争全区公立医疗机构床位达1500张",
        "区人民医院、区中医医院建设三级乙等医院，床位设置分别不低于550张、400张",
        "镇（中心）卫生院（社区卫生服务中心）设置床位达550张",
        "每千常住人口基层医疗卫生机构床位数达2.1",
    ):
        assert words in text
    public, tcm, primary = 1500 / 5.0, 400 / 0.85, 550 / 2.1
    assert [round(1000 * r) for r in (public, tcm, primary)] == [300_000, 470_588, 261_905]
    found = next(f for f in inconsistencies(load_plan("luojiang")) if f.check == "implied_spread")
    assert found.rules == ("L8.tcm.beds", "L8.beds", "L8.primary.beds")
    assert round(found.sentence.facts["least"]) == 261_905
    assert round(found.sentence.facts["most"]) == 470_588


def test_findings_stand_on_the_verdicts_they_touch() -> None:
    verdicts = {v.rule: v for v in judge(load_plan("panzhihua"), inputs_of(), {})}
    told = " ".join(a.text("zh") for a in verdicts["P5.village"].assumptions)
    assert "450" in told
    assert "230" in told
    assert "rules.inconsistent" in {a.key for a in verdicts["P7.11"].assumptions}
