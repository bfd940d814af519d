"""The county with the ground off its roads: the lost have minutes, the hamlet its lane."""

from __future__ import annotations

import math

import geopandas as gpd
import pytest
import shapely

import carecircle
from carecircle.analysis import Analysis
from carecircle.demo.gazetteer import CRS, place
from carecircle.demo.hills import HAMLET
from carecircle.missing_roads import missing_roads
from realdata import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def after() -> Analysis:
    return carecircle.analyze(ROOT / "data" / "terrain.toml")


@pytest.fixture(scope="module")
def before(after: Analysis) -> Analysis:
    return carecircle.analyze(after.study.model_copy(update={"terrain": None}))


def hamlet(analysis: Analysis) -> gpd.GeoSeries:
    """Whether each resident's point is of the hamlet."""
    demand = analysis.inputs.demand
    assert demand is not None
    here = gpd.GeoSeries([shapely.Point(*place(HAMLET))], crs=CRS).to_crs(analysis.inputs.crs).iloc[0]
    return demand.geometry.distance(here) < 250


def test_nobody_is_unsnapped_and_everybody_is_counted(after: Analysis, before: Analysis) -> None:
    told = {v.rule: v.ledger for v in before.verdicts}
    for verdict in after.verdicts:
        if verdict.ledger is None or verdict.rule_def.metric == "straight_m":
            continue
        old = told[verdict.rule]
        assert old is not None
        assert old.unsnapped > 0  # in the town, too
        assert verdict.ledger.unsnapped == 0
        assert verdict.ledger.total == old.total == 211_980
        assert math.fsum(v for k, v in verdict.ledger.to_dict().items() if k != "total") == 211_980


def test_the_hamlet_walks_over_the_hills(after: Analysis, before: Analysis) -> None:
    demand = after.inputs.demand
    assert demand is not None
    ours = hamlet(after).to_numpy()
    assert demand["residents"][ours].sum() == 120
    walked = [q for q in after.reached if q.metric == "minutes" and q.mode == "walk"]
    assert walked
    for query in walked:
        assert (before.reached[query]["status"][ours] == "unsnapped").all()
        frame = after.reached[query][ours]
        assert (frame["status"] == "reached").all()
        assert (frame["cost"] > 1000 * 0.06 / 4).all()  # a kilometre and more, at 4 km/h at best


def test_a_lane_to_the_hamlet_is_proposed(after: Analysis) -> None:
    found = missing_roads(after)
    here = gpd.GeoSeries([shapely.Point(*place(HAMLET))], crs=CRS).to_crs(after.inputs.crs).iloc[0]
    near = found.groups[found.groups.distance(here) < 500]
    assert len(near) == 1
    group = near.iloc[0]
    assert group["off_road"] >= 120
    assert 600 < group["lane_m"] < 3000
    assert group["on_foot_min"] > 15
    assert group["rules"]
