"""How likely a verdict is under what a study is unsure of, and which of it decides."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carecircle.certainty.judging import DrawJudge, Judged
from carecircle.certainty.sampling import Sampler
from carecircle.certainty.sensitivity import Design, design, indices
from carecircle.errors import UsageError
from carecircle.progress import Tell, watched
from carecircle.rules import Outcome
from carecircle.rules.judging.robust import Driver, Robust
from carecircle.study.certainty import Uncertainty
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.study.certainty import Unsure

Array = np.ndarray[Any, Any]
_AT_ONCE = 16
"""Base points between two words of progress."""


@dataclass(frozen=True, eq=False)
class Certainty:
    """How sure each people-verdict is.

    Parameters
    ----------
    analysis
        The analysis with ``robust`` on each verdict that was drawn; its outcomes are as they were.
    robust
        By id of the rule.
    draws
        How many were taken: fewer than asked where it was stopped.
    """

    analysis: Analysis
    robust: dict[str, Robust]
    draws: int

    def frame(self) -> pd.DataFrame:
        """One row a rule: outcome, probabilities, and the figure's 5th, 50th and 95th percentile.

        Returns
        -------
        DataFrame
            rule, outcome, p_pass, p_fail, p_not_assessed, p5, p50, p95 (in the verdict's unit).
        """
        outcomes = {v.rule: v.outcome.value for v in self.analysis.verdicts}
        rows = [
            {"rule": rule, "outcome": outcomes[rule], "p_pass": r.p_pass, "p_fail": r.p_fail,
             "p_not_assessed": r.p_not_assessed, "p5": r.p5, "p50": r.p50, "p95": r.p95}
            for rule, r in self.robust.items()
        ]  # fmt: skip
        return pd.DataFrame(rows)


def uncertainty(
    analysis: Analysis, *, draws: int | None = None, seed: int | None = None,
    unsure: tuple[Unsure, ...] | None = None, drivers: bool = True, threads: int = 1,
    progress: Tell | None = None,
) -> Certainty:  # fmt: skip
    """Draw everything a study is unsure of, and judge its people-verdicts in each draw.

    Draws are scrambled Sobol points; every verdict is judged in the same draws. One speed for a whole mode
    stretches the minutes on the roads as they are; speeds that differ by class are sought anew. Nothing here
    changes an outcome.

    Parameters
    ----------
    analysis
        The study as it is.
    draws
        How many; a power of two is best. The study's, if None.
    seed
        The same gives the same draws, however many threads. The study's, if None.
    unsure
        What is not known for certain; the study's ``[uncertainty]``, if None.
    drivers
        Also say which of several inputs drives each figure: one more evaluation an input for every two
        draws.
    threads
        How many draws are judged at once.
    progress
        Called with a `Sentence` from time to time; None shows it under a notebook's cell.

    Returns
    -------
    Certainty
        Of the draws so far, where it is stopped (``KeyboardInterrupt``) after the first.

    Raises
    ------
    UsageError
        If nothing is unsure, or a class of road or level of areas is not there.

    References
    ----------
    Sobol' (1967); Owen (1998); Saltelli et al. (2010); Jansen (1999): see `carecircle.certainty.sensitivity`.
    """
    own = analysis.study.uncertainty
    asked = own.of if unsure is None and own is not None else unsure or ()
    if not asked:
        raise UsageError("certainty.nothing_unsure")
    told = own or Uncertainty(of=asked)
    count, first = draws or told.draws, told.seed if seed is None else seed
    sampler = Sampler(analysis, asked)
    judge = DrawJudge(analysis, sampler)
    plan = design(sampler.sizes, max(count // 2, 1), first)
    several = drivers and len(asked) > 1
    found: list[list[dict[str, Judged]]] = []
    with watched(progress, analysis.study.language) as tell:
        try:
            for done in _evaluated(plan, sampler, judge, several=several, threads=threads):
                found.append(done)
                if len(found) % _AT_ONCE == 0:
                    facts = {"number": 2 * len(found), "of": count}
                    tell(Sentence("certainty.drawing", facts))
        except KeyboardInterrupt:
            if not found:
                raise
    robust = {rule: _robust(rule, found, asked, first, several=several) for rule in judge.rules}
    verdicts = tuple(replace(v, robust=robust[v.rule]) if v.rule in robust else v for v in analysis.verdicts)
    return Certainty(replace(analysis, verdicts=verdicts), robust, 2 * len(found))


def _evaluated(
    plan: Design, sampler: Sampler, judge: DrawJudge, *, several: bool, threads: int
) -> Iterator[list[dict[str, Judged]]]:
    """What each base point comes to: both samples, and one an input where several are told apart."""

    def at(j: int) -> list[dict[str, Judged]]:
        return [judge.judge(sampler.draw(p)) for p in plan.row(j)[: None if several else 2]]

    if threads <= 1:
        yield from map(at, range(len(plan.first)))
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(at, range(len(plan.first)))


def _robust(
    rule: str, found: list[list[dict[str, Judged]]], unsure: tuple[Unsure, ...], seed: int, *, several: bool
) -> Robust:
    """One verdict's probabilities, its figure's spread, and what drives it."""
    outcomes = [row[rule].outcome for base in found for row in base[:2]]
    figures = np.array([[row[rule].observed for row in base] for base in found])
    drawn = figures[:, :2].ravel()
    drawn = drawn[np.isfinite(drawn)]
    spread = np.quantile(drawn, [0.05, 0.5, 0.95]) if len(drawn) else [np.nan] * 3
    share = {o: outcomes.count(o) / len(outcomes) for o in Outcome}
    drivers: tuple[Driver, ...] = ()
    whole = np.isfinite(figures).all(axis=1)
    if several and whole.sum() > 1:
        first_order, total = indices(figures[whole, 0], figures[whole, 1], figures[whole, 2:])
        drivers = tuple(
            Driver(u.what, u.mode, u.road, u.by, float(a), float(b))
            for u, a, b in zip(unsure, first_order, total, strict=True)
        )
    p5, p50, p95 = (float(v) for v in spread)
    return Robust(
        draws=len(outcomes), seed=seed, p_pass=share[Outcome.PASS], p_fail=share[Outcome.FAIL],
        p_not_assessed=share[Outcome.NOT_ASSESSED], p5=p5, p50=p50, p95=p95, drivers=drivers,
    )  # fmt: skip
