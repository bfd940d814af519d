"""A tiny world for every mended rule: what the plan's sentence makes of it, and what the rule before did."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from carecircle import categories
from carecircle.analysis.asking import joined, leads, servings_in
from carecircle.inputs.load import Inputs
from carecircle.rules import Plan, Verdict, judge, load_plan
from carecircle.rules.language.leg import Leg
from carecircle.rules.language.query import ReachQuery, required
from carecircle.rules.language.rule import Rule
from carecircle.schema import every_column
from realdata import plan_text
from ruleworlds import areas_of, demand_of, facilities_of, inputs_of, totals_of

FOLDER = Path(__file__).parent / "worlds"
BEFORE = tomllib.loads((FOLDER / "before.toml").read_text(encoding="utf-8"))
PLAN = {name: load_plan(name) for name in ("luojiang", "wutongqiao", "taonan", "beibei", "panzhihua")}
WORLDS = [
    (plan, world)
    for plan in PLAN
    for world in tomllib.loads((FOLDER / f"{plan}.toml").read_text(encoding="utf-8"))["world"]
]
LEVELS = {"town": ("镇", "乡", "街道"), "county": ("区", "县"), "village": ("村", "社区")}
LOOSE = {"part_of": "", "total_of": "", "contradicts": (), "listed": (), "indicator": "", "note": ""}
"""What ties a rule to others and decides nothing here."""


def facility(line: str, places: dict[str, str]) -> dict[str, Any]:
    """A facility from one line: category, then roles, owner, level, ``figure=…``, ``@area``."""
    category, *words = line.split(" ")
    row: dict[str, Any] = {"category": category, "designations": (), "attributes": {}}
    for word in words:
        key, equals, value = word.partition("=")
        if word.startswith("@"):
            row["area_id"] = places[word[1:]]
        elif word == "closed":
            row["status"] = "closed"
        elif key == "name":
            row["name"] = value
        elif equals:
            row["attributes"][key] = value if key == "departments" else float(value)
        elif categories.level(word) is not None:
            row["attributes"]["level"] = word
        elif categories.is_ownership(word) and word not in categories.designations():
            row["attributes"]["ownership"] = word
        else:
            row["designations"] = (*row["designations"], word)
    return row


def inputs(world: dict[str, Any]) -> Inputs:
    names = world.get("areas", [])
    levels = [next(lv for lv, ends in LEVELS.items() if name.endswith(ends)) for name in names]
    areas = areas_of(*({"name": n, "level": lv} for n, lv in zip(names, levels, strict=True)))
    places = {name: f"a{at}" for at, name in enumerate(names)}
    people = [float(line.split(" ")[0]) for line in world.get("people", ())]
    rows = [facility(line, places) for line in world.get("facilities", ())]
    year = 2020 if world["rule"].startswith("T13") else 2025
    return inputs_of(
        areas=areas,
        facilities=facilities_of(*rows) if rows else None,
        demand=demand_of(*({"residents": n} for n in people)) if people else None,
        totals=totals_of(*(("region", name, float(v), year) for name, v in world.get("totals", {}).items())),
        complete=world.get("complete", True),
        emergency=world.get("emergency"),
    )


def reached(plan: Plan, world: dict[str, Any], there: Inputs) -> dict[Any, pd.DataFrame]:
    """The soonest facility that each leg of a query speaks of, by the minutes of each line."""
    found = {}
    for query in required(plan):
        legs = [leg_of(leg, world, there) for leg in query.legs]
        found[query] = legs[0] if len(legs) == 1 else joined(legs)
    return found


def leg_of(leg: Leg, world: dict[str, Any], there: Inputs) -> pd.DataFrame:
    serving = servings_in(there, ReachQuery(legs=[leg]))[0]
    lead = dict(
        zip(serving.index, leads(there, leg, serving) if leg.start else [0.0] * len(serving), strict=True)
    )
    rows = []
    for line in world.get("people", ()):
        way = re.search(rf"{leg.direction.removesuffix('_facility')}=(\S+)", line)
        minutes = [float(m) for m in way[1].split(",")] if way else []
        rows.append([m + lead[at] if at in lead else math.inf for at, m in enumerate(minutes)])
    best = [min(row, default=math.inf) for row in rows]
    owner = [None if math.isinf(b) else there.facilities["facility_id"][row.index(b)]
             for row, b in zip(rows, best, strict=True)]  # fmt: skip
    frame = pd.DataFrame({
        "demand_id": [f"d{n}" for n in range(len(best))], "facility_id": pd.Series(owner, dtype=object),
        "snap_m": 0.0, "cost": best, "status": ["island" if math.isinf(b) else "reached" for b in best],
    })  # fmt: skip
    if not leg.every:
        return frame
    every = {every_column(serving["facility_id"][at]): [row[at] for row in rows] for at in lead}
    return frame.assign(**every)


def verdict(plan: Plan, rules: list[Rule], world: dict[str, Any]) -> Verdict:
    alone = Plan.model_construct(plan=plan.plan, rule=tuple(rules), project=(), official=None)
    there = inputs(world)
    return judge(alone, there, reached(alone, world, there))[0]


def now(plan: Plan, world: dict[str, Any]) -> Verdict:
    rule = plan.find(world["rule"])
    ways = [rule, *(plan.find(other) for other in rule.any_of)]
    return verdict(plan, [r.model_copy(update=LOOSE) for r in ways], world)


def before(plan: Plan, world: dict[str, Any]) -> Verdict:
    """The rule as it stood, in today's engine."""
    own = world.get("before", world["rule"])
    ways = [own, *BEFORE[own].get("any_of", ())]
    words = {"clause": "X", "section": "一", "quote": "此条在对照原文之前的写法"}
    return verdict(plan, [Rule.model_validate({**words, "id": i, **BEFORE[i]}) for i in ways], world)


def agrees(found: Verdict, said: str) -> bool:
    outcome, figure, *state = said.split(" ")
    observed = None if figure == "—" else pytest.approx(float(figure), abs=1e-9)
    return (found.outcome.value, found.observed) == (outcome, observed) and state in ([], [found.state])


@pytest.mark.parametrize(("name", "world"), WORLDS, ids=[w["rule"] for _, w in WORLDS])
def test_the_mended_rule_follows_the_sentence(name: str, world: dict[str, Any]) -> None:
    found = now(PLAN[name], world)
    assert agrees(found, world["is"]), (found, found.reason.text("en"))


@pytest.mark.parametrize(("name", "world"), WORLDS, ids=[w["rule"] for _, w in WORLDS])
def test_the_rule_before_came_to_something_else(name: str, world: dict[str, Any]) -> None:
    found = before(PLAN[name], world)
    assert agrees(found, world["was"]), (found, found.reason.text("en"))
    assert (world["is"] == world["was"]) is world.get("same", False)


def test_every_rule_as_it_stood_has_its_world() -> None:
    told = {w.get("before", w["rule"]) for _, w in WORLDS}
    without_figures = {"B10.geriatrics.text"}  # mended in its baseline alone
    assert set(BEFORE) - without_figures == told


def test_a_baseline_that_was_missing() -> None:
    """到2025年，我区二级以上综合性医院老年医学科设置比例不低于55%, and 55 in the table's column of 2020."""
    assert "baseline" not in BEFORE["B10.geriatrics.text"]
    assert PLAN["beibei"].find("B10.geriatrics.text").baseline == 55


@pytest.mark.real
@pytest.mark.parametrize("name", PLAN)
def test_the_sentences_of_the_worlds_are_the_plan_s(name: str) -> None:
    text = re.sub(r"\s+", "", plan_text(f"{name}.txt").read_text(encoding="utf-8"))
    for plan, world in WORLDS:
        if plan == name:
            assert re.sub(r"\s+", "", world["text"]) in text, world["rule"]
