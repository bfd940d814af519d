"""The p-center and the p-dispersion: the shortest longest journey, and sites as far apart as can be."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError
from carecircle.siting.benders import Tell
from carecircle.siting.cheapest import cheapest_cover
from carecircle.siting.conditions import Conditions, stated
from carecircle.siting.highs import Model
from carecircle.siting.matrix import Csr, Floats, as_csr, cover, nearest_open
from carecircle.siting.solution import Solution, answered, impossible, out_of_time


def p_center(
    cost: Any,
    *,
    sites: int | None = None,
    conditions: Conditions | None = None,
    time_limit: float = 60.0,
    progress: Tell | None = None,
) -> Solution:
    r"""p-center problem (Hakimi 1964): least longest cost from any demand row to its nearest open site.

    .. math::

        \min D \quad\text{s.t.}\quad \sum_{j: d_{ij} \le D} x_j \ge 1 \;\;\forall i,\quad
        \sum_j x_j \le p,\quad x_j \in \{0,1\}

    with :math:`d_{ij}` the cost of row *i* to candidate *j*, :math:`x_j` 1 if *j* opens and *p* the most
    new sites. *D* is one of the :math:`d_{ij}`: a binary search over them, each step a set covering
    problem, is exact (Minieka 1970).

    Parameters
    ----------
    cost
        float64[demand, candidates], dense or sparse (absent: out of reach); any unit.
    sites, conditions, time_limit, progress
        As in `mclp`; progress is called with (longest cost, lower bound, seconds).

    Returns
    -------
    Solution
        ``objective`` is the longest cost; ``infeasible`` with `lacking` if a row has no candidate.

    Raises
    ------
    UsageError
        If the arguments do not fit together.

    References
    ----------
    Hakimi (1964), https://doi.org/10.1287/opre.12.3.450. Minieka (1970), The m-center problem, SIAM Review
    12, 138-139, https://doi.org/10.1137/1012016.
    """
    began = time.perf_counter()
    matrix = as_csr(cost)
    rows, candidates = matrix.shape
    given = stated(conditions, candidates, sites)
    if rows == 0:
        return Solution("p_center", "optimal", 0.0, 0.0, (), (), np.zeros(0, dtype=np.int64))
    lacking = np.nonzero(np.diff(matrix.indptr) == 0)[0]
    if len(lacking):
        return impossible("p_center", rows, lacking=lacking)
    levels = np.unique(matrix.data)
    nearest = np.minimum.reduceat(matrix.data, matrix.indptr[:-1])
    low = int(np.searchsorted(levels, nearest.max()))
    high, best, best_sites = len(levels), math.inf, None
    unsure = len(levels)
    while low < min(high, unsure):
        left = time_limit - (time.perf_counter() - began)
        middle = (low + min(high, unsure)) // 2 if best_sites is not None else len(levels) - 1
        found = _covers(cover(matrix, float(levels[middle])), given, sites, left)
        if found is None:
            low = middle + 1
        elif not found:
            unsure = middle
            if best_sites is None:
                break
        else:
            _, least = nearest_open(matrix, np.array(found, dtype=np.int64))
            best, best_sites = float(least.max()), found
            high = int(np.searchsorted(levels, best))
        if progress is not None and low < len(levels):
            progress(best, float(levels[low]), time.perf_counter() - began)
    seconds = time.perf_counter() - began
    if best_sites is None and unsure < len(levels):
        raise out_of_time(time_limit)
    if best_sites is None:
        return impossible("p_center", rows, seconds=seconds)
    allocation, _ = nearest_open(cost, np.array(sorted(best_sites), dtype=np.int64))
    bound = float(levels[min(low, high)])
    return answered(
        "p_center", best, bound, proven=bound == best, sites=best_sites, given=given,
        allocation=allocation, seconds=seconds,
    )  # fmt: skip


def _covers(near: Csr, given: Conditions, sites: int | None, left: float) -> list[int] | None:
    """Sites that cover every row; None if there are none, an empty list if time ran out before knowing."""
    _, high = given.bounds(near.shape[1])
    if (near @ high == 0).any():
        return None
    if left <= 0:
        return []
    found = cheapest_cover(near, given, sites=sites, first=True, time_limit=left)
    if found is None:
        return None
    return found[0]


def p_dispersion(
    cost: Any,
    *,
    sites: int,
    conditions: Conditions | None = None,
    time_limit: float = 60.0,
    progress: Tell | None = None,
) -> Solution:
    r"""p-dispersion problem (Kuby 1987): so many sites whose two nearest are as far apart as can be.

    .. math::

        \max D \quad\text{s.t.}\quad x_j + x_k \le 1 \;\;\forall j<k: d_{jk} < D,\quad
        \sum_j x_j = p,\quad x_j \in \{0,1\}

    with :math:`d_{jk}` the cost between candidates *j* and *k* (the smaller direction where they differ),
    :math:`x_j` 1 if *j* is chosen, *p* the number of sites. *D* is one of the :math:`d_{jk}`; binary search
    over them, each step an independent-set problem.

    Parameters
    ----------
    cost
        float64[candidates, candidates], dense or sparse (absent: too far to matter); any unit. The diagonal
        is not read.
    sites
        Exactly so many, kept facilities among them; at least 2.
    conditions, time_limit, progress
        As in `mclp`.

    Returns
    -------
    Solution
        ``objective`` is the least cost between two chosen sites (inf where no pair has one);
        ``allocation`` is each candidate's nearest chosen site.

    Raises
    ------
    UsageError
        If the matrix is not square or ``sites`` is under 2.

    References
    ----------
    Kuby (1987), Programming models for facility dispersion, Geographical Analysis 19, 315-329,
    https://doi.org/10.1111/j.1538-4632.1987.tb00133.x.
    """
    began = time.perf_counter()
    matrix = as_csr(cost)
    candidates = matrix.shape[0]
    if matrix.shape[0] != matrix.shape[1]:
        raise UsageError("siting.not_square", value=list(matrix.shape))
    if sites < 2:
        raise UsageError("siting.two_sites", value=sites)
    given = conditions or Conditions()
    given.check(candidates)
    one, other, apart = _pairs(matrix)
    levels = np.append(np.unique(apart), math.inf)
    low, high = 0, len(levels)  # levels[low] is possible (once known), levels[high] is not
    chosen: list[int] | None = None
    proven = True
    while low < high:
        left = time_limit - (time.perf_counter() - began)
        middle = (low + high) // 2 if chosen is not None else 0
        close = apart < levels[middle]
        found = _apart(one[close], other[close], candidates, sites, given, left)
        if found is None:
            high = middle
        elif not found:
            proven = False
            break
        else:
            chosen = found
            low = int(np.searchsorted(levels, _least_apart(one, other, apart, found))) + 1
        if progress is not None and chosen is not None:
            progress(levels[low - 1], levels[high - 1], time.perf_counter() - began)
    seconds = time.perf_counter() - began
    if chosen is None and not proven:
        raise out_of_time(time_limit)
    if chosen is None:
        return impossible("p_dispersion", candidates, seconds=seconds)
    best = _least_apart(one, other, apart, chosen)
    bound = best if proven else float(levels[high - 1])
    allocation, _ = nearest_open(cost, np.array(sorted(chosen), dtype=np.int64))
    return answered(
        "p_dispersion", best, bound, proven=bound == best, sites=chosen, given=given,
        allocation=allocation, seconds=seconds,
    )  # fmt: skip


def _pairs(matrix: Csr) -> tuple[Any, Any, Floats]:
    """Pairs j < k with the smaller cost of the two directions."""
    whole = sp.coo_array(matrix)
    row, column = whole.coords
    one, other = np.minimum(row, column).astype(np.int64), np.maximum(row, column).astype(np.int64)
    off = one < other
    one, other, cost = one[off], other[off], whole.data[off]
    order = np.lexsort((cost, other, one))
    one, other, cost = one[order], other[order], cost[order]
    first = np.ones(len(one), dtype=bool)
    first[1:] = (one[1:] != one[:-1]) | (other[1:] != other[:-1])
    return one[first], other[first], cost[first]


def _least_apart(one: Any, other: Any, apart: Floats, chosen: list[int]) -> float:
    inside = np.isin(one, chosen) & np.isin(other, chosen)
    return float(apart[inside].min()) if inside.any() else math.inf


def _apart(
    one: Any, other: Any, candidates: int, sites: int, given: Conditions, left: float
) -> list[int] | None:
    """So many candidates, no two of them one of the close pairs; None if impossible, [] if time ran out."""
    if left <= 0:
        return []
    model = Model()
    low, high = given.bounds(candidates)
    model.columns(np.zeros(candidates), low, high, whole=True)
    side, lower, upper = given.rows(candidates, None)
    model.rows(side, lower, upper)
    model.rows(sp.csr_array(np.ones((1, candidates))), np.array([float(sites)]), np.array([float(sites)]))
    rows = _clique_rows(one, other, candidates)
    model.rows(rows, np.full(rows.shape[0], -math.inf), np.ones(rows.shape[0]))
    answer = model.run(time_limit=left)
    if answer.x is not None:
        return np.nonzero(answer.x > 0.5)[0].tolist()
    return None if answer.outcome == "infeasible" else []


def _clique_rows(one: Any, other: Any, candidates: int) -> Csr:
    """Close pairs as rows "at most one of these", grown to cliques: fewer rows, a tighter relaxation."""
    near: list[set[int]] = [set() for _ in range(candidates)]
    for j, k in zip(one.tolist(), other.tolist(), strict=True):
        near[j].add(k)
        near[k].add(j)
    done: set[tuple[int, int]] = set()
    columns: list[int] = []
    indptr = [0]
    for j, k in zip(one.tolist(), other.tolist(), strict=True):
        if (j, k) in done:
            continue
        clique, common = [j, k], near[j] & near[k]
        while common:
            further = min(common)
            clique.append(further)
            common &= near[further]
        done.update((min(a, b), max(a, b)) for a in clique for b in clique if a != b)
        columns += sorted(clique)
        indptr.append(len(columns))
    return sp.csr_array((np.ones(len(columns)), columns, indptr), shape=(len(indptr) - 1, candidates))
