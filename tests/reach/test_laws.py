"""Laws that every answer obeys, whatever the town: more clinics, faster roads, turned directions, order."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import drawn
import reach_town as town
from carecircle.ledgers import InputsLedger
from carecircle.reach.network.model import Network
from carecircle.reach.travel import nearest_facility, service_areas
from carecircle.rules.judging.ledger import people_ledger, people_status

quick = settings(max_examples=15, deadline=None)


@st.composite
def worlds(draw):
    """Edges of a town with one-way rows and closed streets, homes on and off the roads, clinics."""
    edges = town.grid_edges(6, 6, one_way_rows=(1, 4))
    edges["travel_time_s_walk"] = draw(drawn.seconds(len(edges), 30, 200, closed=0.1))
    homes = town.places(draw(drawn.spots(40, -600, 2600)), residents=1)
    homes["residents"] = draw(drawn.numbers(40, 0, 500, steps=500, apart=False))
    clinics = town.places(draw(drawn.spots(4, 0, 2000)), prefix="f")
    return edges, homes, clinics


def network(edges):
    return Network.from_edges(edges, mode="walk", access_speed_kph=3.6)


def ledger(homes, reached, limit):
    total = float(homes["residents"].sum())
    scope = pd.Series([True] * len(homes), index=homes.index, dtype=object)
    status = people_status(homes, reached, limit=limit, in_scope=scope)
    return people_ledger(homes, status, InputsLedger(total, total, 0.0, 0.0))


@quick
@given(worlds())
def test_adding_a_facility_never_lowers_coverage(world):
    edges, homes, clinics = world
    net = network(edges)
    few, all_ = nearest_facility(net, homes, clinics.iloc[:3]), nearest_facility(net, homes, clinics)
    assert (all_["cost"] <= few["cost"]).all()
    for limit in (3, 8):
        assert ledger(homes, all_, limit).covered >= ledger(homes, few, limit).covered


@quick
@given(worlds(), st.floats(0.5, 20))
def test_a_larger_limit_contains_the_smaller(world, limit):
    edges, homes, clinics = world
    net = network(edges)
    near = nearest_facility(net, homes, clinics, limit=limit)
    free = nearest_facility(net, homes, clinics)
    within = free["cost"] <= limit
    pd.testing.assert_frame_equal(near[within], free[within])
    assert (near.loc[~within & (free["status"] == "reached"), "status"] == "beyond").all()
    rest = free["status"] != "reached"
    assert near.loc[rest, "status"].tolist() == free.loc[rest, "status"].tolist()
    small = service_areas(net, homes, clinics, limit=limit)
    large = service_areas(net, homes, clinics, limit=limit * 1.5)
    assert set(map(tuple, small.to_numpy())) <= set(map(tuple, large.to_numpy()))


@quick
@given(worlds(), st.data())
def test_the_order_of_the_inputs_changes_nothing(world, data):
    edges, homes, clinics = world
    plain = nearest_facility(network(edges), homes, clinics)
    rows, order, turn = (data.draw(st.permutations(range(len(frame)))) for frame in (edges, homes, clinics))
    shuffled = edges.iloc[rows].reset_index(drop=True)
    mixed = nearest_facility(network(shuffled), homes.iloc[order], clinics.iloc[turn])
    pd.testing.assert_frame_equal(plain.iloc[order].reset_index(drop=True), mixed)


@quick
@given(worlds(), st.data())
def test_faster_roads_never_worsen_a_time(world, data):
    edges, homes, clinics = world
    share = data.draw(drawn.numbers(len(edges), 0.5, 1)).astype(np.float32)
    faster = edges.assign(travel_time_s_walk=edges["travel_time_s_walk"] * share)
    before, after = (
        nearest_facility(network(edges), homes, clinics),
        nearest_facility(network(faster), homes, clinics),
    )
    assert (after["cost"] <= before["cost"] * (1 + 1e-12)).all()


@quick
@given(worlds())
def test_the_reversed_network_swaps_the_directions(world):
    edges, homes, clinics = world
    net = network(edges)
    for metric in ("minutes", "road_m"):
        there = nearest_facility(net, homes, clinics, direction="to_facility", metric=metric)
        back = nearest_facility(net.reverse(), homes, clinics, direction="from_facility", metric=metric)
        pd.testing.assert_frame_equal(there, back, check_exact=False, rtol=1e-12)
    twice = net.reverse().reverse()
    for name in ("tail", "head", "seconds", "street", "along"):
        np.testing.assert_array_equal(
            getattr(twice, name)[np.argsort(twice.edge_id)], getattr(net, name)[np.argsort(net.edge_id)]
        )


@quick
@given(worlds(), st.data())
def test_closing_edges_is_the_network_without_them(world, data):
    edges, homes, clinics = world
    open_ = edges[np.isfinite(edges["travel_time_s_walk"])]
    one = st.sampled_from(open_["edge_id"].tolist())
    closed = np.array(data.draw(st.lists(one, min_size=12, max_size=12, unique=True)))
    scenario = nearest_facility(network(edges).without(closed), homes, clinics)
    rebuilt = nearest_facility(network(edges[~edges["edge_id"].isin(closed)]), homes, clinics)
    pd.testing.assert_frame_equal(scenario, rebuilt)


@quick
@given(worlds())
def test_the_road_is_never_shorter_than_the_straight_line(world):
    edges, homes, clinics = world
    edges["length_m"] = (edges.geometry.length / 0.9996).astype(np.float32)
    road = nearest_facility(network(edges), homes, clinics, metric="road_m")
    straight = nearest_facility(None, homes, clinics, metric="straight_m")
    assert (road["cost"] >= straight["cost"] - 1).all()


def test_moving_a_facility_one_kilometre_changes_its_ledger():
    net = network(town.grid_edges(11, 11))
    homes = town.places([(x * 100.0, y * 100.0) for x in range(41) for y in range(21)], residents=3)
    here = nearest_facility(net, homes, town.places([(1000, 1000)], prefix="f"))
    there = nearest_facility(net, homes, town.places([(1000, 2000)], prefix="f"))
    assert ledger(homes, here, 5).covered != ledger(homes, there, 5).covered
