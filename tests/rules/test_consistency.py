"""Plans held against themselves: recorded findings and no others, published sums, residents implied."""

from __future__ import annotations

import math

import pytest

from carecircle.rules import catalogue, inconsistencies, judge, known_inconsistencies, load_plan
from carecircle.rules.language.consistency import implied_residents
from ruleworlds import inputs_of, plan_of


@pytest.mark.parametrize("plan", catalogue())
def test_every_finding_is_recorded_and_every_record_is_found(plan: str) -> None:
    found = {f.key for f in inconsistencies(load_plan(plan))}
    assert found == set(known_inconsistencies()[plan])


@pytest.mark.parametrize(
    ("plan", "whole", "baseline", "target"),
    [
        ("panzhihua", "P7.total", 7852, 9710),
        ("luojiang", "L8.beds", None, 1500),
        ("beibei", "B13.institutions", None, 478),
        ("wutongqiao", "W11.institutions", None, 253),
        ("taonan", "T13.institutions", None, 245),
        ("panzhihua", "P16.institutions", None, 1009),
    ],
)
def test_the_published_sums_hold(plan: str, whole: str, baseline: float | None, target: float) -> None:
    rules = load_plan(plan).rules
    parts = [r for r in rules if r.part_of == whole]
    assert len(parts) > 1
    assert math.fsum(p.target for p in parts if isinstance(p.target, float)) == target
    assert load_plan(plan).find(whole).target == target
    if baseline is not None:
        assert math.fsum(p.baseline or 0 for p in parts) == baseline


def test_panzhihua_s_hospital_types_are_its_owners_hospitals() -> None:
    rules = load_plan("panzhihua").rules
    types = [r.target for r in rules if r.id.startswith("P5.types.")]
    owners = [r.target for r in rules if r.part_of == "P5.hospitals"]
    assert (types, owners) == ([3, 1, 1, 1, 2, 1, 1], [7, 3])
    assert (
        sum(t for t in types if isinstance(t, float)) == sum(o for o in owners if isinstance(o, float)) == 10
    )


def test_taonan_s_pairs_agree_on_the_residents_but_for_one() -> None:
    ranges = implied_residents(load_plan("taonan"))
    assert len(ranges) == 11
    outside = [rule for rule, (low, _, high) in ranges.items() if not low <= 307_215 <= high]
    assert outside == ["T13.beds_private"]


A = {"kind": "ratio", "denominator": "residents", "per": 1000}


def keys(*rules: dict) -> list[str]:  # type: ignore[type-arg]
    return [f.key for f in inconsistencies(plan_of(*rules))]


def test_each_check_on_a_plan_of_three_rules() -> None:
    beds = {**A, "id": "A", "numerator": "beds", "target": 7.0}
    assert keys(beds, {**beds, "id": "B", "section": "二", "target": 6.0}) == ["two_numbers:A+B"]
    assert keys(beds, {**beds, "id": "B", "section": "二"}) == []
    one = {**beds, "id": "B", "categories": ["医院"], "part_of": "A", "target": 4.0}
    other = {**beds, "id": "C", "categories": ["基层医疗卫生机构"], "part_of": "A", "target": 3.0}
    assert keys(beds, one, other) == []
    assert keys(beds, one, {**other, "target": 3.1}) == ["parts_exceed:target:A+B+C"]
    assert keys({**beds, "note": "sum_of_parts"}, one, {**other, "target": 2.9}) == ["sum:target:A+B+C"]
    nurses = {**A, "id": "A", "numerator": "nurses", "target": 4.7}
    physicians = {**A, "id": "B", "numerator": "physicians", "target": 3.9}
    ratio = {"id": "C", "kind": "ratio", "numerator": "nurses", "denominator": "physicians", "target": 1.2}
    assert keys(nurses, physicians, ratio) == []
    assert keys(nurses, physicians, {**ratio, "target": 1.3}) == ["implied_ratio:target:C+A+B"]
    assert keys({**beds, "baseline": 7.5}) == ["below_baseline:A"]


def test_further_sets_and_those_left_out_are_part_of_whom_a_rule_speaks_of() -> None:
    city = {
        **A,
        "id": "A",
        "numerator": "beds",
        "target": 6.3,
        "indicator": "beds_city",
        "categories": ["医院"],
    }
    wider = {**city, "id": "B", "also": [{"categories": ["妇幼保健机构"], "designations": ["市办"]}]}
    assert keys(city, {**city, "id": "B"}) == []
    assert keys(city, wider) == ["two_labels:A+B"]
    said = inconsistencies(plan_of(city, wider))[0].sentence
    assert "医院，或妇幼保健机构（市办）" in said.text("zh")
    assert (
        "hospital or maternal and child health institution (run by the prefecture)" in said.text("en").lower()
    )
    turned = {
        **wider,
        "categories": ["妇幼保健机构"],
        "designations": ["市办"],
        "also": [{"categories": ["医院"]}],
    }
    assert keys(wider, {**turned, "id": "C"}) == []  # the same sets in another order
    assert keys(city, {**city, "id": "B", "not_categories": ["专科医院"]}) == ["two_labels:A+B"]
    # without an indicator's name the sets tell two subjects apart
    plain = {k: v for k, v in wider.items() if k != "indicator"}
    assert (
        keys({k: v for k, v in city.items() if k != "indicator"}, {**plain, "target": 7.0, "section": "二"})
        == []
    )


def test_findings_are_said_on_the_verdicts_they_touch() -> None:
    verdicts = {v.rule: v for v in judge(load_plan("luojiang"), inputs_of(), {})}
    for rule in ("L10.tcm.table", "L10.tcm.text"):
        assert {"rules.inconsistent", "rules.contradicted"} <= {a.key for a in verdicts[rule].assumptions}
    assert "0.81" in " ".join(a.text("zh") for a in verdicts["L10.tcm.table"].assumptions)
