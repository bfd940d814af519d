"""The Comoros: three islands south of the equator; their roads, people and health posts, read whole."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio

from carecircle.inputs.load import load_inputs
from carecircle.study import Study
from realdata import real

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_roads_people_and_posts_are_whole() -> None:
    people = real("terrain/comoros/com_ppp_2020_UNadj.tif")
    roads = real("terrain/comoros/comores-latest.osm.pbf")
    posts = real("terrain/comoros/health.gpkg")
    study = Study.model_validate({
        "name": "comoros", "plan": "luojiang", "residents": {"path": people}, "roads": {"path": roads},
        "facilities": {"path": posts, "category": "村卫生室"},
    })  # fmt: skip
    found = load_inputs(study, modes=("walk",))
    with rasterio.open(people) as raster:
        cells = raster.read(1, masked=True).astype("float64")
    assert found.ledger is not None
    assert found.ledger.total == pytest.approx(float(cells.sum()), rel=1e-9)
    assert found.ledger.total == pytest.approx(869_595, abs=1)
    assert found.ledger.total == math.fsum([found.ledger.inside, found.ledger.outside, found.ledger.no_data])
    assert found.crs.to_epsg() == 32738
    assert len(found.facilities) == 70
    assert found.edges is not None
    ends = np.sort(found.edges[["from_node", "to_node"]].to_numpy(), axis=1)
    metres = found.edges["length_m"].to_numpy()
    streets = {(*pair, round(m, 3)): m for pair, m in zip(ends.tolist(), metres.tolist(), strict=True)}
    assert math.fsum(streets.values()) / 1000 == pytest.approx(1727, rel=0.02)
