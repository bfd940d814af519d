"""The grid town against theory: block 400 m, 5 m/s, so a block takes 80 s whichever way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import reach_town as town
from carecircle.ledgers import InputsLedger
from carecircle.reach import kernels
from carecircle.reach.search import _engine
from carecircle.reach.snapping import snap
from carecircle.reach.travel import nearest_facility, path, service_areas, travel_time_matrix
from carecircle.rules.judging.ledger import people_ledger, people_status

BLOCK = 400.0


def minutes(network, homes, clinics, **options):
    frame = nearest_facility(network, town.places(homes), town.places(clinics, prefix="f"), **options)
    return frame["cost"].to_numpy()


@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
def test_times_are_the_taxicab_distance_over_the_speed(direction):
    network = town.grid()
    crossings = [(x * BLOCK, y * BLOCK) for x in range(11) for y in range(11)]
    got = minutes(network, crossings, [(2 * BLOCK, 3 * BLOCK)], direction=direction)
    theory = [(abs(x - 2 * BLOCK) + abs(y - 3 * BLOCK)) / 5 / 60 for x, y in crossings]
    np.testing.assert_allclose(got, theory, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
def test_covered_residents_are_those_in_the_diamond(direction):
    # Within 5 min at 5 m/s lie 1500 m, so |dx| + |dy| <= 3 blocks (1200 m): 1 + 4 + 8 + 12 crossings.
    network = town.grid()
    homes = town.places([(x * BLOCK, y * BLOCK) for x in range(11) for y in range(11)], residents=7)
    reached = nearest_facility(
        network, homes, town.places([(5 * BLOCK, 5 * BLOCK)], prefix="f"), direction=direction
    )
    all_but_corners = 121 - sum(abs(x - 5) + abs(y - 5) > 8 for x in range(11) for y in range(11))
    for limit, crossings in ((5.0, 25), (4.0, 25), (3.99, 13), (0.0, 1), (32 / 3, all_but_corners)):
        status = people_status(
            homes, reached, limit=limit, in_scope=homes["residents"].notna().astype(object)
        )
        ledger = people_ledger(
            homes, status, InputsLedger(total=847.0, inside=847.0, outside=0.0, no_data=0.0)
        )
        assert ledger.covered == 7 * crossings
        assert ledger.not_covered == 7 * (121 - crossings)


def test_mid_edge_places_pay_their_share_of_the_edge():
    network = town.grid()
    # Home 100 m east of crossing (1, 1) on a row; clinic 150 m north of crossing (3, 4) on a column:
    # 700 m east to the column, 3 blocks north, 150 m more.
    home, clinic = (500.0, 400.0), (1200.0, 1750.0)
    theory = (700 + 1200 + 150) / 5 / 60
    for direction in ("to_facility", "from_facility"):
        assert minutes(network, [home], [clinic], direction=direction)[0] == pytest.approx(theory, rel=1e-9)
        road = minutes(network, [home], [clinic], direction=direction, metric="road_m")[0]
        assert road == pytest.approx(2050, rel=1e-9)


def test_the_access_leg_costs_time_at_its_own_speed_at_both_ends():
    network = town.grid()  # access at 3.6 km/h = 1 m/s
    frame = nearest_facility(network, town.places([(200.0, 30.0)]), town.places([(1000.0, 50.0)], prefix="f"))
    # UTM's scale at the central meridian is 0.9996: a drawn metre is 1/0.9996 m on the ground.
    theory = (800 / 5 + (30 + 50) / 0.9996) / 60
    assert frame["cost"][0] == pytest.approx(theory, rel=1e-6)
    assert frame["snap_m"][0] == pytest.approx(30 / 0.9996, rel=1e-6)


def test_one_way_rows_send_the_residents_round():
    # The bottom row runs east only: a home 100 m past the clinic must go round the block.
    network = town.grid(one_way_rows=(0,))
    clinic, home = (900.0, 0.0), (1000.0, 0.0)
    # home -> (1200, 0) 200 m; north 400; west on the second row to x = 800: 400; south 400; east 100.
    assert minutes(network, [home], [clinic])[0] == pytest.approx((200 + 400 + 400 + 400 + 100) / 5 / 60)
    # The ambulance drives 100 m straight on.
    assert minutes(network, [home], [clinic], direction="from_facility")[0] == pytest.approx(100 / 5 / 60)


def test_the_same_street_is_travelled_along_it_in_both_directions():
    network = town.grid()
    homes = [(450.0, 800.0), (700.0, 800.0), (500.0, 800.0)]
    for direction in ("to_facility", "from_facility"):
        got = minutes(network, homes, [(500.0, 800.0)], direction=direction)
        np.testing.assert_allclose(got, np.array([50, 200, 0]) / 5 / 60, atol=1e-12)


def test_a_place_at_a_crossing_may_leave_by_any_street():
    # (0, 0) starts the one-way row; standing on the crossing is not standing on the one-way street.
    network = town.grid(one_way_rows=(0,))
    assert minutes(network, [(400.0, 0.0)], [(400.0, 400.0)])[0] == pytest.approx(80 / 60)
    assert minutes(network, [(400.0, 400.0)], [(400.0, 0.0)])[0] == pytest.approx(80 / 60)


def test_statuses_say_why_nobody_is_reached():
    edges = town.grid_edges(11, 11)
    far = town.edge_frame(
        [[(9000, 0), (10500, 0)]], seconds=[300], metres=[1500], both=[True], first_id=10_000
    )
    far["from_node"] += 1000
    far["to_node"] += 1000
    trap = town.edge_frame(
        [[(4000, 4000), (4000, 4700)]], seconds=[140], metres=[700], both=[False], first_id=20_000
    )
    crossing = edges["to_node"][edges.geometry.apply(lambda g: g.coords[-1] == (504_000, 3_504_000))].iloc[0]
    trap["from_node"], trap["to_node"] = crossing, 5000
    small = town.edge_frame(
        [[(20_000, 0), (20_900, 0)]], seconds=[180], metres=[900], both=[True], first_id=30_000
    )
    small["from_node"] += 2000
    small["to_node"] += 2000
    network = town.Network.from_edges(
        pd.concat([edges, far, trap, small], ignore_index=True), mode="walk", access_speed_kph=3.6
    )
    homes = [(0, 0), None, (0, -600), (9500, 0), (4000, 4500), (4000, 4000), (20_500, 10)]
    frame = nearest_facility(network, town.places(homes), town.places([(0, 0)], prefix="f"), limit=20.0)
    assert frame["status"].tolist() == [
        "reached", "unsnapped", "unsnapped", "island", "one_way", "beyond", "unsnapped",
    ]  # fmt: skip
    assert frame["facility_id"].tolist() == ["f000", *[None] * 6]
    assert np.isinf(frame["cost"][1:]).all()
    assert frame["snap_m"][2] == pytest.approx(600 / 0.9996, rel=1e-5)
    assert np.isnan(frame["snap_m"][1])
    components = network.components()
    assert components["road_km"].round(3).tolist() == [88.7, 1.5, 0.9]
    assert components["snapped_to"].tolist() == [True, True, False]
    unlimited = nearest_facility(network, town.places(homes), town.places([(0, 0)], prefix="f"))
    assert unlimited["status"].tolist()[5] == "reached"


def test_ties_go_to_the_smaller_id_whatever_the_order_of_the_tables():
    network = town.grid()
    homes = town.places([(400.0, 400.0), (600.0, 400.0), (1200.0, 400.0)])
    clinics = town.places([(400.0, 0.0), (400.0, 800.0), (800.0, 400.0)], prefix="f")
    clinics["facility_id"] = ["10", "9", "2"]  # string order: 10, 2, 9
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        frame = nearest_facility(network, homes, clinics.iloc[order])
        assert frame["facility_id"].tolist() == ["10", "2", "2"]


def test_areas_and_matrix_hold_every_pair_and_the_nearest_is_their_minimum():
    network = town.grid(one_way_rows=(0, 4))
    rng = np.random.default_rng(1)
    homes = town.places(rng.uniform(-50, 4050, (60, 2)).tolist())
    clinics = town.places(rng.uniform(-50, 4050, (7, 2)).tolist(), prefix="f").iloc[::-1]
    for direction in ("to_facility", "from_facility"):
        for metric in ("minutes", "road_m"):
            options = {"direction": direction, "metric": metric}
            matrix = travel_time_matrix(network, homes, clinics, **options).toarray()
            nearest = nearest_facility(network, homes, clinics, **options)
            np.testing.assert_allclose(matrix.min(axis=1), nearest["cost"], rtol=1e-12)
            limit = float(np.median(matrix))
            areas = service_areas(network, homes, clinics, limit=limit, **options)
            assert len(areas) == (matrix <= limit).sum()
            row = areas["demand_id"].str[1:].astype(int)
            column = 6 - areas["facility_id"].str[1:].astype(int)
            np.testing.assert_array_equal(matrix[row, column], areas["cost"])
            assert areas["facility_id"].is_monotonic_increasing


def test_the_way_is_as_long_as_the_cost_says_and_joins_the_two_points():
    network = town.grid(one_way_rows=(0,))
    rng = np.random.default_rng(5)
    for home, clinic in zip(rng.uniform(0, 4000, (40, 2)), rng.uniform(0, 4000, (40, 2)), strict=True):
        homes, clinics = town.places([home]), town.places([clinic], prefix="f")
        for direction in ("to_facility", "from_facility"):
            for metric in ("minutes", "road_m"):
                way = path(
                    network, homes.geometry[0], clinics.geometry[0], direction=direction, metric=metric
                )
                cost = nearest_facility(network, homes, clinics, direction=direction, metric=metric)["cost"][
                    0
                ]
                assert {"minutes": way.minutes, "road_m": way.metres}[metric] == pytest.approx(cost, rel=1e-9)
                start, end = (homes, clinics) if direction == "to_facility" else (clinics, homes)
                assert way.access[0].coords[0] == start.geometry[0].coords[0]
                assert way.access[1].coords[-1] == end.geometry[0].coords[0]
                assert way.access[0].coords[-1] == pytest.approx(way.geometry.coords[0])
                assert way.access[1].coords[0] == pytest.approx(way.geometry.coords[-1])
                on_road = way.metres - sum(leg.length / 0.9996 for leg in way.access)
                assert way.geometry.length == pytest.approx(on_road, abs=0.01)


def test_there_is_no_way_where_there_is_none():
    network = town.grid()
    here = town.places([(0, 0), (0, -900)]).geometry
    assert path(network, here[0], here[1]) is None
    same = path(network, here[0], here[0])
    assert (same.minutes, same.metres, same.edge_ids) == (0.0, 0.0, ())


def test_no_facilities_no_roads_and_no_residents_are_answered_plainly():
    network = town.grid()
    nobody, nothing = town.places([]), town.places([], prefix="f")
    one = town.places([(0, 0)])
    assert nearest_facility(network, one, nothing)["status"].tolist() == ["island"]
    assert nearest_facility(None, one, nothing, metric="straight_m")["status"].tolist() == ["island"]
    assert len(nearest_facility(network, nobody, town.places([(0, 0)], prefix="f"))) == 0
    closed = town.grid_edges(3, 3)
    closed["travel_time_s_walk"] = np.float32(np.inf)
    empty = town.Network.from_edges(closed, mode="walk")
    assert nearest_facility(empty, one, town.places([(0, 0)], prefix="f"))["status"].tolist() == ["unsnapped"]
    assert travel_time_matrix(network, one, nothing).shape == (1, 0)


def test_without_numba_the_answers_are_the_same(monkeypatch):
    network = town.grid(7, 7, one_way_rows=(2,))
    rng = np.random.default_rng(8)
    homes = town.places([*rng.uniform(-300, 2700, (40, 2)).tolist(), (400.0, 400.0), None])
    clinics = town.places([*rng.uniform(0, 2400, (5, 2)).tolist(), (800.0, 1200.0)], prefix="f")

    def everything():
        way = path(network, homes.geometry[40], clinics.geometry[5])
        return (
            nearest_facility(network, homes, clinics, limit=6),
            service_areas(network, homes, clinics, limit=5),
            travel_time_matrix(network, homes, clinics).toarray(),
            (way.minutes, way.geometry.length),
        )

    with_numba = everything()
    for module in (kernels, _engine, snap):
        monkeypatch.setattr(module, "numba", lambda: None)
    for a, b in zip(with_numba, everything(), strict=True):
        if isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b, rtol=1e-9, check_exact=False)
        else:
            np.testing.assert_allclose(a, b, rtol=1e-9)


@pytest.mark.parametrize("ids", [("10", "9"), ("9", "10")])
def test_ties_between_the_two_ends_of_a_street_go_to_the_smaller_id(ids):
    network = town.grid()
    home = town.places([(600.0, 400.0)])
    clinics = town.places([(400.0, 400.0), (800.0, 400.0)], prefix="f").assign(facility_id=ids)
    for direction in ("to_facility", "from_facility"):
        assert nearest_facility(network, home, clinics, direction=direction)["facility_id"][0] == "10"
    on_it = town.places([(500.0, 400.0), (700.0, 400.0)], prefix="f").assign(facility_id=ids)
    assert nearest_facility(network, home, on_it)["facility_id"][0] == "10"
