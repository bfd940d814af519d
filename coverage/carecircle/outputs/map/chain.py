"""The whole way of an emergency in the page: each leg is a query of its own, and the chain adds them up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carecircle.rules import ReachQuery
from carecircle.rules.judging.measures_chain import fixed_stages
from carecircle.rules.judging.stations import called
from carecircle.schema import LEG, leg_column

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.reach.answers import Surface
    from carecircle.rules import Verdict


@dataclass(frozen=True)
class PageQuery:
    """A query as the page holds it.

    Parameters
    ----------
    query
        What is asked; of one leg unless it is a chain.
    chain
        Its answers are the legs', which the page holds too, and what passes for everybody added.
    """

    query: ReachQuery
    chain: bool = False


def legs_of(query: ReachQuery) -> list[ReachQuery]:
    """Each leg as a query of its own."""
    return [ReachQuery(legs=[leg], origin=query.origin) for leg in query.legs]


def page_queries(asked: Iterable[tuple[ReachQuery, bool]]) -> list[PageQuery]:
    """What the page holds of some queries: those of chains behind their legs, each once.

    Parameters
    ----------
    asked
        Queries in the order of the rules, and whether each is a chain's.
    """
    found: dict[PageQuery, None] = {}
    for query, chain in asked:
        for leg in legs_of(query) if chain else [query]:
            found[PageQuery(leg)] = None
        if chain:
            found[PageQuery(query, chain=True)] = None
    return list(found)


def is_chain(verdict: Verdict) -> bool:
    """Whether a verdict is about a whole chain."""
    return bool(verdict.rule_def.stations)


def frame_of(analysis: Analysis, asked: PageQuery) -> pd.DataFrame | None:
    """The reached frame of a query of the page; a leg's is cut out of the chain that has it."""
    query = asked.query
    if query in analysis.reached:
        frame = analysis.reached[query]
        return called(frame, sum(_passing(analysis, query).values())) if asked.chain else frame
    for other, frame in analysis.reached.items():
        for number, leg in enumerate(other.legs, 1):
            if len(other.legs) > 1 and leg == query.legs[0] and other.origin == query.origin:
                own = frame.drop(columns=[c for c in frame.columns if c in LEG])
                return own.assign(**{name: frame[leg_column(number, name)] for name in LEG})
    return None


def _passing(analysis: Analysis, query: ReachQuery) -> dict[str, float]:
    """Minutes that pass for everybody, by stage."""
    return fixed_stages(analysis.study.emergency, receives=len(query.legs) > 1)


def stages(analysis: Analysis, asked: PageQuery, all_of_them: Sequence[PageQuery]) -> dict[str, Any]:
    """What the page needs beside a query's answers to show a chain and to search it anew."""
    passing = _passing(analysis, asked.query) if asked.chain else {}
    legs = [all_of_them.index(PageQuery(leg)) for leg in legs_of(asked.query)] if asked.chain else []
    return {
        "chain": asked.chain,
        "legs": legs,
        "passing": float(sum(passing.values())),
        "call": passing.get("call", 0.0),
        "dispatch": passing.get("dispatch", 0.0),
        "scene": passing.get("scene", 0.0),
        "mustered": asked.chain and asked.query.legs[0].start == "muster",
    }


def surface_of(analysis: Analysis, asked: PageQuery) -> Surface:
    """A query's surface, what passes for everybody in a chain's minutes."""
    drawn = analysis.surfaces[asked.query]
    if not asked.chain:
        return drawn
    passing = np.float32(sum(_passing(analysis, asked.query).values()))
    return replace(drawn, values=drawn.values + passing)


def numbers_of(queries: Sequence[PageQuery], *, chain: bool) -> dict[ReachQuery, int]:
    """The positions of the page's queries that are chains, or of those that are not."""
    return {asked.query: i for i, asked in enumerate(queries) if asked.chain == chain}
