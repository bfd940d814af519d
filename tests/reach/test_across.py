"""Places nearer to each other than to the road and back meet straight across: by hand, and pair by pair."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

import reach_town as town
from carecircle.reach import _trip
from carecircle.reach._geodesy import GEOD
from carecircle.reach.asked import LEAD
from carecircle.reach.network.model import Network
from carecircle.reach.roads import Roads

KPH = 3.6
"""A metre a second off the road: minutes are metres by 60."""


def _roads(lines: list[list[tuple[float, float]]], **how: object) -> Roads:
    seconds = [float(np.hypot(*np.subtract(line[-1], line[0]))) / 5 for line in lines]
    edges = town.edge_frame(
        lines, seconds=seconds, metres=[5 * s for s in seconds], both=[True] * len(lines), modes=("walk",)
    )
    return Roads(Network.from_edges(edges, mode="walk", access_speed_kph=KPH), **how)  # type: ignore[arg-type]


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    ends = gpd.GeoSeries(town.places([a, b]).geometry).to_crs(4326)
    return float(GEOD.inv(*ends.iloc[0].coords[0], *ends.iloc[1].coords[0])[2])


STREET = [[(0.0, 0.0), (2000.0, 0.0)]]


@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
@pytest.mark.parametrize("metric", ["minutes", "road_m"])
def test_two_at_one_spot_off_the_road_are_no_way_apart(direction: str, metric: str) -> None:
    roads = _roads(STREET, metric=metric)
    homes, clinic = town.places([(700, 300)]), town.places([(700, 300)], prefix="f")
    found = roads.nearest(homes, clinic, direction=direction).iloc[0]
    assert (found["cost"], found["facility_id"], found["status"]) == (0.0, "f000", "reached")
    table = roads.pairs(homes, clinic, direction=direction)
    assert (table.nnz, table[0, 0]) == (1, 0.0)
    way = roads.way(homes.geometry.iloc[0], clinic.geometry.iloc[0], direction=direction)
    assert way is not None
    assert (way.minutes, way.metres, way.edge_ids) == (0.0, 0.0, ())


def test_neighbours_off_the_road_walk_to_each_other() -> None:
    """300 m off the road both, 120 m apart: two minutes, not ten and the road."""
    roads = _roads(STREET)
    homes, clinic = town.places([(700, 300)]), town.places([(820, 300)], prefix="f")
    wanted = _metres((700, 300), (820, 300)) / 60
    assert wanted == pytest.approx(2.0, rel=1e-3)
    assert roads.nearest(homes, clinic)["cost"].iloc[0] == pytest.approx(wanted, abs=1e-4)
    way = roads.way(homes.geometry.iloc[0], clinic.geometry.iloc[0])
    assert way is not None
    assert way.minutes == roads.nearest(homes, clinic)["cost"].iloc[0] == roads.pairs(homes, clinic)[0, 0]
    assert list(way.geometry.coords) == [
        homes.geometry.iloc[0].coords[0],
        clinic.geometry.iloc[0].coords[0],
    ]


def test_whoever_is_nearer_to_the_road_keeps_to_it() -> None:
    """Straight on is 1,000 m off the road, the two legs are 80: nothing changes."""
    roads = _roads(STREET)
    homes, clinic = town.places([(500, 40)]), town.places([(1500, 40)], prefix="f")
    assert roads.nearest(homes, clinic)["cost"].iloc[0] == pytest.approx((80 + 200) / 60, rel=1e-3)


def test_across_between_two_parts_of_the_roads_that_do_not_meet() -> None:
    roads = _roads([*STREET, [(0.0, 900.0), (2000.0, 900.0)]])
    homes, clinic = town.places([(700, 430), (700, 10)]), town.places([(700, 480)], prefix="f")
    found = roads.nearest(homes, clinic)
    assert found["status"].tolist() == ["reached", "island"]
    assert found["cost"].iloc[0] == pytest.approx(50 / 60, rel=1e-3)
    assert roads.pairs(homes, clinic).nnz == 1
    assert roads.nearest(homes, clinic, limit=0.5)["status"].tolist() == ["beyond", "island"]


def test_too_far_from_any_road_is_nowhere_still() -> None:
    roads = _roads(STREET, max_snap_m=200)
    spot = [(700, 300)]
    found = roads.nearest(town.places(spot), town.places(spot, prefix="f"))
    assert found["status"].tolist() == ["unsnapped"]
    assert np.isinf(found["cost"].iloc[0])


def test_what_passes_before_a_unit_sets_out_counts_across_too() -> None:
    station = town.places([(700, 300)], prefix="f")
    station[LEAD] = 3.0
    found = _roads(STREET).nearest(town.places([(700, 300)]), station, direction="from_facility")
    assert found["cost"].iloc[0] == 3.0


def test_equal_ways_across_go_to_the_smaller_id() -> None:
    homes, clinics = town.places([(700, 300)]), town.places([(700, 300)] * 3, prefix="f").iloc[::-1]
    assert _roads(STREET).nearest(homes, clinics)["facility_id"].tolist() == ["f000"]


@pytest.mark.parametrize("metric", ["minutes", "road_m"])
@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
def test_every_pair_of_a_scattered_country(
    metric: str, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The road alone or the straight way, where that is shorter than the legs, pair by pair."""
    dice = np.random.default_rng(5)
    edges = town.grid_edges(4, 4, block_m=900.0, one_way_rows=(1,))
    network = Network.from_edges(edges, mode="walk", access_speed_kph=KPH)
    spots = dice.uniform(-300, 3000, (150, 2))
    homes = town.places(spots)
    clinics = town.places([*spots[:5], *dice.uniform(-300, 3000, (35, 2))], prefix="f")
    roads = Roads(network, metric, max_snap_m=450)  # type: ignore[arg-type]
    near = roads.nearest(homes, clinics, direction=direction)
    table = roads.pairs(homes, clinics, direction=direction)
    limited = roads.pairs(homes, clinics, direction=direction, limit=300.0 if metric == "road_m" else 5.0)
    asked = [divmod(int(k), 40) for k in dice.integers(0, 6000, 60)]
    ways = [
        roads.way(homes.geometry.iloc[i], clinics.geometry.iloc[j], direction=direction) for i, j in asked
    ]
    nothing = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    monkeypatch.setattr(_trip, "across", lambda *_: nothing)
    alone = Roads(network, metric, max_snap_m=450).pairs(homes, clinics, direction=direction)  # type: ignore[arg-type]
    by_road = np.full((150, 40), np.inf)
    rows, columns = alone.nonzero()
    by_road[rows, columns] = alone[rows, columns]
    legs = [network.snap(points, max_snap_m=450) for points in (homes, clinics)]
    both = np.add.outer(*(np.where(s.snapped, s.snap_m, np.nan) for s in legs))
    at = [np.array([p.coords[0] for p in f.to_crs(4326).geometry]) for f in (homes, clinics)]
    a, b = np.repeat(at[0], 40, axis=0), np.tile(at[1], (150, 1))
    straight = np.asarray(GEOD.inv(*a.T, *b.T)[2]).reshape(150, 40)
    met = straight < both - 1e-3
    assert 100 < met.sum() < 2_000
    wanted = np.where(met, straight / (60 if metric == "minutes" else 1), by_road)
    assert (wanted <= by_road + 1e-9).all()
    found = np.full((150, 40), np.inf)
    rows, columns = table.nonzero()
    found[rows, columns] = table[rows, columns]
    stored = table.tocoo()
    found[stored.row, stored.col] = stored.data
    np.testing.assert_allclose(found, wanted, atol=2e-3)
    np.testing.assert_array_equal(near["cost"].to_numpy(), found.min(axis=1))
    kept = limited.tocoo()
    np.testing.assert_array_equal(kept.data, found[kept.row, kept.col])
    assert kept.nnz == (found <= (300.0 if metric == "road_m" else 5.0)).sum()
    for way, (i, j) in zip(ways, asked, strict=True):
        cost = np.inf if way is None else way.minutes if metric == "minutes" else way.metres
        assert cost == pytest.approx(found[i, j], rel=1e-9)
