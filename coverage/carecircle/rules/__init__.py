"""What the plan demands: rules in plan files, judged against a study, each with its citation.

What do I come here to change?
- what a plan file may say: language; how it is judged: judging; what a kind is: kinds
- the catalogue: plans; inputs a rule needs: needs; plans as plain data: plan_data
- two written verdict files and why they differ: comparing
"""

from __future__ import annotations

import carecircle.rules.kinds.builtin  # noqa: F401  -- registers the kinds that come with carecircle
from carecircle.rules.comparing import Change, Comparison, compare, read_verdicts
from carecircle.rules.judging.blank_spots import BlankSpot, BlankSpots, blank_spots
from carecircle.rules.judging.judge import judge
from carecircle.rules.judging.ledger import by_area
from carecircle.rules.judging.parts import (
    ByBusy,
    ByPeriod,
    ByRoad,
    ChainPart,
    CountyRow,
    Flip,
    Outcome,
    Referral,
    RuleUnit,
)
from carecircle.rules.judging.shapes import verdict_schema
from carecircle.rules.judging.verdict import Verdict
from carecircle.rules.judging.weighing import decide, margin
from carecircle.rules.kinds import RuleKind, kind_of, kinds, register
from carecircle.rules.language.consistency import inconsistencies, known_inconsistencies
from carecircle.rules.language.finding import Inconsistency
from carecircle.rules.language.leg import Leg
from carecircle.rules.language.plan import Plan, catalogue, load_plan, plan_schema
from carecircle.rules.language.projects import Project
from carecircle.rules.language.query import ReachQuery, nearest_query, required
from carecircle.rules.language.rule import Condition, Rule
from carecircle.rules.needs import need_sentence, needs, unlocks
from carecircle.rules.plan_data import plans_json

__all__ = [
    "BlankSpot",
    "BlankSpots",
    "ByBusy",
    "ByPeriod",
    "ByRoad",
    "ChainPart",
    "Change",
    "Comparison",
    "Condition",
    "CountyRow",
    "Flip",
    "Inconsistency",
    "Leg",
    "Outcome",
    "Plan",
    "Project",
    "ReachQuery",
    "Referral",
    "Rule",
    "RuleKind",
    "RuleUnit",
    "Verdict",
    "blank_spots",
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
