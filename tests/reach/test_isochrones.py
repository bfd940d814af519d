"""Isochrones against buffered roads, against node times, and against each other."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import drawn
import reach_town as town
from carecircle.errors import CapacityError, UsageError
from carecircle.reach import isochrones as module
from carecircle.reach.drawing._outline import corners_of, rings_of
from carecircle.reach.isochrones import isochrones
from carecircle.reach.network.model import Network
from carecircle.reach.travel import nearest_facility

HALF_M = 25.0


def reached_roads(network, point, limit_min, *, direction, step_m=2.0):
    """The reached parts of all roads, found by asking every few metres of every street."""
    spots, pieces = [], []
    for line in network.lines():
        share = np.arange(0, line.length, step_m)
        spots += [line.interpolate(s) for s in share]
        pieces += [shapely.ops.substring(line, s, min(s + step_m, line.length)) for s in share]
    # the middle of each piece speaks for it
    middles = [piece.interpolate(0.5, normalized=True) for piece in pieces]
    demand = gpd.GeoDataFrame({"demand_id": range(len(middles))}, geometry=middles, crs=network.crs)
    facility = gpd.GeoDataFrame({"facility_id": ["f"]}, geometry=[point], crs=network.crs)
    cost = nearest_facility(network, demand, facility, direction=direction)["cost"].to_numpy()
    return shapely.union_all(np.array(pieces, dtype=object)[cost <= limit_min])


@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
def test_the_polygon_is_the_reached_roads_buffered(direction):
    edges = town.grid_edges(5, 5, block_m=200.0, one_way_rows=(1, 3))
    curve = [(200.0, 200.0), (260.0, 330.0), (330.0, 240.0), (400.0, 400.0)]
    bend = town.edge_frame([curve], seconds=[90], metres=[450], both=[False], first_id=900)
    crossing = {
        tuple(np.array(line.coords[0]) - town.ORIGIN): n
        for line, n in zip(edges.geometry, edges["from_node"], strict=True)
    }
    bend["from_node"], bend["to_node"] = crossing[200.0, 200.0], crossing[400.0, 400.0]
    network = Network.from_edges(
        gpd.pd.concat([edges, bend], ignore_index=True), mode="walk", access_speed_kph=3.6
    )
    clinic = town.places([(250.0, 205.0)], prefix="f")
    drawn = isochrones(network, clinic, [0.5, 1, 2.2], direction=direction, cell_m=2.5)
    for limit, polygon in zip(drawn["limit_min"], drawn.geometry, strict=True):
        roads = reached_roads(network, clinic.geometry[0], limit, direction=direction)
        reference = roads.buffer(HALF_M)
        assert polygon.is_valid
        assert polygon.area == pytest.approx(reference.area, rel=0.02)
        assert polygon.difference(reference.buffer(4)).is_empty
        assert reference.difference(polygon.buffer(4)).is_empty


@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
def test_smaller_limits_lie_in_larger_ones_and_nodes_agree(direction):
    network = town.grid(9, 9, one_way_rows=(2, 6))
    clinics = town.places([(1250, 1580), (0, 0), (5000, 9000)], prefix="f")
    limits = [0, 1, 2, 3.5, 4, 7]
    drawn = isochrones(network, clinics, limits, direction=direction)
    assert drawn["facility_id"].tolist() == [i for i in clinics["facility_id"] for _ in limits]
    nodes = gpd.GeoDataFrame(
        {"demand_id": range(network.nodes)}, geometry=shapely.points(network.node_xy), crs=network.crs
    )
    for facility, polygons in drawn.groupby("facility_id"):
        shapes = polygons.geometry.tolist()
        if facility == "f002":
            assert all(shape.is_empty for shape in shapes)
            continue
        mine = clinics[clinics["facility_id"] == facility]
        cost = nearest_facility(network, nodes, mine, direction=direction)["cost"].to_numpy()
        for limit, shape in zip(limits, shapes, strict=True):
            within = shapely.intersects_xy(shape, *network.node_xy.T)
            assert within[cost <= limit].all()
            # 400 m blocks at 5 m/s: 32 m beyond the last reached point are 6.4 s
            assert not within[cost > limit + 7 / 60].any()
        for smaller, larger in itertools.pairwise(shapes):
            assert smaller.difference(larger).area == 0


def test_together_is_the_union_and_threads_change_nothing():
    network = town.grid(9, 9)
    clinics = town.places([(800, 800), (2400, 2300)], prefix="f")
    apart = isochrones(network, clinics, [2, 4], threads=1)
    again = isochrones(network, clinics, [4, 2, 2], threads=2)
    assert apart.geometry.to_wkb().tolist() == again.geometry.to_wkb().tolist()
    one = isochrones(network, clinics, [2, 4], together=True)
    assert one["facility_id"].tolist() == [None, None]
    for limit, shape in zip(one["limit_min"], one.geometry, strict=True):
        union = shapely.union_all(apart.geometry[apart["limit_min"] == limit].to_numpy())
        assert shape.symmetric_difference(union).area <= 0.002 * union.area


def test_what_cannot_be_drawn_is_refused(monkeypatch):
    network, clinic = town.grid(3, 3), town.places([(0, 0)], prefix="f")
    for limits in ([], [-1], [float("inf")], [float("nan")]):
        with pytest.raises(UsageError):
            isochrones(network, clinic, limits)
    with pytest.raises(UsageError, match="too large"):
        isochrones(network, clinic, [5], cell_m=30)
    monkeypatch.setattr(module, "MOST_CELLS", 100)
    with pytest.raises(CapacityError, match="Set cell_m to"):
        isochrones(network, clinic, [5])
    assert len(isochrones(network, town.places([], prefix="f"), [5])) == 0


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(3, 14), st.integers(3, 14))
def test_outlines_hold_exactly_the_cells_they_were_drawn_from(data, height, width):
    from carecircle.reach.drawing._field import mend_corners

    field = np.full((height + 2, width + 2), np.inf, np.float32)
    field[1:-1, 1:-1] = data.draw(drawn.seconds(height * width, 0, 1, closed=0.4)).reshape(height, width)
    before = field.copy()
    mend_corners(field)
    assert (field <= before).all()
    drawing = module._Drawing.__new__(module._Drawing)
    drawing.cell_m = 1.0
    for limit in (0.3, 0.7):
        shape = drawing._polygon(module._Grid(field, 0.0, float(height + 2)), limit)
        inside = field <= np.float32(limit)
        assert shape.is_valid
        assert shape.area == inside.sum()
        rows, columns = np.nonzero(inside)
        assert shapely.intersects_xy(shape, columns + 0.5, height + 2 - rows - 0.5).all()
        corners = corners_of(field, np.float32(limit))
        assert len(rings_of(field, np.float32(limit), *corners)[2]) == sum(
            1 + len(part.interiors) for part in shape.geoms
        )
