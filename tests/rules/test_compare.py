"""Two verdict files side by side: what turned and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from carecircle.errors import InputError
from carecircle.rules import Outcome, compare, judge, read_verdicts
from ruleworlds import answers, demand_of, facilities_of, inputs_of, plan_of, reached_of

TIME = {
    "kind": "time", "categories": ["医院"], "metric": "minutes", "mode": "walk", "limit": 15,
    "limit_unit": "min", "target": 0.5,
}  # fmt: skip
SHARE = {"id": "R2", "kind": "share", "categories": ["乡镇卫生院"], "has": ["中医馆"], "target": 0.5}


def document(
    *rules: dict[str, Any], minutes: float = 10.0, halls: tuple[Any, ...] = (True, False)
) -> dict[str, Any]:
    plan = plan_of(*rules)
    kinds = [{} if h is None else {"departments": ("中医馆",) if h else ()} for h in halls]
    facilities = facilities_of(
        {"category": "综合医院"}, *[{"category": "乡镇卫生院", "attributes": a} for a in kinds]
    )
    inputs = inputs_of(demand=demand_of({"residents": 10.0}), facilities=facilities)
    verdicts = judge(plan, inputs, answers(plan, reached_of((minutes, "reached"))))
    return {
        "schema": "carecircle/verdicts/1", "study": "t", "plan": "p", "year": 2025,
        "ledger": inputs.ledger.to_dict(), "verdicts": [v.to_dict("zh") for v in verdicts],
    }  # fmt: skip


def test_a_run_against_itself_changes_nothing() -> None:
    result = compare(document(TIME, SHARE), document(TIME, SHARE))
    assert (result.frame, result.changes, result.same) == ((), (), 2)


def test_a_changed_input_turns_a_verdict_and_says_so() -> None:
    result = compare(document(TIME, SHARE), document(TIME, SHARE, minutes=20.0))
    (change,) = result.changes
    assert (change.rule, change.before, change.after) == ("R1", Outcome.PASS, Outcome.FAIL)
    assert [r.key for r in change.reasons] == ["rules.compare_observed"]
    assert change.reasons[0].text("zh") == "现状由 100% 变为 0%"


def test_terrain_switched_on_or_off_is_named() -> None:
    roads, ground = document(TIME, SHARE), document(TIME, SHARE)
    ground["verdicts"][0]["ledger"] |= {"closed": 0.0, "cut_off": 0.0}
    assert [s.key for s in compare(roads, ground).frame] == ["rules.compare_terrain_on"]
    assert [s.key for s in compare(ground, roads).frame] == ["rules.compare_terrain_off"]
    assert compare(ground, ground).frame == ()
    assert compare(document(SHARE), ground).frame == ()  # no rule of both was judged over it


def test_a_changed_plan_says_its_target_and_its_rules() -> None:
    result = compare(
        document(TIME, SHARE),
        document({**TIME, "target": 1.0, "target_source": "plan"}, {**SHARE, "id": "R3"}),
    )
    by_rule = {c.rule: c for c in result.changes}
    assert [r.key for r in by_rule["R1"].reasons] == ["rules.compare_target"]
    assert (by_rule["R2"].before, by_rule["R2"].after) == (Outcome.PASS, None)
    assert (by_rule["R3"].before, by_rule["R3"].after) == (None, Outcome.PASS)
    assert [c.turned for c in result.changes] == [True, True, False]


def test_units_and_missing_inputs_are_named() -> None:
    result = compare(document(SHARE, halls=(True, None, None)), document(SHARE, halls=(True, True, False)))
    (change,) = result.changes
    assert (change.before, change.after) == (Outcome.NOT_ASSESSED, Outcome.PASS)
    assert [r.key for r in change.reasons] == [
        "rules.compare_observed",
        "rules.compare_given",
        "rules.compare_worse",
    ]
    for language in ("zh", "en"):
        assert all(r.text(language) for r in change.reasons)


def test_the_frame_of_two_runs() -> None:
    other = {**document(TIME), "year": 2030, "plan": "q", "study": "u", "ledger": None}
    assert [s.key for s in compare(document(TIME), other).frame] == [
        "rules.compare_study", "rules.compare_plan", "rules.compare_year", "rules.compare_residents",
    ]  # fmt: skip


def test_reading(tmp_path: Path) -> None:
    (tmp_path / "verdicts.json").write_text(json.dumps(document(TIME)), encoding="utf-8")
    assert read_verdicts(tmp_path) == read_verdicts(tmp_path / "verdicts.json") == document(TIME)
    with pytest.raises(InputError, match="no such verdicts file"):
        read_verdicts(tmp_path / "none.json")
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="valid JSON"):
        read_verdicts(tmp_path / "x.json")
    (tmp_path / "y.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="carecircle/verdicts/1"):
        read_verdicts(tmp_path / "y.json")
