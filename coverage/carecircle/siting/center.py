"""The p-center and the p-dispersion: the shortest longest journey, and sites as far apart as can be."""

from __future__ import annotations

import math
from typing import Any, Unpack

import numpy as np
import scipy.sparse as sp

from carecircle.errors import UsageError
from carecircle.siting.cheapest import cheapest_cover
from carecircle.siting.conditions import Terms
from carecircle.siting.effort import Watch
from carecircle.siting.highs import Model
from carecircle.siting.matrix import Csr, Floats, as_csr, cover, nearest_open
from carecircle.siting.options import Further, Options, asked
from carecircle.siting.solution import Solution, Worth, answered, impossible, out_of_time


def p_center(
    cost: Any,
    **options: Unpack[Options],
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
    **options
        `Terms` (``sites`` or a budget must be given) and `Effort`, field by field or whole; progress hears
        of (longest cost, lower bound, seconds).

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
    terms, effort = asked(options)
    watch = effort.begin()
    matrix = as_csr(cost)
    rows, candidates = matrix.shape
    terms.check(candidates, bounded=True)
    if rows == 0:
        return Solution("p_center", "optimal", 0.0, 0.0, (), (), np.zeros(0, dtype=np.int64))
    lacking = np.nonzero(np.diff(matrix.indptr) == 0)[0]
    if len(lacking):
        return impossible("p_center", rows, lacking=lacking)
    levels = np.unique(matrix.data)
    nearest = np.minimum.reduceat(matrix.data, matrix.indptr[:-1])
    low = int(np.searchsorted(levels, nearest.max()))
    high, best, sites = len(levels), math.inf, None
    while low < high and not (watch.over or _near(best, float(levels[low]), effort.gap)):
        middle = (low + high) // 2 if sites is not None else len(levels) - 1
        try:
            found = _covers(cover(matrix, float(levels[middle])), terms, watch)
        except UsageError:  # out of time: what is known stays known
            break
        if found is None:
            low = middle + 1
        else:
            _, least = nearest_open(matrix, np.array(found, dtype=np.int64))
            best, sites = float(least.max()), found
            high = int(np.searchsorted(levels, best))
        if low < len(levels):
            watch.tell(best, float(levels[low]))
    if sites is None and low < len(levels):
        raise out_of_time(effort.time_limit)
    if sites is None:
        return impossible("p_center", rows, seconds=watch.seconds)
    allocation, _ = nearest_open(cost, np.array(sorted(sites), dtype=np.int64))
    bound = float(levels[min(low, high)])
    return answered(
        "p_center", Worth(best, bound, bound == best), terms.conditions, sites=sites, allocation=allocation,
        seconds=watch.seconds,
    )  # fmt: skip


def _near(best: float, bound: float, gap: float) -> bool:
    """Whether the bound is near enough to stop at."""
    return gap > 0 and math.isfinite(best) and best - bound <= gap * best


def _covers(near: Csr, terms: Terms, watch: Watch) -> list[int] | None:
    """Sites that cover every row; None if there are none."""
    _, high = terms.conditions.bounds(near.shape[1])
    if (near @ high == 0).any():
        return None
    found = cheapest_cover(near, terms, watch, first=True)
    return None if found is None else found.sites


def p_dispersion(
    cost: Any,
    *,
    sites: int,
    **options: Unpack[Further],
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
    **options
        Conditions and `Effort`, field by field or whole; progress hears of (least cost between two sites,
        upper bound, seconds).

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
    terms, effort = asked(options)
    watch = effort.begin()
    matrix = as_csr(cost)
    candidates = matrix.shape[0]
    if matrix.shape[0] != matrix.shape[1]:
        raise UsageError("siting.not_square", value=list(matrix.shape))
    if sites < 2:
        raise UsageError("siting.two_sites", value=sites)
    terms.check(candidates)
    one, other, apart = _pairs(matrix)
    levels = np.unique(apart)
    if len(apart) < candidates * (candidates - 1) // 2:  # some two have no cost: they are apart for ever
        levels = np.append(levels, math.inf)
    low, high = 0, len(levels)  # levels[low] is possible (once known), levels[high] is not
    chosen: list[int] | None = None
    best = -math.inf
    while low < high and not (watch.over or _near(float(levels[high - 1]), best, effort.gap)):
        middle = (low + high) // 2 if chosen is not None else 0
        close = apart < levels[middle]
        model = _apart(one[close], other[close], candidates, sites, terms, watch)
        answer = model.run(time_limit=watch.left)
        if answer.x is not None:
            chosen = np.nonzero(answer.x > 0.5)[0].tolist()
            best = _least_apart(one, other, apart, chosen)
            low = int(np.searchsorted(levels, best)) + 1
        elif answer.outcome == "infeasible":
            high = middle
        else:
            break
        if chosen is not None:
            watch.tell(best, float(levels[high - 1]))
    if chosen is None and low < high:
        raise out_of_time(effort.time_limit)
    if chosen is None:
        return impossible("p_dispersion", candidates, seconds=watch.seconds)
    bound = float(levels[high - 1])
    allocation, _ = nearest_open(cost, np.array(sorted(chosen), dtype=np.int64))
    return answered(
        "p_dispersion", Worth(best, bound, bound == best), terms.conditions, sites=chosen,
        allocation=allocation, seconds=watch.seconds,
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


def _apart(one: Any, other: Any, candidates: int, sites: int, terms: Terms, watch: Watch) -> Model:
    """So many candidates, no two of them one of the close pairs."""
    model = Model()
    low, high = terms.conditions.bounds(candidates)
    model.columns(np.zeros(candidates), low, high, whole=True)
    model.rows(*terms.rows(candidates))
    model.rows(sp.csr_array(np.ones((1, candidates))), np.array([float(sites)]), np.array([float(sites)]))
    rows = _clique_rows(one, other, candidates, watch)
    model.rows(rows, np.full(rows.shape[0], -math.inf), np.ones(rows.shape[0]))
    return model


def _clique_rows(one: Any, other: Any, candidates: int, watch: Watch) -> Csr:
    """Close pairs as rows "at most one of these", grown to cliques: fewer rows, a tighter relaxation.

    When time is over the pairs that are left stay pairs.
    """
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
        clique, common = [j, k], set() if watch.over else near[j] & near[k]
        while common:
            further = min(common)
            clique.append(further)
            common &= near[further]
        done.update((min(a, b), max(a, b)) for a in clique for b in clique if a != b)
        columns += sorted(clique)
        indptr.append(len(columns))
    return sp.csr_array((np.ones(len(columns)), columns, indptr), shape=(len(indptr) - 1, candidates))
