"""One-way traps: who cannot get out, who cannot be reached, and the road that does it."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

import reach_town as town
from carecircle.doctor import examine
from carecircle.reach.network.model import Network
from carecircle.reach.network.traps import traps
from test_doctor import MAIN, _world

ONE_WAY = {"highway": "primary", "oneway": "yes"}


def test_residents_in_a_trap_are_counted_with_the_road_that_traps_them(tmp_path):
    """Node 2's side street leads in only, and behind it a street of both ways; node 4's leads out only."""
    ways = [
        MAIN,
        ([2, 12, 22], {**ONE_WAY, "name": "陷阱街"}),
        ([22, 32], {"highway": "primary"}),
        ([24, 14, 4], ONE_WAY),
    ]
    people = tmp_path / "people.csv"
    people.write_text(
        "id,population,lon,lat\na,500,104.501,31.3\nb,20,104.52,31.315\nc,5,104.52,31.328\nd,7,104.54,31.312\n"
    )
    found = examine(_world(tmp_path, ways, residents={"path": people, "format": "points"})).findings
    trapped = [f for f in found if f.sentence.key in ("doctor.residents_trapped", "doctor.residents_cut_off")]
    (one,) = trapped  # nobody walks into a trap
    assert one.sentence.facts["count"] == 25
    assert one.sentence.facts["mode"].text("en") == "driving"
    (road,) = one.sentence.facts["roads"]
    assert road.startswith("陷阱街 (")
    assert (one.lon, one.lat) == pytest.approx((104.52, 31.315), abs=1e-6)
    for language in ("zh", "en"):
        assert "25" in one.sentence.text(language)
        assert road in one.sentence.text(language)


def test_two_traps_are_two(tmp_path):
    ways = [MAIN, ([2, 12, 22], ONE_WAY), ([4, 14, 24], ONE_WAY)]
    people = tmp_path / "people.csv"
    people.write_text("id,population,lon,lat\na,500,104.501,31.3\nb,20,104.52,31.315\nd,7,104.54,31.312\n")
    found = examine(_world(tmp_path, ways, residents={"path": people, "format": "points"})).findings
    counts = [f.sentence.facts["count"] for f in found if f.sentence.key == "doctor.residents_trapped"]
    assert sorted(counts) == [7, 20]


@pytest.mark.parametrize("seed", range(12))
def test_against_the_paths_that_there_are(seed):
    """Whoever has no path to (or from) the largest strongly connected part is in exactly one trap."""
    rng = np.random.default_rng(seed)
    edges = town.grid_edges(6, 6, block_m=400.0, one_way_rows=())
    back = rng.random(len(edges)) < 0.45
    some = edges[~((edges["edge_id"] % 2 == 1) & back)].reset_index(drop=True)
    network = Network.from_edges(some, mode="walk", access_speed_kph=3.6)
    spots = rng.uniform(-50, 2050, (60, 2))
    snap = network.snap(town.places(spots.tolist()), max_snap_m=500)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.nodes))
    graph.add_edges_from(zip(network.tail.tolist(), network.head.tolist(), strict=True))
    core = next(iter(max(nx.strongly_connected_components(graph), key=lambda c: (len(c), -min(c)))))
    for leaving in (True, False):
        free = (nx.ancestors(graph, core) if leaving else nx.descendants(graph, core)) | {core}
        node, cost = snap.departures("minutes") if leaving else snap.arrivals("minutes")
        right = [
            p for p in range(60)
            if snap.component[p] == network.component[core]
            and not any(np.isfinite(c) and n in free for n, c in zip(node[p].tolist(), cost[p], strict=True))
        ]  # fmt: skip
        found = traps(network, snap, leaving=leaving)
        assert sorted(p for trap in found for p in trap.places.tolist()) == right
        ends = {int(e): (t, h) for e, t, h in zip(network.edge_id, network.tail, network.head, strict=True)}
        for trap in found:
            assert len(trap.edge_id)
            for edge in trap.edge_id.tolist():
                outer, inner = ends[edge] if leaving else ends[edge][::-1]
                assert int(outer) in free
                assert int(inner) not in free
