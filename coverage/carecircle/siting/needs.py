"""What some clauses ask of new sites: which rules they are, whom they speak of, how many must be reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np

from carecircle.analysis import Analysis
from carecircle.analysis.asking import Asker, serving_in
from carecircle.errors import UsageError, raise_all
from carecircle.inputs.sites import new_facilities
from carecircle.ledgers import LACKING, UNPLACED
from carecircle.rules import Plan, ReachQuery, Rule, Verdict, judge, kind_of
from carecircle.rules.language.query import main_query
from carecircle.siting.matrix import Floats, Ints
from carecircle.study import Study


@dataclass(frozen=True, eq=False)
class Need:
    """What one rule asks, in people.

    Parameters
    ----------
    verdict
        The rule as it is judged now.
    query
        Whom it counts as reached.
    limit
        In minutes or metres, inclusive.
    rows
        Demand rows (positions) the rule speaks of that are placed: those a move might reach.
    open_rows
        Among `rows`, those that no facility which stays as it is covers.
    unplaced
        Demand rows (positions) with residents that have no place on the network, or of which it is unknown
        whether the rule speaks of them: no move reaches them.
    residents
        Residents of `rows`.
    in_scope
        All residents the rule speaks of, the unplaced among them.
    target
        Share of `in_scope` that must be covered.
    """

    verdict: Verdict
    query: ReachQuery
    limit: float
    rows: Ints
    open_rows: Ints
    unplaced: Ints
    residents: Floats
    in_scope: float
    target: float

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.verdict.rule

    @property
    def covered(self) -> float:
        """Residents covered now."""
        return self.verdict.ledger.covered if self.verdict.ledger is not None else 0.0

    @property
    def may_stay(self) -> float:
        """How many residents in `open_rows` may stay uncovered (negative: too many are out of any reach)."""
        safe = math.fsum(self.residents[~np.isin(self.rows, self.open_rows)])
        left = math.fsum(self.residents[np.isin(self.rows, self.open_rows)])
        return left - (self.target * self.in_scope - safe)


def unjudgeable(
    study: Study, plan: Plan, clauses: Sequence[str], *, category: str | None = None
) -> list[UsageError]:
    """Why no site can be sought for some clauses, as far as the study and its plan tell it unread.

    Parameters
    ----------
    clauses
        Ids of clauses or rules.
    category
        What to build, where that is said.

    Returns
    -------
    list of UsageError
        No clause is named, one does not exist or is not of a kind that sites can address, or the study lacks
        the residents, roads or facilities without which its rules cannot be judged.
    """
    faults = _unknown(plan, clauses)
    asked = [r for r in plan.rules if _mendable(r) and {r.id, r.clause} & set(clauses)]
    if study.residents is None:
        faults.append(UsageError("siting.no_residents"))
    if study.roads is None and asked and all(r.metric != "straight_m" for r in asked):
        faults.append(UsageError("siting.no_roads_to_judge"))
    if asked and not study.facility_sources and category is None:
        faults.append(_no_facilities(asked))
    return faults


def needs_of(
    analysis: Analysis, clauses: Sequence[str], *, target: float | None = None, category: str | None = None
) -> list[Need]:
    """The rules of some clauses that siting can speak of: a radius or a time with a limit, judged in people.

    Parameters
    ----------
    clauses
        Ids of clauses (all their rules that fit) or of rules.
    target
        Share to reach instead of each rule's own.
    category
        What to build, where that is said: then a study without any facility may get its first.

    Raises
    ------
    UsageError
        If a clause does not exist or is not of a kind that sites can address, naming those that are; or if
        none of its rules could be judged, saying why.
    """
    if target is not None and not 0 <= target <= 1:
        raise UsageError("siting.bad_share", value=str(target))
    raise_all(_unknown(analysis.plan, clauses))
    mine = [v for v in analysis.verdicts if _mendable(v.rule_def) and {v.rule, v.clause} & set(clauses)]
    if not analysis.study.facility_sources and analysis.inputs.facilities.empty:
        if category is None:
            raise _no_facilities([v.rule_def for v in mine])
        mine = _without_facilities(analysis, mine, category)
    chosen: dict[str, Verdict] = {}
    for clause in clauses:
        own = [v for v in mine if clause in (v.rule, v.clause)]
        fit = {v.rule: v for v in own if fits(v)}
        if not fit:
            raise UsageError("siting.clause_unjudged", value=clause, reason=own[0].reason)
        chosen |= fit
    return [_need(analysis, v, target) for v in chosen.values()]


def _unknown(plan: Plan, clauses: Sequence[str]) -> list[UsageError]:
    """What is wrong with the clauses named."""
    known = sorted(r.id for r in plan.rules if _mendable(r))
    if not known:
        return [UsageError("siting.plan_unfit", plan=plan.id)]
    faults = [] if clauses else [UsageError("siting.no_clause", known=known)]
    for clause in clauses:
        mine = [r.id for r in plan.rules if clause in (r.id, r.clause)]
        if not set(mine) & set(known):
            key = "siting.clause_unfit" if mine else "siting.clause_unknown"
            faults.append(UsageError(key, value=clause, known=known))
    return faults


def _no_facilities(rules: Sequence[Rule]) -> UsageError:
    kinds = list(dict.fromkeys(c for r in rules for c in r.categories))
    return UsageError("siting.no_facilities", categories=kinds)


def _without_facilities(analysis: Analysis, verdicts: Sequence[Verdict], category: str) -> list[Verdict]:
    """The same rules judged on the planner's word that there is no facility yet: nobody is reached.

    The plan is judged with one facility that is closed, so that the table is known and empty.
    """
    inputs = analysis.inputs
    here = gpd.GeoSeries([inputs.region.representative_point()], crs=inputs.crs).to_crs(4326).iloc[0]
    closed = {"facility_id": "none", "category": category, "status": "closed", "lon": here.x, "lat": here.y}
    known = replace(inputs, facilities=new_facilities([closed], inputs))
    asker = Asker(inputs, analysis.reaches)
    queries = [q for q in (main_query(v.rule_def) for v in verdicts) if q is not None]
    able = [q for q in dict.fromkeys(queries) if asker.can(q)]
    if inputs.demand is None:
        return list(verdicts)
    reached = {q: asker.reach(q, serving_in(known, q)) for q in able}
    judged = {v.rule: v for v in judge(analysis.plan, known, reached)}
    return [judged[v.rule] for v in verdicts]


def _mendable(rule: Rule) -> bool:
    """Whether new sites can address a rule, once it is judged in people."""
    return kind_of(rule).sites and rule.limit is not None and rule.of_everybody


def fits(verdict: Verdict) -> bool:
    """Whether a rule is one that siting speaks of, and was judged: see `needs_of`."""
    rule = verdict.rule_def
    return (
        kind_of(rule).sites
        and rule.limit is not None
        and rule.of_everybody  # one new site closes no gap of two
        and verdict.people is not None
        and isinstance(verdict.target, float | int)
        and verdict.ledger is not None
        and verdict.ledger.in_scope > 0
    )


def _need(analysis: Analysis, verdict: Verdict, target: float | None) -> Need:
    query = main_query(verdict.rule_def)
    people, ledger, demand = verdict.people, verdict.ledger, analysis.inputs.demand
    if query is None or people is None or ledger is None or demand is None or verdict.rule_def.limit is None:
        raise AssertionError("a rule that does not fit was let through")
    marks = people.to_numpy(dtype=object)
    rows = np.nonzero(np.isin(marks, ["covered", *LACKING]))[0].astype(np.int64)
    everybody = demand["residents"].to_numpy(dtype=np.float64)
    lost = np.nonzero(np.isin(marks, [*UNPLACED, "no_data"]) & (everybody > 0))[0].astype(np.int64)
    share = float(verdict.target) if target is None else target  # type: ignore[arg-type]
    return Need(
        verdict=verdict,
        query=query,
        limit=verdict.rule_def.limit * verdict.rule_def.factor,
        rows=rows,
        open_rows=rows[marks[rows] != "covered"],
        unplaced=lost,
        residents=everybody[rows],
        in_scope=ledger.in_scope,
        target=share,
    )
