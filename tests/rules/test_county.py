"""Every plan against the embedded county: each kind and outcome occurs, every sentence can be said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from carecircle.analysis.asking import Asker, reaches_of, servings_in
from carecircle.inputs.load import load_inputs
from carecircle.reach.network.model import Network
from carecircle.rules import Outcome, Verdict, catalogue, judge, load_plan, required, unlocks, verdict_schema
from carecircle.study import load_study

COUNTY = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="module")
def verdicts() -> dict[str, list[Verdict]]:
    inputs: Any = load_inputs(load_study(COUNTY))
    networks = {m: Network.from_edges(inputs.edges, mode=m) for m in ("walk", "drive", "ambulance")}
    asker = Asker(inputs, reaches_of(inputs, networks))
    reached: dict[Any, Any] = {}
    found = {}
    for plan in map(load_plan, catalogue()):
        for query in required(plan):
            if query not in reached:
                reached[query] = asker.reach(query, *servings_in(inputs, query))
        found[plan.id] = judge(plan, inputs, reached)
    return found


@pytest.mark.slow
def test_every_kind_and_every_outcome_occurs(verdicts: dict[str, list[Verdict]]) -> None:
    every = [v for own in verdicts.values() for v in own]
    assert {v.rule_def.kind for v in every} == {
        "radius", "time", "response", "load", "presence",
        "ratio", "share", "count", "conditional", "baseline", "published", "chain",
        "referral",
    }  # fmt: skip
    assert {v.outcome for v in every} == set(Outcome) - {Outcome.WAIVED}
    assert any(u.outcome is Outcome.WAIVED for v in every for u in v.units)
    judged = Counter(v.rule_def.kind for v in every if v.outcome in (Outcome.PASS, Outcome.FAIL))
    assert {"radius", "time", "response", "load", "presence", "ratio", "share", "count"} <= set(judged)


@pytest.mark.slow
def test_no_unknown_is_called_a_pass_and_every_margin_agrees(verdicts: dict[str, list[Verdict]]) -> None:
    for plan, own in verdicts.items():
        for verdict in own:
            where = (plan, verdict.rule)
            if verdict.outcome in (Outcome.PASS, Outcome.FAIL):
                assert not verdict.missing_inputs, where
                if verdict.margin is None:  # fails for whom the mean leaves out, not for its number
                    assert (verdict.rule_def.kind, verdict.outcome) == ("response", Outcome.FAIL), where
                    assert verdict.observed is None or verdict.observed <= verdict.target, where
                    assert verdict.ledger.unreachable + verdict.ledger.unsnapped > 0, where
                    continue
                assert (verdict.margin >= 0) == (verdict.outcome is Outcome.PASS), where
            elif verdict.margin is not None:
                assert verdict.margin < 0, where


@pytest.mark.slow
def test_everything_can_be_said_in_both_languages(verdicts: dict[str, list[Verdict]]) -> None:
    for plan, own in verdicts.items():
        for language in ("zh", "en"):
            document = {
                "schema": "carecircle/verdicts/1", "study": "demo", "plan": plan, "year": 2025,
                "ledger": None,
                "verdicts": [v.to_dict(language) for v in own],
            }  # fmt: skip
            jsonschema.validate(document, verdict_schema())
            for need, rules in unlocks(own):
                assert need.text(language)
                assert rules
        for verdict in own:
            assert verdict.shown(verdict.observed).text("zh")
            assert verdict.shown(verdict.target).text("en")
