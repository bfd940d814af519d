"""Ground against what others published: AccessMod, GeoHealthAccess on GRASS, GRASS's own manual."""

from __future__ import annotations

import dataclasses
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import groundworlds as g
from carecircle.analysis.asking import Asker, reaches_of, servings_in
from carecircle.reach.ground import Ground
from carecircle.rules import Leg, ReachQuery, Rule
from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.referring import Referrals
from carecircle.rules.language.referring import referral_queries
from carecircle.schema import every_column
from realdata import real
from ruleworlds import BASE, facilities_of, inputs_of

PUBLISHED = {8: (29.419, 32_283), 16: (29.522, 31_829)}
MEANS = {
    ("motor50", 8, "from"): (53.427124, 29.4190, 32_283), ("motor50", 8, "to"): (53.427124, 29.4190, 32_283),
    ("motor50", 16, "from"): (51.560808, 29.5221, 31_829),
    ("motor50", 16, "to"): (51.560808, 29.5221, 31_829),
    ("walk", 8, "from"): (807.628162, 37.9830, 44_257), ("walk", 8, "to"): (828.258101, 37.4444, 44_276),
    ("walk", 16, "from"): (783.429044, 38.4637, 44_244), ("walk", 16, "to"): (803.319260, 38.1266, 44_263),
}  # fmt: skip


def malawi(name, moves):
    """AccessMod's demo: cells, and its facilities at the centres of theirs."""
    said = g.values(real(f"terrain/malawi_accessmod/speed_{name}.tif"))
    kph = np.mod(said, 1e6) / 1e3
    slow = np.where(kph > 0, 0.06 / np.where(kph > 0, kph, 1), np.nan)
    height = g.values(real("malawi/rDem__dem.tif")).astype(np.float32)
    law = "tobler" if name == "walk" else "none"
    cells = g.of_raster(
        real(f"terrain/malawi_accessmod/speed_{name}.tif"), slow, elevation_m=height, law=law, moves=moves
    )
    health = gpd.read_file(real("malawi/vFacility__demo.gpkg"))
    health["facility_id"] = [f"{i:03d}" for i in range(len(health))]
    return cells, g.to_centres(health, cells)


@pytest.mark.real
@pytest.mark.parametrize(("name", "moves", "way"), sorted(MEANS))
def test_accessmod_malawi(name, moves, way):
    cells, health = malawi(name, moves)
    out = Ground(None, cells, "m", max_snap_m=0).nearest(
        g.centres(cells), health, direction=f"{way}_facility"
    )
    wanted = g.values(real(f"terrain/malawi_accessmod/seconds_{name}_{moves}_{way}.tif")).ravel()
    minutes = np.where(out["status"] == "reached", out["cost"], np.nan)
    assert np.array_equal(np.isfinite(minutes), np.isfinite(wanted))
    there = np.isfinite(minutes)
    assert there.sum() == 21_769
    assert np.abs(minutes * 60 - wanted)[there].max() < 0.01
    mean, cut_mean, nulls = MEANS[name, moves, way]
    assert minutes[there].mean() == pytest.approx(mean, abs=5e-7 * mean)
    within = np.ceil(minutes[there & (minutes <= 60)] - 1e-5)
    assert within.mean() == pytest.approx(cut_mean, abs=5.1e-5)
    assert len(minutes) - len(within) == nulls
    if name == "motor50":
        assert (round(within.mean(), 3), nulls) == PUBLISHED[moves]
    owner = g.values(real(f"terrain/malawi_accessmod/nearest_{name}_{moves}_{way}.tif")).ravel()
    served = pd.factorize(out["facility_id"][there], sort=True)[0]
    differs = pd.DataFrame({"ours": served, "theirs": owner[there]}).groupby("ours")["theirs"]
    ties = there.sum() - differs.agg(lambda v: v.value_counts().iloc[0]).sum()
    assert ties <= 4 if name == "motor50" else ties == 0


@pytest.mark.real
@pytest.mark.parametrize("kind", ["car", "walk"])
def test_djibouti(kind):
    """GeoHealthAccess's own tests: GRASS r.cost and r.walk with 16 moves, outwards from 51 facilities."""
    file = real(f"terrain/djibouti/friction_{kind}.tif")
    friction = g.values(file)
    more = {}
    if kind == "walk":
        more = {
            "elevation_m": g.values(real("terrain/djibouti/input/elevation.tif")).astype(np.float32),
            "law": "langmuir", "walking_minutes_per_m": 0.72 / 60,
            "on_foot": {"m": np.zeros(friction.shape, bool)},
        }  # fmt: skip
    slow = friction / 60 / (1000 if kind == "car" else 1)
    cells = g.of_raster(file, slow, moves=16, **more)
    health = gpd.read_file(real("terrain/djibouti/input/health.gpkg"))
    health["facility_id"] = [f"{i:03d}" for i in range(1, len(health) + 1)]
    health = g.to_centres(health.explode(index_parts=False).drop_duplicates("facility_id"), cells)
    ground, centres = Ground(None, cells, "m", max_snap_m=0), g.centres(cells)
    out = ground.nearest(centres, health, direction="from_facility")
    wanted = g.values(real(f"terrain/djibouti/output_16/{kind}/cost.tif")).ravel()
    nearest = g.values(real(f"terrain/djibouti/output_16/{kind}/nearest.tif")).ravel()
    seconds = out["cost"].to_numpy() * 60
    there = np.isfinite(seconds)
    odd = np.flatnonzero(np.isfinite(wanted) & ~there)  # closed, six facilities in it: GRASS writes 0
    assert there.sum() == 4426
    assert [divmod(int(i), cells.shape[1]) for i in odd] == [(3, 94)]
    assert wanted[odd].tolist() == [0]
    assert np.abs(seconds - wanted)[there].max() < 1e-3
    ours, theirs = out["facility_id"][there].astype(int).to_numpy() - 1, nearest[there].astype(int) - 1
    at = health.geometry.to_wkt().to_numpy()
    tied = np.flatnonzero(at[ours] != at[theirs])
    assert len(tied) <= 8
    rows = np.flatnonzero(there)[tied]
    table = ground.pairs(centres.iloc[rows], health, direction="from_facility").toarray() * 60
    step = np.arange(len(tied))
    assert np.abs(table[step, ours[tied]] - table[step, theirs[tied]]).max(initial=0) < 2e-3


@pytest.mark.real
@pytest.mark.parametrize("moves", [8, 16])
def test_grass_manual(moves):
    lines = real("terrain/small/r_cost_manual.csv").read_text(encoding="utf-8").splitlines()
    doubles = real("terrain/small/grass82.csv").read_text(encoding="utf-8").splitlines()

    def block(rows, head):
        at = rows.index(head) + 1
        return np.array([[float(v) for v in row.split(",")] for row in rows[at : at + 6]])

    cells = g.ground(block(lines, "cost"), size_m=1.0, moves=moves)
    out = Ground(None, cells, "walk", max_snap_m=0).nearest(
        g.centres(cells), g.facilities(g.centre(cells, 4, 5)), direction="from_facility"
    )
    found = out["cost"].to_numpy().reshape(6, 7)
    name = {8: "eight", 16: "sixteen"}[moves]
    assert np.abs(found - block(doubles, name)).max() < 1e-4
    assert np.abs(found - block(lines, name)).max() < 0.62  # printed as whole numbers, one of them a 9


@pytest.mark.real
def test_accessmod_referral():
    """54 published minutes between facilities: cars, walkers and bicycles on one grid."""
    told = pd.read_csv(real("references/accessmod-referral/referral_minutes.csv"))
    cover = g.values(real("malawi/rLandCoverMerged__demo.tif"))
    kph = {1: 6.0, 2: 4.0, 3: 2.0, 1001: 100.0, 1002: 80.0, 1003: 50.0}
    slow = np.full(cover.shape, np.nan)
    for value, speed in kph.items():
        slow[cover == value] = 0.06 / speed
    cells = g.of_raster(
        real("malawi/rLandCoverMerged__demo.tif"), slow, moves=8, law="tobler",
        on_foot={"m": (cover == 2) | (cover == 3)},
        elevation_m=g.values(real("malawi/rDem__dem.tif")).astype(np.float32),
    )  # fmt: skip
    health = gpd.read_file(real("malawi/vFacility__demo.gpkg"))
    health["facility_id"] = health["demand_id"] = [f"{i:03d}" for i in range(1, len(health) + 1)]
    health = g.to_centres(health, cells)
    found = _asked_of_facilities(health, Ground(None, cells, "m", max_snap_m=0))
    table = found(referral_rule())[1].to_numpy(float)
    ours = np.ceil(table[told["from_fid"] - 1, told["to_fid"] - 1] - 1e-4)
    assert len(told) == 54
    assert np.array_equal(ours, told["minutes_published_ceil"])
    # from a health centre by the nearest hospital of level 1 or 2 to the one of level 3, and directly; the
    # program's bicycle feels a slope of a ratio for per cent, ours none: a fifth of a minute in twelve hours
    ways, _ = found(referral_rule(via=[{"categories": ["综合医院"], "designations": ["二级"]}]))
    assert [s.id for s in ways["001"].stops] == ["004", "002"]
    assert ways["001"].minutes == pytest.approx(table[0, 3] + table[3, 1], abs=1e-9)
    hops = [ways["001"].minutes, ways["001"].direct, ways["009"].minutes, ways["009"].direct]
    assert hops == pytest.approx([717.864, 685.830, 82.729, 54.359], abs=0.2)


def referral_rule(**fields):
    """From every health centre to the hospital of level 3."""
    base = {
        **BASE, "kind": "referral", "metric": "minutes", "mode": "drive", "limit_unit": "min",
        "by": "facility", "categories": ["乡镇卫生院"],
        "to": [{"categories": ["综合医院"], "designations": ["三级"]}],
    }  # fmt: skip
    return Rule.model_validate({**base, **fields})


def _asked_of_facilities(health, ground):
    """What a rule's queries with facilities as origin answer: its ways, and the minutes of every pair."""
    tiers = {2: "三级", 3: "二级", 4: "二级", 6: "二级", 7: "二级"}
    rows = [
        {"facility_id": f"{i:03d}", "category": "综合医院" if i in tiers else "乡镇卫生院",
         "attributes": {"level": tiers.get(i, "一级")}, "geometry": place}
        for i, place in enumerate(health.geometry, 1)
    ]  # fmt: skip
    facilities = facilities_of(*rows).set_crs(health.crs, allow_override=True)
    inputs = dataclasses.replace(inputs_of(facilities=facilities), crs=health.crs)
    asker = Asker(inputs, reaches_of(inputs, {}, {("minutes", "drive"): ground}))
    every = ReachQuery(legs=[Leg(("医疗卫生机构",), mode="drive", every=True)], origin="facilities")

    def asked(rule):
        queries = (every, *referral_queries(rule))
        reached = {q: asker.reach(q, *servings_in(inputs, q)) for q in queries}
        evidence = Evidence(inputs)
        ways = Referrals(rule, evidence, reached)
        own = [f for f in evidence.facilities if f.category == "乡镇卫生院"]
        columns = [every_column(f.id) for f in evidence.facilities]
        return {f.id: ways.way(f) for f in own}, reached[every][columns]

    return asked


def test_every_combination_is_named():
    assert set(MEANS) == set(product(["motor50", "walk"], [8, 16], ["from", "to"]))
