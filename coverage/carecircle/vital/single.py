"""Single points of failure: facilities whose closure alone breaks a clause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from carecircle.analysis import Analysis, reanalyze
from carecircle.rules import Outcome, Rule, Verdict
from carecircle.rules.kinds import kind_of
from carecircle.rules.language.query import main_query
from carecircle.schema import leg_column
from carecircle.siting.effort import Watch
from carecircle.texts import Sentence
from carecircle.vital.losing import Loss, losses

_SLACK = 1e-9


@dataclass(frozen=True)
class SinglePoint:
    """A facility whose closure alone breaks a rule.

    Parameters
    ----------
    facility_id, name
        The facility.
    losses
        What its closure takes from every rule that changes.
    """

    facility_id: str
    name: str
    losses: tuple[Loss, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that break."""
        return tuple(loss.rule for loss in self.losses if loss.breaks)

    @property
    def residents(self) -> float:
        """Residents who lose their cover, summed over the rules that break."""
        return sum(loss.residents or 0.0 for loss in self.losses if loss.breaks)

    def to_dict(self) -> dict[str, Any]:
        """The figures of vital.json.

        Returns
        -------
        dict
            Plain data, without NaN.
        """
        return {
            "facility_id": self.facility_id, "name": self.name, "rules": list(self.rules),
            "losses": [loss.to_dict() for loss in self.losses],
        }  # fmt: skip


def single_points(
    analysis: Analysis, watch: Watch, tell: Callable[[Sentence], None]
) -> tuple[tuple[SinglePoint, ...], int]:
    """Every facility whose closure alone breaks a rule, judged anew, and how many time left unjudged.

    A rule about residents can break only if more of them than it can spare are served by the facility:
    whoever is served by another keeps it. Rules of other kinds are judged again without each facility they
    count.

    Returns
    -------
    tuple
        The facilities, those that break most first; how many could not be judged in time.
    """
    facilities = analysis.inputs.facilities
    doubtful = candidates(analysis)
    found: list[SinglePoint] = []
    for number, facility in enumerate(doubtful, 1):
        if watch.over:
            return _sorted(found), len(doubtful) - number + 1
        name = str(facilities.loc[facilities["facility_id"] == facility, "name"].iloc[0])
        tell(Sentence("vital.closing_one", {"number": number, "of": len(doubtful), "name": name}))
        after = reanalyze(analysis, close=[facility], surfaces=False, progress=lambda _: None)
        lost = losses(analysis, after)
        if any(loss.breaks for loss in lost):
            found.append(SinglePoint(facility, name, lost))
    return _sorted(found), 0


def candidates(analysis: Analysis) -> list[str]:
    """The facilities that might be single points of failure, in the study's order: no other is one.

    Parameters
    ----------
    analysis
        The study as it is.

    Returns
    -------
    list of str
        Ids of facilities.
    """
    held = [v for v in analysis.verdicts if v.outcome is Outcome.PASS]
    chosen: set[str] = set()
    for verdict in held:
        chosen |= _of_people(analysis, verdict) if verdict.people is not None else _counted(analysis, verdict)
    facilities = analysis.inputs.facilities
    open_now = facilities[facilities["status"] == "open"]["facility_id"].astype(str)
    return [f for f in open_now if f in chosen]


def _of_people(analysis: Analysis, verdict: Verdict) -> set[str]:
    """Facilities that serve more of a rule's residents than it can spare."""
    query = main_query(verdict.rule_def)
    demand, ledger = analysis.inputs.demand, verdict.ledger
    if query is None or query not in analysis.reached or demand is None or ledger is None:
        return _counted(analysis, verdict)
    if any(leg.nth > 1 or leg.every for leg in query.legs) or not isinstance(verdict.target, float | int):
        return {f for leg in query.legs for f in analysis.serving(leg)["facility_id"].astype(str)}
    spare = ledger.covered - float(verdict.target) * ledger.in_scope - _SLACK * max(1.0, ledger.in_scope)
    if verdict.comparison != ">=" or verdict.rule_def.any_of or verdict.rule_def.unless:
        spare = 0.0
    assert verdict.people is not None
    people = demand["residents"].to_numpy(dtype=np.float64) * (verdict.people == "covered").to_numpy()
    frame = analysis.reached[query]
    several = len(query.legs) > 1
    found: set[str] = set()
    for number in range(1, len(query.legs) + 1):
        own = frame[leg_column(number, "facility_id") if several else "facility_id"]
        served = own.to_frame("facility").assign(people=people).groupby("facility")["people"].sum()
        found |= {str(f) for f, number_of in served.items() if number_of > max(0.0, spare)}
    return found


def _counted(analysis: Analysis, verdict: Verdict) -> set[str]:
    """Facilities that a rule counts, by any of its sets; all of them where it counts in other ways too.

    One without the attribute that a ratio sums adds nothing to it.
    """
    rule: Rule = verdict.rule_def
    facilities = analysis.inputs.facilities
    ids = facilities["facility_id"].astype(str)
    kind = kind_of(rule)
    if not kind.of_its_sets:
        return set(ids)
    below = rule.denominator_facilities if rule.denominator_categories else None
    summed = rule.numerator if kind.number == "ratio" and rule.numerator != "facilities" else ""
    rows = zip(
        ids, facilities["category"], facilities["designations"], facilities["attributes"],
        facilities["capacity"], strict=True,
    )  # fmt: skip
    found = set()
    for facility, category, roles, facts, capacity in rows:
        known = facts or {}
        adds = not summed or known.get(summed) not in (None, 0) or (summed == "beds" and capacity > 0)
        if adds and rule.facilities.counts(category, roles, known) is not False:
            found.add(facility)
        if below is not None and below.counts(category, roles, known) is not False:
            found.add(facility)
    return found


def _sorted(found: list[SinglePoint]) -> tuple[SinglePoint, ...]:
    return tuple(sorted(found, key=lambda p: (-len(p.rules), -p.residents, p.facility_id)))
