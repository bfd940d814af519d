"""Ways of travelling from outside, and queries of several legs: worked out by hand on a street of 10 km."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

import carecircle
import reach_town as town
from carecircle.analysis.asking import Asker, joined, reaches_of, same_service, servings_in
from carecircle.reach.asked import Reach
from carecircle.reach.choice import Reaches
from carecircle.reach.roads import Roads
from carecircle.reach.straight import StraightLine
from carecircle.reach.surface import painted
from carecircle.rules import Leg, ReachQuery
from carecircle.schema import REACHED
from carecircle.siting.remedy import site
from worlds import east, street_study


class Manhattan:
    """Minutes at 4 km/h along east and north, whatever roads there are: a toy from outside the package."""

    def _minutes(self, demand: Any, facilities: Any) -> np.ndarray[Any, Any]:
        here, there = (
            f.geometry.get_coordinates().to_numpy() for f in (demand, facilities.to_crs(demand.crs))
        )
        return np.abs(here[:, None] - there[None]).sum(axis=2) * 0.06 / 4.0

    def nearest(
        self, demand: Any, facilities: Any, *, direction: str, limit: float = math.inf
    ) -> pd.DataFrame:
        by_id = facilities.sort_values("facility_id")
        minutes = self._minutes(demand, by_id)
        if not len(by_id):
            minutes, by_id = np.full((len(demand), 1), math.inf), pd.DataFrame({"facility_id": [None]})
        cost, ids = minutes.min(axis=1), by_id["facility_id"].to_numpy()[minutes.argmin(axis=1)]
        within, status = cost <= limit, np.where(np.isfinite(cost), "beyond", "island")
        return pd.DataFrame(
            {"demand_id": demand["demand_id"].to_numpy(), "facility_id": np.where(within, ids, None),
             "cost": np.where(within, cost, math.inf), "snap_m": math.nan,
             "status": np.where(np.isfinite(cost) & within, "reached", status)}
        )  # fmt: skip

    def pairs(self, demand: Any, facilities: Any, *, direction: str, limit: float = math.inf) -> Any:
        minutes = self._minutes(demand, facilities)
        row, column = np.nonzero(minutes <= limit)
        return csr_array((minutes[row, column], (row, column)), shape=minutes.shape)

    def way(self, demand_point: Any, facility_point: Any, *, direction: str) -> None:
        return None

    def surface(self, facilities: Any, cells: Any, *, direction: str) -> Any:
        return painted(cells, self.nearest(cells.centres, facilities, direction=direction)["cost"].to_numpy())

    def place(self, points: Any) -> Any:
        return StraightLine().place(points)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    return carecircle.analyze(street_study(tmp_path_factory.mktemp("street")))


def test_ours_and_a_toy_are_reaches() -> None:
    assert isinstance(Manhattan(), Reach)
    assert isinstance(StraightLine(), Reach)
    assert isinstance(Roads(town.grid(3, 3)), Reach)
    assert not isinstance(town.grid(3, 3), Reach)


def test_a_reach_from_outside_answers_a_study_and_its_siting(tmp_path: Path) -> None:
    # At 4 km/h, 15 minutes are 1,000 m east plus north. Nobody is off the road: the place n with 50
    # residents, 4,000 m east and 2,000 m north, is 90 minutes away and covered by a centre at its door.
    study = street_study(tmp_path)
    (tmp_path / "roads.geojson").unlink()
    text = study.read_text(encoding="utf-8").replace(
        '[roads]\npath = "roads.geojson"\nformat = "edges"\n', ""
    )
    study.write_text(text, encoding="utf-8")
    mine = carecircle.analyze(study, reaches={("minutes", "walk"): Manhattan()})
    time = next(v for v in mine.verdicts if v.rule == "S2")
    assert time.ledger is not None
    assert (time.ledger.covered, time.ledger.not_covered, time.ledger.unsnapped) == (700, 350, 0)
    (query,) = [q for q in mine.reached if q.metric == "minutes"]
    assert mine.reached[query]["cost"].tolist() == pytest.approx([0.0, 13.5, 60.0, 135.0, 90.0], abs=0.7)
    assert isinstance(mine.reach_of(query), Manhattan)
    assert mine.path("b", query) is None
    assert float(np.nanmin(mine.surfaces[query].values)) < 15
    found = site(mine, clauses=["S2"], sites=1, target=0.8)
    after = next(v for v in found.after.verdicts if v.rule == "S2")
    assert after.ledger is not None
    assert after.ledger.covered == 900
    lon, lat = east(4000, 2000)
    door = {"facility_id": "door", "category": "社区卫生服务中心", "lon": lon, "lat": lat}
    near = next(v for v in carecircle.reanalyze(mine, add=[door]).verdicts if v.rule == "S2")
    assert near.ledger is not None
    assert near.ledger.covered == 750
    slow = carecircle.Scenario(time_factors={"walk": {"*": 2.0}})
    with pytest.raises(carecircle.UsageError, match="a reach of your own"):
        carecircle.reanalyze(mine, scenario=slow)
    without = next(v for v in carecircle.analyze(study).verdicts if v.rule == "S2")
    assert without.outcome is carecircle.Outcome.NOT_ASSESSED
    assert "what-if" in (mine.write(tmp_path / "out")[0].parent / "gap_map.html").read_text(encoding="utf-8")


def test_a_reach_that_breaks_the_frame_s_contract_is_refused(tmp_path: Path) -> None:
    class Short(Manhattan):
        def nearest(self, demand: Any, facilities: Any, **how: Any) -> pd.DataFrame:
            return super().nearest(demand, facilities, **how).iloc[:-1]

    class Wordless(Manhattan):
        def nearest(self, demand: Any, facilities: Any, **how: Any) -> pd.DataFrame:
            return super().nearest(demand, facilities, **how).assign(status="fine")

    study = street_study(tmp_path)
    with pytest.raises(carecircle.InputError, match="4 rows, but 5"):
        carecircle.analyze(study, reaches={("minutes", "walk"): Short()})
    with pytest.raises(carecircle.InputError, match="fine"):
        carecircle.analyze(study, reaches={("minutes", "walk"): Wordless()})


def test_one_place_chooses_and_says_what_it_lacks() -> None:
    network, mine = town.grid(3, 3), Manhattan()
    reaches = Reaches({"walk": network}, max_snap_m=200.0, brought={("straight_m", None): mine})
    assert reaches.of("straight_m", "ambulance") is mine
    roads = reaches.of("road_m", "walk")
    assert isinstance(roads, Roads)
    assert (roads.network, roads.metric, roads.max_snap_m) == (network, "road_m", 200.0)
    assert reaches.has("minutes", "walk")
    assert not reaches.has("minutes", "drive")
    with pytest.raises(carecircle.UsageError, match="drive"):
        reaches.of("minutes", "drive")
    homes = town.places([(100, 0), None, (100, 5000)])
    placed = roads.place(homes)
    assert placed is reaches.of("minutes", "walk").place(homes)  # asked once, for both metrics
    assert placed is not roads.place(homes.copy())
    assert placed.snapped.tolist() == [True, False, False]
    standing = StraightLine().place(homes)
    assert standing.snapped.tolist() == [True, False, True]
    assert np.isnan(standing.snap_m).all()


# ---- legs ---------------------------------------------------------------------------------------------


def test_a_query_of_one_leg_is_what_it_was() -> None:
    by_place = ReachQuery(("医院",), ("卒中中心",), "walk", "from_facility", "road_m")
    by_name = ReachQuery(
        categories=("医院",), designations=("卒中中心",), mode="walk", direction="from_facility",
        metric="road_m",
    )  # fmt: skip
    by_leg = ReachQuery(legs=[Leg(("医院",), ("卒中中心",), "walk", "from_facility", "road_m")])
    assert by_place == by_name == by_leg
    assert hash(by_place) == hash(by_leg)
    assert by_place.key == "road_m_walk_from_374530cd"
    assert (by_place.mode, by_place.direction, by_place.metric) == ("walk", "from_facility", "road_m")
    assert (by_place.categories, by_place.designations) == (("医院",), ("卒中中心",))
    assert ReachQuery(("医院",)).key == ReachQuery(("医院",), origin="facilities").key.removeprefix(
        "facilities_"
    )


def test_a_query_that_cannot_be_meant_is_refused() -> None:
    leg = Leg(("医院",), mode="walk")
    for wrong in (
        lambda: ReachQuery(),
        lambda: ReachQuery(("医院",), legs=[leg]),
        lambda: ReachQuery(legs=[]),
        lambda: ReachQuery(legs=[leg, Leg(("医院",), metric="straight_m")]),
        lambda: ReachQuery(legs=[leg, leg]).mode,
    ):
        with pytest.raises(carecircle.UsageError, match="leg"):
            wrong()


CHAIN = ReachQuery(
    legs=[
        Leg(("急救中心（站）",), mode="ambulance", direction="from_facility"),
        Leg(("社区卫生服务中心",), mode="ambulance", direction="to_facility"),
    ]
)


def test_two_legs_meet_at_the_patient(street: carecircle.Analysis) -> None:
    # The station stands at 0 m. A second centre stands at 4,000 m: from b (900 m) the way to care is 900 m
    # back, from c none, from d (9,000 m) 5,000 m back. A residential street is driven at 30 km/h: 2 min a km.
    lon, lat = east(4000)
    new = {"facility_id": "new", "category": "社区卫生服务中心", "lon": lon, "lat": lat}
    inputs = carecircle.reanalyze(street, add=[new]).inputs
    asker = Asker(inputs, reaches_of(inputs, {"ambulance": _ambulance(street)}))
    assert asker.can(CHAIN)
    assert not Asker(inputs, reaches_of(inputs, {})).can(CHAIN)
    frame = asker.reach(CHAIN, *servings_in(inputs, CHAIN))
    assert tuple(frame.columns[: len(REACHED)]) == REACHED
    by_leg = frame[["leg_1_cost", "leg_2_cost"]].to_numpy()[:4]
    assert by_leg == pytest.approx(np.array([[0, 0], [1.8, 1.8], [8, 0], [18, 10]]), abs=1e-3)
    assert frame["cost"].tolist()[:4] == pytest.approx([0, 3.6, 8, 28], abs=1e-3)
    assert frame["leg_2_facility_id"].tolist() == ["centre", "centre", "new", "new", None]
    assert frame["facility_id"].tolist() == ["station"] * 4 + [None]
    assert frame["status"].tolist() == ["reached"] * 4 + ["unsnapped"]
    assert math.isinf(frame["cost"].iloc[4])
    assert CHAIN.key.count("__") == 1
    assert CHAIN.key.isascii()
    assert "ambulance" in CHAIN.label("en")
    assert "救护车" in CHAIN.label("zh")
    surface = asker.surface(CHAIN, *servings_in(inputs, CHAIN)).values
    parts = [
        asker.surface(ReachQuery(legs=[g]), *servings_in(inputs, ReachQuery(legs=[g]))).values
        for g in CHAIN.legs
    ]
    np.testing.assert_array_equal(surface, parts[0] + parts[1])
    assert same_service(inputs, inputs, CHAIN)
    assert not same_service(street.inputs, inputs, CHAIN)


def test_the_worst_leg_gives_the_status() -> None:
    def leg(*status: str) -> pd.DataFrame:
        cost = [1.0 if s == "reached" else math.inf for s in status]
        ids = ["f" if s == "reached" else None for s in status]
        return pd.DataFrame(
            {
                "demand_id": range(len(status)),
                "facility_id": pd.Series(ids, dtype=object),
                "cost": cost,
                "snap_m": 2.0,
                "status": status,
            }
        )

    both = joined(
        [
            leg("reached", "unsnapped", "unsnapped", "reached", "beyond"),
            leg("reached", "reached", "island", "one_way", "unsnapped"),
        ]
    )
    assert both["status"].tolist() == ["reached", "unsnapped", "island", "one_way", "beyond"]
    assert both["cost"].tolist() == [2.0, *[math.inf] * 4]
    assert both["facility_id"].tolist() == ["f", *[None] * 4]
    assert both["leg_1_facility_id"].tolist() == ["f", None, None, "f", None]


def test_facilities_as_origins(street: carecircle.Analysis) -> None:
    query = ReachQuery(("社区卫生服务中心",), (), "ambulance", "to_facility", origin="facilities")
    frame = Asker(street.inputs, reaches_of(street.inputs, {"ambulance": _ambulance(street)})).reach(
        query, *servings_in(street.inputs, query)
    )
    assert frame["demand_id"].tolist() == ["station", "centre"]
    assert frame["facility_id"].tolist() == ["centre", "centre"]
    assert frame["cost"].tolist() == pytest.approx([0, 0], abs=1e-4)


def _ambulance(street: carecircle.Analysis) -> Any:
    if "ambulance" in street.networks:
        return street.networks["ambulance"]
    from carecircle.inputs.load import load_inputs
    from carecircle.reach.network.model import Network

    return Network.from_edges(load_inputs(street.study, modes=("ambulance",)).edges, mode="ambulance")
