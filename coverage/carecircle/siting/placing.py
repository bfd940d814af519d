"""What is asked of ambulances: how many are placed, by which aim, within which minutes; and its faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from carecircle.errors import UsageError, raise_all
from carecircle.rules import Plan, Rule, kind_of
from carecircle.siting.means import Means
from carecircle.study import Study

FleetAim = Literal["expected", "double"]
FLEET_AIMS: tuple[FleetAim, ...] = ("expected", "double")


@dataclass(frozen=True)
class Placing:
    """Where the next ambulances stand, as a question.

    Parameters
    ----------
    ambulances
        How many are placed, beside those that stand there already.
    aim
        ``expected``: the most residents in expectation although ambulances are busy (`mexclp`); ``double``:
        the most residents with two ambulances in time, everybody within a farther limit (`double_standard`).
    busy
        Share of time that an ambulance is busy, for ``expected``; None: the share that the study's calls make
        of the fleet that is found.
    limit
        Minutes within which an ambulance counts, the clause's whole time; None: the clause's own.
    far
        ``double``: minutes within which everybody must have an ambulance.
    share
        ``double``: share of residents that must have one within ``limit``; None: the clause's own.
    most
        The most ambulances a station may have; None: no bound, with ``double`` two.
    """

    ambulances: int
    aim: FleetAim = "expected"
    busy: float | None = None
    limit: float | None = None
    far: float | None = None
    share: float | None = None
    most: int | None = None

    def near_min(self, rule: Rule) -> float | None:
        """Minutes within which an ambulance counts, if anything says so.

        Parameters
        ----------
        rule
            The clause.

        Returns
        -------
        float or None
            None where neither the question nor the clause says.
        """
        if self.limit is not None:
            return self.limit
        return None if rule.limit is None else rule.limit * rule.factor

    def once(self, rule: Rule) -> float | None:
        """``double``: the share that must have an ambulance in time, if anything says so.

        Parameters
        ----------
        rule
            The clause.

        Returns
        -------
        float or None
            Share (0-1).
        """
        if self.share is not None or not kind_of(rule).share_target:
            return self.share
        return rule.target if isinstance(rule.target, float) else 1.0


def sends(rule: Rule) -> bool:
    """Whether a rule is about ambulances on call: where they stand is then a question."""
    return kind_of(rule).ambulances and not rule.mustering


def rule_named(plan: Plan, clause: str) -> Rule:
    """The one rule about ambulances that a clause or a rule's id means.

    Raises
    ------
    UsageError
        If there is none or are several, naming those that are.
    """
    known = [r.id for r in plan.rules if sends(r)]
    if not known:
        raise UsageError("siting.plan_without_ambulances", plan=plan.id)
    mine = [r for r in plan.rules if clause in (r.id, r.clause)]
    fit = [r for r in mine if sends(r)]
    if not fit:
        key = "siting.clause_without_ambulances" if mine else "siting.clause_unknown"
        raise UsageError(key, value=clause, known=known)
    if len(fit) > 1:
        raise UsageError("siting.clause_several", value=clause, known=[r.id for r in fit])
    return fit[0]


def refuse_placing(
    study: Study,
    plan: Plan,
    clauses: Sequence[str],
    placing: Placing,
    means: Means,
    *,
    sites: int | None = None,
) -> Rule:
    """Refuse at once what no analysis is needed to refuse; otherwise the rule that is meant.

    Raises
    ------
    UsageError
        Every fault of the arguments at once.
    """
    faults = [*means.faults(), *_means_unfit(means, sites), *_study_unfit(study)]
    rule = None
    if len(clauses) != 1:
        faults.append(UsageError("siting.clause_one", value=list(clauses)))
    else:
        try:
            rule = rule_named(plan, clauses[0])
        except UsageError as fault:
            faults.append(fault)
    faults += _numbers(placing)
    if rule is not None:
        faults += _for_rule(placing, rule, study)
    raise_all(faults)
    assert rule is not None
    return rule


def _means_unfit(means: Means, sites: int | None) -> Iterator[UsageError]:
    """What another aim is asked with."""
    given = {"sites": sites is not None, "budget": means.budget is not None, "upgrade": bool(means.upgrade),
             "must_open": bool(means.must_open), "exclusive": bool(means.exclusive)}  # fmt: skip
    for name, there in given.items():
        if there:
            yield UsageError("siting.not_with_ambulances", value=name)


def _study_unfit(study: Study) -> Iterator[UsageError]:
    if study.residents is None:
        yield UsageError("siting.no_residents")
    if study.roads is None:
        yield UsageError("siting.no_roads_to_judge")
    if not study.facility_sources:
        yield UsageError("siting.no_stations_table")


def _numbers(placing: Placing) -> Iterator[UsageError]:
    """Numbers that cannot be meant, whatever the clause."""
    number = placing.ambulances
    if isinstance(number, bool) or number != int(number) or number < 1:
        yield UsageError("siting.bad_ambulances", value=str(number), least=1)
    if placing.most is not None and placing.most < 1:
        yield UsageError("siting.bad_most", value=placing.most)
    if placing.busy is not None and not 0 <= placing.busy < 1:
        yield UsageError("siting.bad_busy", value=str(placing.busy))
    if placing.share is not None and not 0 <= placing.share <= 1:
        yield UsageError("siting.bad_share", value=str(placing.share))
    for minutes in (placing.limit, placing.far):
        if minutes is not None and not minutes >= 0:
            yield UsageError("siting.bad_limit", value=str(minutes))


def _for_rule(placing: Placing, rule: Rule, study: Study) -> Iterator[UsageError]:
    """What the aim needs and neither the arguments, the clause nor the study say."""
    near = placing.near_min(rule)
    if near is None:
        yield UsageError("siting.ambulances_no_limit", value=rule.id)
    if placing.aim == "expected":
        for name in ("far", "share"):
            if getattr(placing, name) is not None:
                yield UsageError("siting.only_double", value=name)
        if placing.busy is None and study.emergency.calls_per_1000_year is None:
            yield UsageError("siting.busy_unknown")
        return
    if placing.busy is not None:
        yield UsageError("siting.only_expected", value="busy")
    if placing.far is None:
        yield UsageError("siting.double_no_far")
    elif near is not None and placing.far < near:
        yield UsageError("siting.near_beyond_far", near=near, far=placing.far)
    if placing.once(rule) is None:
        yield UsageError("siting.double_no_share", value=rule.id)
