"""Porto Alegre, end to end on real data, against an independent computation on the same edges."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

import carecircle
from carecircle.analysis import Analysis
from carecircle.analysis.asking import Asker, reaches_of, servings_in
from carecircle.profiles import profile
from carecircle.rules import Leg, ReachQuery
from carecircle.schema import stop_column, time_column
from carecircle.study import load_study
from realdata import real
from realstudy import STUDIES, real_study

pytestmark = [pytest.mark.real, pytest.mark.slow]
GEOD = pyproj.Geod(ellps="WGS84")
FILES = ("portoalegre/hexgrid.csv", "portoalegre/roads.osm.pbf")


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return carecircle.analyze(real_study("portoalegre", tmp_path_factory.mktemp("portoalegre"), *FILES))


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    return pd.read_csv(real("portoalegre/hexgrid.csv"))


def test_the_tracked_study_reads_where_it_lies() -> None:
    for file in FILES:
        real(file)
    if real(FILES[0]).resolve().parent.parent != (STUDIES.parents[2] / "shared" / "data").resolve():
        pytest.skip("the real data are not beside the checkout, where the tracked study looks for them")
    assert load_study(STUDIES / "portoalegre").name == "portoalegre"


def test_every_resident_is_counted(analysis: Analysis) -> None:
    ledger = analysis.inputs.ledger
    assert (ledger.total, ledger.inside, ledger.outside, ledger.no_data) == (812_935, 812_935, 0, 0)
    assert len(analysis.inputs.demand) == 1227
    assert len(analysis.inputs.facilities) == 141


def test_every_ledger_balances_to_the_resident(analysis: Analysis) -> None:
    found = [v["ledger"] for v in analysis.to_dict("en")["verdicts"] if v["ledger"]]
    assert len(found) == 3
    for ledger in found:
        parts = {k: n for k, n in ledger.items() if k != "total"}
        assert ledger["total"] == 812_935 == math.fsum(parts.values())
        assert all(float(n).is_integer() for n in parts.values())


def test_radius_time_and_load_are_each_judged(analysis: Analysis) -> None:
    outcomes = {v["rule"]: v["outcome"] for v in analysis.to_dict("en")["verdicts"]}
    assert outcomes == {"X1.radius": "FAIL", "X2.walk": "PASS", "X3.ambulance": "FAIL", "X4.load": "PASS"}


def test_straight_lines_are_geodesics(analysis: Analysis, cells: pd.DataFrame) -> None:
    held = cells[cells["healthcare"] > 0]
    lon, lat = (np.repeat(cells[c].to_numpy(), len(held)) for c in ("lon", "lat"))
    flon, flat = (np.tile(held[c].to_numpy(), len(cells)) for c in ("lon", "lat"))
    brute = GEOD.inv(lon, lat, flon, flat)[2].reshape(len(cells), len(held)).min(axis=1)
    [query] = [q for q in analysis.reached if q.metric == "straight_m"]
    reached = analysis.reached[query].set_index("demand_id")["cost"]
    np.testing.assert_allclose(reached[cells["id"]].to_numpy(), brute, rtol=0, atol=1e-6)


def test_no_road_is_shorter_than_the_straight_line(analysis: Analysis) -> None:
    straight = next(f for q, f in analysis.reached.items() if q.metric == "straight_m")
    roads = [f for q, f in analysis.reached.items() if q.metric == "road_m"]
    assert roads
    for road in roads:
        assert (road["cost"] >= straight["cost"] - 1).all()


class Oracle:
    """Nearest costs by networkx over the study's own edges; every place is a node of its own."""

    def __init__(self, edges: gpd.GeoDataFrame, mode: str, metric: str) -> None:
        seconds = edges[time_column(mode)].to_numpy()
        self.edges = edges[np.isfinite(seconds)].reset_index(drop=True)
        self.to_wgs = pyproj.Transformer.from_crs(edges.crs, 4326, always_xy=True).transform
        column = time_column(mode) if metric == "minutes" else "length_m"
        self.cost = self.edges[column].to_numpy().astype(float)
        self.access = 3.6 / profile(mode).access_speed_kph if metric == "minutes" else 1.0
        self.ends = list(zip(self.edges["from_node"].tolist(), self.edges["to_node"].tolist(), strict=True))
        self.graph = nx.DiGraph()
        for (u, v), cost in zip(self.ends, self.cost, strict=True):
            self._join(u, v, cost)
        shapes = shapely.to_wkb(self.edges.geometry.to_numpy())
        turned = shapely.to_wkb(shapely.reverse(self.edges.geometry.to_numpy()))
        row_of = {(*ends, shape): i for i, (ends, shape) in enumerate(zip(self.ends, shapes, strict=True))}
        self.twin = [row_of.get((v, u, shape)) for (u, v), shape in zip(self.ends, turned, strict=True)]
        self.firm = np.flatnonzero(self._firm(mode))
        self.tree = shapely.STRtree(self.edges.geometry.to_numpy()[self.firm])
        self.on_row: dict[int, list[tuple[float, str]]] = {}

    def _join(self, start: object, end: object, cost: float) -> None:
        """An edge; of several between the same two nodes the cheapest stays."""
        if not self.graph.has_edge(start, end) or self.graph[start][end]["cost"] > cost:
            self.graph.add_edge(start, end, cost=cost)

    def _firm(self, mode: str) -> np.ndarray:
        """Rows a point may stand on: stopping allowed, in a component of at least 1 km of road."""
        component = {}
        for i, nodes in enumerate(nx.weakly_connected_components(self.graph)):
            component |= dict.fromkeys(nodes, i)
        of_row = np.array([component[u] for u, _ in self.ends])
        halves = np.where([t is None for t in self.twin], 1.0, 0.5)
        metres = np.bincount(of_row, weights=halves * self.edges["length_m"].to_numpy().astype(float))
        return self.edges[stop_column(mode)].to_numpy() & (metres[of_row] >= 1000)

    def stand(self, name: str, point: shapely.Point, max_m: float) -> None:
        """Put a place on the nearest road, joined to its point by the access leg."""
        row = int(self.firm[self.tree.nearest(point)])
        line = self.edges.geometry.iloc[row]
        share = line.project(point, normalized=True)
        spot = line.interpolate(share, normalized=True)
        away = GEOD.inv(*self.to_wgs(point.x, point.y), *self.to_wgs(spot.x, spot.y))[2]
        self.graph.add_node(name)
        if away > max_m:
            return
        place = f"place of {name}"
        self._join(name, place, away * self.access)
        self._join(place, name, away * self.access)
        for end, node in ((line.coords[0], self.ends[row][0]), (line.coords[-1], self.ends[row][1])):
            if spot.distance(shapely.Point(end)) < 1e-6:
                self._join(place, node, 0.0)
                self._join(node, place, 0.0)
                return
        for at, which in ((share, row), (1 - share, self.twin[row])):
            if which is not None:
                u, v = self.ends[which]
                self._join(u, place, at * self.cost[which])
                self._join(place, v, (1 - at) * self.cost[which])
                self.on_row.setdefault(which, []).append((at, place))

    def nearest(self, starts: list[str], *, against: bool) -> dict[str, float]:
        for row, places in self.on_row.items():
            places.sort()
            for (a, one), (b, other) in pairwise(places):
                self._join(one, other, (b - a) * self.cost[row])
                if a == b:  # one spot: no way is against the traffic
                    self._join(other, one, 0.0)
        graph = self.graph.reverse() if against else self.graph
        return dict(nx.multi_source_dijkstra_path_length(graph, starts, weight="cost"))


ROAD_QUERIES = [
    ("walk", "minutes", "to_facility"),
    ("drive", "minutes", "to_facility"),
    ("ambulance", "minutes", "from_facility"),
    ("walk", "road_m", "to_facility"),
]


@pytest.mark.parametrize(("mode", "metric", "direction"), ROAD_QUERIES)
def test_every_cell_agrees_with_networkx(analysis: Analysis, mode: str, metric: str, direction: str) -> None:
    def fits(query: ReachQuery) -> bool:
        return (query.mode, query.metric, query.direction) == (mode, metric, direction)

    [reached] = [frame for query, frame in analysis.reached.items() if fits(query)]
    inputs = analysis.inputs
    oracle = Oracle(inputs.edges, mode, metric)
    for kind, frame, names in (("f", inputs.facilities, "facility_id"), ("d", inputs.demand, "demand_id")):
        for name, point in zip(frame[names], frame.geometry, strict=True):
            oracle.stand(f"{kind} {name}", point, inputs.study.assumptions.max_snap_m)
    starts = [f"f {name}" for name in inputs.facilities["facility_id"]]
    found = oracle.nearest(starts, against=direction == "to_facility")
    unit = 60.0 if metric == "minutes" else 1.0
    expected = np.array([found.get(f"d {name}", math.inf) for name in reached["demand_id"]]) / unit
    assert len(expected) == 1227
    assert np.isfinite(expected).sum() > 1200
    expected = np.minimum(expected, _across(analysis, inputs.facilities, mode, metric))
    np.testing.assert_allclose(reached["cost"].to_numpy(), expected, rtol=1e-9)


def _across(
    analysis: Analysis, facilities: gpd.GeoDataFrame, mode: str, metric: str,
    wait_min: float | np.ndarray = 0.0,
) -> np.ndarray:  # fmt: skip
    """float64[p]: straight to a facility nearer than the road and back, at the speed of an access leg."""
    network, most = analysis.networks[mode], analysis.study.assumptions.max_snap_m
    demand = analysis.inputs.demand
    legs = [network.snap(places, max_snap_m=most).access_cost("road_m") for places in (demand, facilities)]
    at = [
        np.round(places.geometry.to_crs(4326).get_coordinates().to_numpy(), 9)
        for places in (demand, facilities)
    ]
    pairs = [np.broadcast_arrays(at[0][:, [k]], at[1][:, k][None]) for k in (0, 1)]
    geod = pyproj.Geod(ellps="WGS84")
    metres = np.round(geod.inv(pairs[0][0], pairs[1][0], pairs[0][1], pairs[1][1])[2], 3)
    near = metres < np.add.outer(*legs)
    near &= np.isfinite(np.add.outer(*legs))
    cost = metres if metric == "road_m" else metres * 3.6 / network.access_speed_kph / 60
    return np.where(near, cost + np.asarray(wait_min), np.inf).min(axis=1)


CHAIN = ReachQuery(
    legs=[
        Leg(("急救中心（站）",), mode="ambulance", direction="from_facility", start="turnout"),
        Leg(("综合医院",), mode="ambulance", direction="to_facility"),
    ]
)


def test_a_chain_is_networkx_on_both_legs(analysis: Analysis) -> None:
    """Every ninth facility sends, each after a turn-out of its own; the others receive."""
    frame = analysis.inputs.facilities.copy()
    sends = np.arange(len(frame)) % 9 == 0
    turnout = np.where(sends, np.arange(len(frame)) % 5 * 0.7, 0.0)
    frame["category"] = np.where(sends, "急救中心（站）", "综合医院")
    frame["attributes"] = [{"turnout_min": t} if s else {} for s, t in zip(sends, turnout, strict=True)]
    inputs = dataclasses.replace(analysis.inputs, facilities=frame)
    asker = Asker(inputs, reaches_of(inputs, analysis.networks))
    reached = asker.reach(CHAIN, *servings_in(inputs, CHAIN))
    oracle = Oracle(inputs.edges, "ambulance", "minutes")
    most = inputs.study.assumptions.max_snap_m
    for kind, places, names in (("f", frame, "facility_id"), ("d", inputs.demand, "demand_id")):
        for name, point in zip(places[names], places.geometry, strict=True):
            oracle.stand(f"{kind} {name}", point, most)
    ids = [f"f {name}" for name in frame["facility_id"]]
    for name, minutes in zip(np.array(ids)[sends], turnout[sends], strict=True):
        oracle.graph.add_edge("alert", str(name), cost=minutes * 60)
    out = oracle.nearest(["alert"], against=False)
    oracle.graph.remove_node("alert")
    on = oracle.nearest([i for i, s in zip(ids, sends, strict=True) if not s], against=True)
    places = [f"d {name}" for name in reached["demand_id"]]
    legs = [np.array([found.get(p, math.inf) for p in places]) / 60 for found in (out, on)]
    legs[0] = np.minimum(legs[0], _across(analysis, frame[sends], "ambulance", "minutes", turnout[sends]))
    legs[1] = np.minimum(legs[1], _across(analysis, frame[~sends], "ambulance", "minutes"))
    assert np.isfinite(legs[0] + legs[1]).sum() > 1190  # fewer than by one leg
    np.testing.assert_allclose(reached["leg_1_cost"], legs[0], rtol=0, atol=1e-9)
    np.testing.assert_allclose(reached["leg_2_cost"], legs[1], rtol=0, atol=1e-9)
    np.testing.assert_allclose(reached["cost"], legs[0] + legs[1], rtol=0, atol=1e-9)
