"""What the plan demands: rules in plan files, judged against a study, each with its citation."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import carecircle.rules.kinds.builtin  # noqa: F401  -- registers the kinds that come with carecircle
from carecircle.rules.consistency import Inconsistency, inconsistencies, known_inconsistencies
from carecircle.rules.judge import by_area, judge
from carecircle.rules.kinds import RuleKind, kind_of, kinds, register
from carecircle.rules.language import Condition, Rule
from carecircle.rules.needs import need_sentence, needs, unlocks
from carecircle.rules.plan import Plan, catalogue, load_plan, plan_schema
from carecircle.rules.plan_data import plans_json
from carecircle.rules.projects import Project
from carecircle.rules.query import Leg, ReachQuery, nearest_query, required
from carecircle.rules.shapes import verdict_schema
from carecircle.rules.verdict import ByRoad, Flip, Outcome, RuleUnit, Verdict
from carecircle.rules.weighing import decide, margin

if TYPE_CHECKING:
    from carecircle.runs.compare import Change, Comparison, compare, read_verdicts

__all__ = [
    "ByRoad",
    "Change",
    "Comparison",
    "Condition",
    "Flip",
    "Inconsistency",
    "Leg",
    "Outcome",
    "Plan",
    "Project",
    "ReachQuery",
    "Rule",
    "RuleKind",
    "RuleUnit",
    "Verdict",
    "by_area",
    "catalogue",
    "compare",
    "decide",
    "inconsistencies",
    "judge",
    "kind_of",
    "kinds",
    "known_inconsistencies",
    "load_plan",
    "margin",
    "nearest_query",
    "need_sentence",
    "needs",
    "plan_schema",
    "plans_json",
    "read_verdicts",
    "register",
    "required",
    "unlocks",
    "verdict_schema",
]

_IN_RUNS = ("Change", "Comparison", "compare", "read_verdicts")


def __getattr__(name: str) -> Any:
    """Comparing runs stands on a floor above and is fetched when it is first asked for here."""
    if name in _IN_RUNS:
        return getattr(import_module("carecircle.runs.compare"), name)
    raise AttributeError(f"module 'carecircle.rules' has no attribute {name!r}")
