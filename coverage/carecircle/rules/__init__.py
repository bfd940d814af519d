"""What the plan demands: rules in plan files, judged against a study, each with its citation."""

from carecircle.rules.compare import Change, Comparison, compare, read_verdicts
from carecircle.rules.consistency import Inconsistency, inconsistencies, known_inconsistencies
from carecircle.rules.judge import by_area, judge
from carecircle.rules.language import Condition, Rule
from carecircle.rules.needs import need_sentence, needs, plans_json, unlocks
from carecircle.rules.plan import Plan, catalogue, load_plan, plan_schema
from carecircle.rules.query import Leg, ReachQuery, required
from carecircle.rules.shapes import verdict_schema
from carecircle.rules.verdict import ByRoad, Flip, Outcome, RuleUnit, Verdict
from carecircle.rules.weighing import decide

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
    "ReachQuery",
    "Rule",
    "RuleUnit",
    "Verdict",
    "by_area",
    "catalogue",
    "compare",
    "decide",
    "inconsistencies",
    "judge",
    "known_inconsistencies",
    "load_plan",
    "need_sentence",
    "needs",
    "plan_schema",
    "plans_json",
    "read_verdicts",
    "required",
    "unlocks",
    "verdict_schema",
]
