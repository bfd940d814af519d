"""The cheapest set of moves that makes a plan's clauses hold, in which order, with what proof."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from carecircle import progress as watching
from carecircle.analysis import Analysis
from carecircle.errors import UsageError
from carecircle.rules import Verdict
from carecircle.siting.effort import Effort
from carecircle.siting.whole.conflicts import Conflict, Reachable, conflict_of, reachable
from carecircle.siting.whole.front import Alternatives, Point, alternatives_of, front_of
from carecircle.siting.whole.gather import Question, aimed_at, question
from carecircle.siting.whole.judging import Judge, holds
from carecircle.siting.whole.offers import Move, offered
from carecircle.siting.whole.phases import Phase, in_years
from carecircle.siting.whole.program import Goal, Program, Row
from carecircle.siting.whole.reasons import Reason, reasons_of
from carecircle.siting.whole.search import Found, Search, negated, within
from carecircle.siting.whole.versions import versions
from carecircle.study import Study
from carecircle.study.mending import Mending, Offered
from carecircle.texts import Sentence


@dataclass(frozen=True, eq=False)
class Mended:
    """What a plan can be made to hold, and how.

    Parameters
    ----------
    before
        The study as it is.
    asked
        The whole question, the plan's projects by the last year done.
    mending
        How it was asked.
    aimed
        Rules that were to be made to hold.
    found
        The best choice and its proof.
    moves
        All moves of it, in the order of the tables.
    phases
        One a year, at least one; the last has all moves.
    schedule
        The proof of the years; None where there was nothing to order.
    conflict
        Why not all clauses can hold together; None where they do.
    reachable
        Of each clause about people that cannot hold: who cannot be reached, and what could hold.
    alternatives
        Further choices as good, or nearly.
    front
        The least that is left out, for what price.
    reasons
        Why each move is made, as far as time went.
    """

    before: Analysis
    asked: Question
    mending: Mending
    aimed: tuple[str, ...]
    found: Found
    moves: tuple[Move, ...]
    phases: tuple[Phase, ...]
    schedule: Found | None
    conflict: Conflict | None
    reachable: tuple[Reachable, ...]
    alternatives: Alternatives
    front: tuple[Point, ...]
    reasons: tuple[Reason, ...]

    @property
    def after(self) -> Analysis:
        """The study at the end of the last year, judged by `reanalyze`."""
        return self.phases[-1].after

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Every rule at the end of the last year."""
        return self.phases[-1].verdicts

    @property
    def price(self) -> float:
        """What all moves cost, each once."""
        return math.fsum(m.price for m in self.moves)

    @property
    def mended(self) -> tuple[str, ...]:
        """Rules aimed at that hold in the end."""
        return tuple(r for r in self.aimed if holds(self.verdicts[r]))

    @property
    def failing(self) -> tuple[str, ...]:
        """Rules aimed at that do not."""
        return tuple(r for r in self.aimed if not holds(self.verdicts[r]))

    @property
    def by_projects(self) -> tuple[str, ...]:
        """Rules aimed at that the plan's own projects make hold."""
        base = {v.rule: v for v in self.asked.judge.base.verdicts}
        return tuple(r for r in self.aimed if holds(base[r]))


def mend(
    analysis: Analysis,
    *,
    offers: Sequence[Offered] | None = None,
    mending: Mending | None = None,
    alternatives: int = 3,
    front: int = 0,
    time_limit: float = 300.0,
    progress: watching.Tell | None = None,
) -> Mended:
    """Find the cheapest moves with which the most of a plan holds, and the order in which to make them.

    Sought is, in this order: within the budget the most clauses, each weighed by how binding it is (with
    ``aim = "residents"`` the most residents of these clauses), then the least price, then the most residents
    for that price. Clauses that hold go on
    holding. What is found is judged by `carecircle.reanalyze`; where that says otherwise than the program the
    choice is ruled out and another is sought.

    Parameters
    ----------
    analysis
        The study as it is; it stays so.
    offers
        What may be done; None: the study's ``[[moves]]``.
    mending
        How; None: the study's ``[mend]``.
    alternatives
        How many further choices to look for.
    front
        How many points of price against residents left out to look for, the dearest first.
    time_limit
        Seconds for everything; what cannot be proven by then is returned with its gap.
    progress
        Called with a `Sentence` as each stage begins; None shows them under a notebook's cell.

    Returns
    -------
    Mended
        Prices in the planner's unit; places in WGS 84.

    Raises
    ------
    UsageError
        If nothing may be done, a move or clause cannot be meant, or time ran out before anything was found.
    """
    how = mending or analysis.study.mend or Mending()
    given = analysis.study.moves if offers is None else tuple(offers)
    with watching.watched(progress, analysis.study.language) as tell:
        tell(Sentence("siting.mend_gathering"))
        years = years_of(analysis, how)
        aimed = aimed_at(analysis.verdicts, how.clauses)
        judges = judges_of(analysis, how, years)
        choices = versions(offered(judges[-1].base, given))
        asked = question(judges[-1], choices, aimed, how.weights)
        facts = {"moves": len(choices.moves), "clauses": len(asked.aims)}
        tell(Sentence("siting.mend_searching", facts))

        def heard(best: float, bound: float, seconds: float) -> None:
            if math.isfinite(best):
                facts = {"best": abs(best), "bound": abs(bound), "seconds": round(seconds, 1)}
                tell(Sentence("siting.mend_best", facts))

        watch = Effort(time_limit=time_limit, progress=heard).begin()
        search = Search(Program([asked]), watch.part(0.6))
        rows = bounds_of(search.program, how)
        goals = goals_of(search.program, how)
        found = search.best(goals, rows)
        assert found is not None  # doing nothing breaks nothing
        moves = search.moves(found)
        tell(Sentence("siting.mend_ordering"))
        phases, schedule = in_years(judges, years, moves, aimed, how.budget, how.weights, watch.part(0.5))
        short = frozenset(a.rule for a in asked.aims) - found.held[-1]
        conflict: Conflict | None = None
        reach: tuple[Reachable, ...] = ()
        if short:
            tell(Sentence("siting.mend_conflict"))
            search.watch = watch.part(0.5)
            conflict = conflict_of(search, rows, found.held[-1])
            reach = reachable(asked, sorted(short))
        others = Alternatives((), ())
        if alternatives > 0 and moves:
            tell(Sentence("siting.mend_alternatives"))
            search.watch = watch.part(0.5)
            others = alternatives_of(search, goals, rows, found, count=alternatives)
        search.watch = watch.part(0.5)
        reasons = reasons_of(judges[-1], moves, aimed, search.watch)
        search.watch = watch
        points = front_of(search, rows, count=front) if front else ()
        return Mended(
            before=analysis, asked=asked, mending=how, aimed=aimed, found=found, moves=moves,
            phases=phases, schedule=schedule, conflict=conflict, reachable=reach, alternatives=others,
            front=points, reasons=reasons,
        )  # fmt: skip


def asked_for(
    study: Study,
    *,
    clauses: Sequence[str] | None = None,
    budget: Sequence[float] | None = None,
    first_year: int | None = None,
    aim: Literal["clauses", "residents"] | None = None,
) -> Mending:
    """How a study is mended, some of it said anew; what no analysis is needed to refuse is refused at once.

    Parameters
    ----------
    study
        With its ``[mend]`` and ``[[moves]]``.
    clauses, budget, first_year, aim
        Instead of those of ``[mend]``; None or nothing leaves them.

    Raises
    ------
    UsageError
        If the study offers no moves.
    """
    if not study.moves:
        raise UsageError("siting.no_moves")
    given = {
        "clauses": tuple(clauses or ()), "budget": tuple(budget or ()), "first_year": first_year, "aim": aim,
    }  # fmt: skip
    own = study.mend or Mending()
    return own.model_copy(update={k: v for k, v in given.items() if v})


def years_of(analysis: Analysis, mending: Mending) -> tuple[int | None, ...]:
    """The years of a plan: one a sum of the budget; without a budget one, the plan's own target year.

    Parameters
    ----------
    analysis
        The study.
    mending
        How it is mended.
    """
    first = mending.first_year
    if len(mending.budget) > 1 or first is not None:
        begin = analysis.study.year + 1 if first is None else first
        return tuple(range(begin, begin + max(1, len(mending.budget))))
    return (analysis.plan.plan.target_year,)


def judges_of(analysis: Analysis, mending: Mending, years: Sequence[int | None]) -> tuple[Judge, ...]:
    """One judge a year; years with the same of the plan's projects share one.

    Parameters
    ----------
    analysis
        The study.
    mending
        How it is mended.
    years
        Which.
    """
    found: dict[tuple[str, ...], Judge] = {}
    judges = []
    for year in years:
        due = tuple(p.id for p in analysis.plan.projects if mending.projects and year and p.year <= year)
        if due not in found:
            found[due] = Judge(analysis, year if due else None)
        judges.append(found[due])
    return tuple(judges)


def bounds_of(program: Program, mending: Mending) -> list[Row]:
    """The money of all years together, and moves that no year allows."""
    rows = [within(program.price(), math.fsum(mending.budget))] if mending.budget else []
    asked = program.questions[-1]
    at = program.years[-1].versions
    begin = mending.first_year
    if begin is not None or len(mending.budget) > 1:
        last = years_of(asked.judge.analysis, mending)[-1]
        late = [m for m, move in enumerate(asked.choices.moves) if _after(move, last)]
        shut = {at + c: 1.0 for c, own in enumerate(asked.choices.columns) if set(own) & set(late)}
        if shut:
            rows.append((shut, 0.0, 0.0))
    return rows


def _after(move: Move, last: int | None) -> bool:
    first = move.offer.first_year
    return first is not None and last is not None and first > last


def goals_of(program: Program, mending: Mending) -> list[Goal]:
    """What is sought, the most important first."""
    if mending.aim == "residents":
        return [negated(program.people()), program.price()]
    return [negated(program.weights()), program.price(), negated(program.people())]
