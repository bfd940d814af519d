"""The searches against scipy and brute force on random graphs, and the laws their results obey."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drawn
from carecircle.errors import UsageError
from carecircle.reach import kernels
from carecircle.reach.search import _engine, _scipy


@st.composite
def graphs(draw):
    """A small digraph with parallel edges, self-loops, zero costs, closed edges and islands.

    Costs are eighths, so that sums are exact in any order and ties are true ties.
    """
    n = draw(st.integers(1, 12))
    m = draw(st.integers(0, 40))
    node = st.integers(0, n - 1)
    tail = np.array(draw(st.lists(node, min_size=m, max_size=m)), np.int64)
    head = np.array(draw(st.lists(node, min_size=m, max_size=m)), np.int64)
    price = st.one_of(st.integers(0, 24), st.sampled_from([0, 0, 1, 8000, np.inf]))
    cost = np.array(draw(st.lists(price, min_size=m, max_size=m)), np.float32) / np.float32(8)
    sources = np.array(draw(st.lists(node, max_size=5)), np.int64)
    spent = np.array(draw(st.lists(price, min_size=len(sources), max_size=len(sources))), float) / 8
    return n, tail, head, cost, sources, spent


def raw_csr(n, tail, head, cost):
    """CSR that keeps parallel edges and the given order within a node."""
    order = np.argsort(tail, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=n))])
    return indptr, head[order].astype(np.int32), cost[order]


def by_brute_force(n, tail, head, cost, starts):
    """Bellman–Ford over (cost, owner) labels: slow, plain, and nothing shared with the searches."""
    label = [(np.inf, -1)] * n
    for owner, (v, c) in enumerate(starts):
        if np.isfinite(c):
            label[v] = min(label[v], (c, owner)) if np.isfinite(label[v][0]) else (c, owner)
    before = None
    while label != before:
        before = list(label)
        for u, v, c in zip(tail, head, cost, strict=True):
            if np.isfinite(label[u][0]) and np.isfinite(c):
                new = (label[u][0] + float(c), label[u][1])
                if not np.isfinite(label[v][0]) or new < label[v]:
                    label[v] = new
    return np.array([c for c, _ in label]), np.array([o for _, o in label])


@pytest.fixture(params=["buckets", "heap", "small pool", "scipy"])
def engine(request, monkeypatch):
    """Each of the three searches that can stand behind the doors."""
    if request.param == "heap":
        monkeypatch.setattr(_engine, "MOST_BUCKETS", 0)
    if request.param == "small pool":  # the search must start again with a larger one, perhaps often
        monkeypatch.setattr(_engine, "pool_size", lambda n: 1)
    if request.param == "scipy":
        monkeypatch.setattr(kernels, "numba", lambda: None)
        monkeypatch.setattr(_engine, "numba", lambda: None)
    return request.param


@settings(max_examples=100, deadline=None)
@given(graphs(), st.sampled_from([np.inf, 0.0, 1.0, 5.5]))
def _nearest_is_brute_force(graph, limit):
    n, tail, head, cost, sources, spent = graph
    best, owner = kernels.nearest(*raw_csr(n, tail, head, cost), sources, source_cost=spent, limit=limit)
    expected, expected_owner = by_brute_force(n, tail, head, cost, list(zip(sources, spent, strict=True)))
    beyond = expected > limit
    expected[beyond], expected_owner[beyond] = np.inf, -1
    assert best.dtype == np.float64
    assert owner.dtype == np.int32
    np.testing.assert_array_equal(best, expected)
    np.testing.assert_array_equal(owner, expected_owner)


def test_nearest_equals_brute_force_on_random_graphs(engine):
    _nearest_is_brute_force()


@st.composite
def road_like(draw):
    """Up to 300 nodes and 400 edges, of which many take some minutes, a fifth nothing and a fifth hours."""
    n, m = draw(st.integers(1, 300)), draw(st.integers(0, 400))
    node = st.integers(0, n - 1)
    tail, head = (np.array(draw(st.lists(node, min_size=m, max_size=m)), np.int64) for _ in "th")
    scale = draw(st.lists(st.sampled_from([1, 1, 1, 0, 100]), min_size=m, max_size=m))
    cost = (-10 * np.log1p(-draw(drawn.numbers(m, 0, 0.999))) * scale).astype(np.float32)
    sources = np.array(draw(st.lists(node, min_size=1, max_size=5)), np.int64)
    return n, tail, head, cost, sources, -20 * np.log1p(-draw(drawn.numbers(len(sources), 0, 0.999)))


@settings(max_examples=100, deadline=None)
@given(road_like())
def test_nearest_equals_scipy_on_road_like_costs(graph):
    n, tail, head, cost, sources, spent = graph
    graph = kernels.csr_from_edges(n, tail, head, cost)
    best, owner = kernels.nearest(*graph, sources, source_cost=spent)
    reference, reference_owner = _scipy.nearest(*graph, sources, spent, np.inf)
    np.testing.assert_allclose(best, reference, rtol=1e-9)
    np.testing.assert_array_equal(owner, reference_owner)


def test_equal_cost_goes_to_the_lower_source_through_edges_that_cost_nothing(engine):
    # 3 and 0 are sources at equal cost from 1; 2 hangs on 1 by a free edge, and back.
    tail, head = np.array([3, 0, 1, 2]), np.array([1, 1, 2, 1])
    cost = np.array([4, 4, 0, 0], np.float32)
    graph = kernels.csr_from_edges(4, tail, head, cost)
    for sources, at_1 in (([0, 3], 0), ([3, 0], 0)):
        best, owner = kernels.nearest(*graph, np.array(sources))
        assert best[1] == best[2] == 4
        assert owner[1] == owner[2] == at_1
    _, owner = kernels.nearest(*graph, np.array([3, 0, 0]), source_cost=np.array([0.0, 1.0, 0.0]))
    assert owner.tolist() == [2, 0, 0, 0]


def test_parallel_edges_are_reduced_to_the_cheapest():
    indptr, indices, cost = kernels.csr_from_edges(
        2, np.array([0, 0, 0]), np.array([1, 1, 1]), np.array([5, 2, 7], np.float32)
    )
    assert (indptr.tolist(), indices.tolist(), cost.tolist()) == ([0, 1, 1], [1], [2.0])


def test_one_node_no_edge_and_no_source(engine):
    empty = (np.array([0, 0]), np.zeros(0, np.int32), np.zeros(0, np.float32))
    assert [a.tolist() for a in kernels.nearest(*empty, np.array([0]))] == [[0.0], [0]]
    best, owner = kernels.nearest(*empty, np.zeros(0, int))
    assert (best.tolist(), owner.tolist()) == ([np.inf], [-1])
    assert [len(a) for a in kernels.areas(*empty, np.zeros(0, int))] == [0, 0, 0]
    assert kernels.table(*empty, np.zeros(0, int), np.array([0])).shape == (0, 1)
    assert kernels.way(*empty, np.array([0]), np.array([0]))[:3] == (0.0, 0, 0)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"cost": np.array([-1], np.float32)}, "bad_cost"),
        ({"cost": np.array([np.nan], np.float32)}, "bad_cost"),
        ({"sources": np.array([2])}, "no_such_node"),
        ({"source_cost": np.array([-1.0])}, "bad_cost"),
        ({"source_cost": np.array([1.0, 2.0])}, "sources_differ"),
        ({"indices": np.array([1, 0], np.int32)}, "not_csr"),
        ({"indices": np.array([2], np.int32)}, "not_csr"),
        ({"indptr": np.array([0, 2, 1])}, "not_csr"),
    ],
)
def test_what_is_no_graph_is_refused(change, key):
    given = {
        "indptr": np.array([0, 1, 1]), "indices": np.array([1], np.int32), "cost": np.array([1], np.float32),
        "sources": np.array([0]), "source_cost": np.array([0.0]), **change,
    }  # fmt: skip
    with pytest.raises(UsageError) as caught:
        kernels.nearest(**given)
    assert caught.value.sentence.key == f"reach.{key}"


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from([np.inf, 2.0, 6.0]))
def _areas_tables_and_ways_agree(graph, limit):
    n, tail, head, cost, sources, spent = graph
    csr = raw_csr(n, tail, head, cost)
    group = np.arange(len(sources)) // 2
    found = kernels.areas(*csr, sources, source_cost=spent, group=group, limit=limit, threads=2)
    serial = kernels.areas(*csr, sources, source_cost=spent, group=group, limit=limit, threads=1)
    for a, b in zip(found, serial, strict=True):
        assert a.tobytes() == b.tobytes()
    groups = len(np.unique(group))
    dense = np.full((groups, n), np.inf)
    dense[found[0], found[1]] = found[2]
    for g in range(groups):
        mine = group == g
        starts = list(zip(sources[mine], spent[mine], strict=True))
        expected, _ = by_brute_force(n, tail, head, cost, starts)
        expected[expected > limit] = np.inf
        np.testing.assert_array_equal(dense[g], expected)
    targets = np.array([n - 1, 0, n - 1])
    chosen = kernels.table(*csr, sources, targets, source_cost=spent, group=group, limit=limit)
    np.testing.assert_array_equal(chosen, dense[:, targets])
    if len(sources) and limit == np.inf:
        total, source, target, slots = kernels.way(*csr, sources, targets[:1], source_cost=spent)
        best, _ = kernels.nearest(*csr, sources, source_cost=spent)
        assert total == best[n - 1]
        if np.isfinite(total):
            along = np.concatenate([[sources[source]], csr[1][slots]])
            tails = np.searchsorted(csr[0], slots, side="right") - 1
            assert target == 0
            assert along[-1] == n - 1
            assert tails.tolist() == along[:-1].tolist()
            assert spent[source] + csr[2][slots].sum(dtype=float) == total


def test_areas_tables_and_ways_agree_with_brute_force(engine):
    _areas_tables_and_ways_agree()


def test_results_do_not_depend_on_the_width_of_a_bucket(monkeypatch):
    rng = np.random.default_rng(7)
    n, m = 2000, 8000
    tail, head = rng.integers(0, n, m), rng.integers(0, n, m)
    graph = kernels.csr_from_edges(n, tail, head, rng.lognormal(2, 1.5, m).astype(np.float32))
    sources = np.arange(0, n, 200)
    expected = kernels.nearest(*graph, sources)
    checked = _engine.checked_graph
    for factor in (0.01, 0.3, 7, 1e6):

        def with_width(*arrays, factor=factor):
            g = checked(*arrays)
            return _engine.Graph(g.indptr, g.indices, g.cost, g.width * factor, g.largest)

        monkeypatch.setattr(kernels, "checked_graph", with_width)
        for a, b in zip(kernels.nearest(*graph, sources), expected, strict=True):
            assert a.tobytes() == b.tobytes()


def test_five_repeats_are_byte_identical():
    rng = np.random.default_rng(3)
    n, m = 5000, 20000
    graph = kernels.csr_from_edges(
        n, rng.integers(0, n, m), rng.integers(0, n, m), rng.exponential(10, m).astype(np.float32)
    )
    sources = rng.integers(0, n, 50)

    def everything():
        arrays = [*kernels.nearest(*graph, sources), *kernels.areas(*graph, sources, limit=40.0)]
        return b"".join(a.tobytes() for a in [*arrays, kernels.table(*graph, sources, np.arange(0, n, 9))])

    assert len({everything() for _ in range(5)}) == 1
