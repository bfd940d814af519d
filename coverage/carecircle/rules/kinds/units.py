"""What every area or facility must show: ``presence``, ``share`` and ``conditional``."""

from __future__ import annotations

from collections.abc import Iterator

from carecircle.rules.judging.measures_units import judge_conditional, judge_presence, judge_share
from carecircle.rules.kinds.record import RuleKind, on_evidence
from carecircle.rules.language.refusals import MeaninglessRuleError
from carecircle.rules.language.rule import Rule


def _share_of_what(rule: Rule) -> Iterator[MeaninglessRuleError]:
    if not (rule.has or rule.each):
        yield MeaninglessRuleError("has", "rules.share_of_what")


PRESENCE = RuleKind(
    name="presence",
    measure=on_evidence(judge_presence),
    share_target=True,
    exceptions=True,
    takes=("each_role",),
    of_its_sets=True,
)

SHARE = RuleKind(
    name="share",
    measure=on_evidence(judge_share),
    share_target=True,
    faults=_share_of_what,
    takes=("per_class",),
    number="share",
)

CONDITIONAL = RuleKind(
    name="conditional", measure=on_evidence(judge_conditional), requires=("when",), share_target=True
)
