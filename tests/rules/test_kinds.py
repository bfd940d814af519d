"""The register of rule kinds: what a record must bring, who asks it, and a kind that comes from outside."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import jsonschema
import pytest

import carecircle
from carecircle.errors import PlanError, UsageError
from carecircle.outputs import telling
from carecircle.rules import (
    Outcome,
    Rule,
    RuleKind,
    Verdict,
    catalogue,
    decide,
    kind_of,
    kinds,
    load_plan,
    margin,
    nearest_query,
    plan_schema,
    register,
    verdict_schema,
)
from carecircle.texts import Sentence, wording
from ruleworlds import answers, demand_of, facilities_of, inputs_of, plan_of, reached_of
from worlds import street_study

SOURCE = Path(carecircle.__file__).parent


pytestmark = pytest.mark.usefixtures("kinds_as_they_were")


# ---- a kind from outside: nobody lives farther from a facility than so many kilometres ----
def judge_farthest(rule, plan, evidence, reached):  # type: ignore[no-untyped-def]
    farthest = float(reached[nearest_query(rule)]["cost"].max()) / rule.factor
    return Verdict(
        rule, decide(farthest, farthest, "<=", rule.limit), Sentence("toy.farthest", {"km": farthest}),
        observed=farthest, target=rule.limit, unit=rule.limit_unit, comparison="<=",
        margin=margin(farthest, farthest, "<=", rule.limit),
    )  # fmt: skip


FARTHEST = RuleKind(
    name="farthest", measure=judge_farthest, requires=("categories", "limit", "metric"),
    limit_units=("km", "m"), metrics=("straight_m",), query=nearest_query,
    inputs=lambda rule: ("facilities", "residents"), unit=lambda rule: rule.limit_unit,
)  # fmt: skip
WORDS = {
    "rules.kind_farthest": {"zh": "最远居民", "en": "farthest resident"},
    "outputs.title_farthest": {"zh": "{who}：最远 {limit}", "en": "{who}: nobody beyond {limit}"},
    "outputs.title_farthest_free": {"zh": "{who}：最远", "en": "{who}: the farthest"},
    "toy.farthest": {"zh": "最远居民 {km} 公里", "en": "the farthest lives {km} km away"},
}
RULE = """
[[rule]]
id = "S3"
clause = "S3"
section = "三"
quote = "居民距急救中心不超过8公里"
kind = "farthest"
categories = ["急救中心（站）"]
metric = "straight_m"
limit = 8
limit_unit = "km"
"""


def with_rule(folder: Path, rule: str) -> Path:
    """The street's study, its plan one rule longer."""
    study = street_study(folder)
    with (folder / "plan.toml").open("a", encoding="utf-8") as plan:
        plan.write(rule)
    return study


def test_a_kind_from_outside_goes_the_whole_way(tmp_path: Path) -> None:
    register(FARTHEST, WORDS)
    analysis = carecircle.analyze(with_rule(tmp_path / "street", RULE))
    found = next(v for v in analysis.verdicts if v.rule == "S3")
    assert found.outcome is Outcome.FAIL  # the farthest place is 9 km along the street
    assert found.observed == pytest.approx(9, abs=1e-6)
    assert found.margin == pytest.approx(-1, abs=1e-6)
    written = {f.name: f for f in analysis.write(tmp_path / "out")}
    assert {"verdicts.json", "verdicts.xlsx", "results.gpkg", "gap_map.html", "report.docx"} <= set(written)
    document = json.loads(written["verdicts.json"].read_text(encoding="utf-8"))
    jsonschema.validate(document, verdict_schema())
    told = next(v for v in document["verdicts"] if v["rule"] == "S3")
    assert (told["kind"], told["outcome"], told["reason"]) == ("farthest", "FAIL", "最远居民 9 公里")
    assert "最远 8 公里" in written["gap_map.html"].read_text(encoding="utf-8")
    enum = plan_schema()["$defs"]["Rule"]["properties"]["kind"]["enum"]
    assert enum[-1] == "farthest"


@pytest.mark.parametrize(
    ("old", "new", "field", "key"),
    [
        ('limit_unit = "km"', 'limit_unit = "min"', "limit_unit", "rules.wrong_unit"),
        ("limit = 8\n", "", "[[rule]]", "rules.missing_field"),
        ('metric = "straight_m"', 'metric = "road_m"', "metric", "rules.wrong_metric"),
        (
            'limit_unit = "km"',
            'limit_unit = "km"\nunless = [{ when = "outreach", quote = "某种例外可以不受此限" }]',
            "unless",
            "rules.unless_presence",
        ),
    ],
)  # fmt: skip
def test_a_kind_from_outside_is_held_to_its_fields(
    tmp_path: Path, old: str, new: str, field: str, key: str
) -> None:
    register(FARTHEST, WORDS)
    plan = with_rule(tmp_path / "street", RULE.replace(old, new)).parent / "plan.toml"
    with pytest.raises(PlanError) as caught:
        load_plan(plan)
    lines = plan.read_text(encoding="utf-8").splitlines()
    assert caught.value.sentence.key == key
    assert caught.value.row is not None
    assert lines.index('id = "S3"') <= caught.value.row <= len(lines)
    assert lines[caught.value.row - 1].startswith(field)


def test_what_is_not_registered_is_refused_with_what_is(tmp_path: Path) -> None:
    with pytest.raises(PlanError) as caught:
        load_plan(with_rule(tmp_path / "street", RULE).parent / "plan.toml")
    assert caught.value.sentence.key == "rules.not_in_vocabulary"
    assert all(kind.name in caught.value.text("en") for kind in kinds())


@pytest.mark.parametrize(
    ("kind", "words", "key"),
    [
        (FARTHEST, {k: v for k, v in WORDS.items() if not k.startswith("outputs")}, "rules.kind_unsaid"),
        (FARTHEST, {**WORDS, "toy.farthest": {"en": "far"}}, "rules.kind_half_said"),
        (FARTHEST, {**WORDS, "rules.nothing": {"zh": "无", "en": "none"}}, "rules.kind_said_already"),
        (RuleKind(name="radius", measure=judge_farthest), {}, "rules.kind_taken"),
    ],
)
def test_a_record_that_is_not_whole_is_refused(
    kind: RuleKind, words: dict[str, dict[str, str]], key: str
) -> None:
    known = kinds()
    with pytest.raises(UsageError) as caught:
        register(kind, words)
    assert caught.value.sentence.key == key
    assert caught.value.text("zh") != caught.value.text("en")
    assert kinds() == known
    assert "toy.farthest" not in wording()


# ---- the records that come with carecircle ----
def test_every_kind_has_its_words_and_names_only_fields_there_are() -> None:
    for kind in kinds():
        assert set(kind.words) <= set(wording())
        assert set(kind.requires) <= set(Rule.model_fields)
        assert set(kind.levels) <= {"region", "county", "town", "village", "facility", "named", "zone"}


def test_who_asks_for_roads_needs_them() -> None:
    for rule in (rule for plan in catalogue() for rule in load_plan(plan).rules):
        kind = kind_of(rule)
        query = kind.query(rule)
        if "roads" in kind.inputs(rule):
            asked = [*([] if query is None else [query]), *kind.more_queries(rule)]
            assert asked, rule.id
            assert all(q.metric != "straight_m" for q in asked), rule.id
        if kind.people:
            assert query is not None, rule.id
            assert {"facilities", "residents"} <= set(kind.inputs(rule)), rule.id
        if kind.sites:
            assert kind.people == "share", rule.id


@pytest.mark.parametrize(
    ("rule", "unit"),
    [
        ({"kind": "radius", "metric": "straight_m", "limit": 5, "limit_unit": "km"}, "share"),
        ({"kind": "radius", "metric": "straight_m", "limit_unit": "km"}, "km"),
        ({"kind": "time", "metric": "minutes", "mode": "walk", "limit": 15, "limit_unit": "min"}, "share"),
        ({"kind": "response", "metric": "minutes", "mode": "drive", "limit": 16, "limit_unit": "min"}, "min"),
        ({"kind": "load", "target": [30, 100], "comparison": "between"}, "residents_per_facility"),
        ({"kind": "presence"}, "share"),
        ({"kind": "share", "has": ["急诊科"], "target": 1.0}, "share"),
        ({"kind": "count", "target": 1}, "facilities"),
        ({"kind": "count", "numerator": "beds", "target": 1}, "beds"),
        ({"kind": "baseline", "numerator": "beds", "target": 1}, "beds"),
        ({"kind": "count", "numerator": "ct_64", "target": 1}, "devices"),
        ({"kind": "count", "numerator": "health_staff", "target": 0.14, "per": 10000}, "people_10000"),
        ({"kind": "count", "numerator": "laboratories_p2", "target": 1}, "number"),
        (
            {"kind": "ratio", "numerator": "beds", "denominator": "residents", "per": 1000, "target": 7.1},
            "per_1000_residents",
        ),
        (
            {"kind": "ratio", "numerator": "nurses", "denominator": "physicians", "target": 0.4},
            "share",
        ),
    ],
)
def test_the_unit_of_a_record_is_the_unit_of_its_verdict(rule: dict[str, object], unit: str) -> None:
    plan = plan_of({"categories": ["社区卫生服务中心"], **rule})
    inputs = inputs_of(demand=demand_of({}), facilities=facilities_of({"attributes": {"beds": 3.0}}))
    found = carecircle.judge(plan, inputs, answers(plan, reached_of((100.0, "reached"))))[0]
    assert kind_of(plan.rules[0]).unit(plan.rules[0]) == unit
    assert found.unit == unit
    assert telling.title(found).text("zh")


def test_nobody_but_the_records_tells_kinds_apart() -> None:
    names = {kind.name for kind in kinds()}
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                of_kind = any(isinstance(s, ast.Attribute) and s.attr == "kind" for s in sides)
                told = {c.value for s in sides for c in ast.walk(s) if isinstance(c, ast.Constant)}
                if of_kind and names & {t for t in told if isinstance(t, str)}:
                    found.append(f"{path.name}:{node.lineno}")
    for script in sorted(SOURCE.rglob("*.js")):
        text = script.read_text(encoding="utf-8")
        found += [script.name for name in names if re.search(f"kind [!=]== '{name}'", text)]
    assert not found
