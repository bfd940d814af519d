"""A crooked town to try the page on: bent streets, one-ways, an island, people off the roads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio

import carecircle
from worlds import box, east, write_csv, write_features

_HEAD = '[plan]\nid = "town"\ntitle = "测试镇的规则（为测试而编）"\nregion = "测试镇"\n'
_RULE = """
[[rule]]
id = "{id}"
clause = "{id}"
section = "一"
quote = "为测试而编的一条规则，仅此而已"
kind = "{kind}"
categories = {categories}
metric = "{metric}"
direction = "{direction}"
mode = "{mode}"
limit = {limit}
limit_unit = "{unit}"
{more}
"""
RULES = (
    {"id": "W.walk", "kind": "time", "categories": ["乡镇卫生院"], "metric": "minutes",
     "direction": "to_facility", "mode": "walk", "limit": 12, "unit": "min", "more": "target = 0.8"},
    {"id": "D.drive", "kind": "time", "categories": ["医院", "乡镇卫生院"], "metric": "minutes",
     "direction": "to_facility", "mode": "drive", "limit": 2, "unit": "min", "more": "target = 0.6"},
    {"id": "E.come", "kind": "response", "categories": ["急救中心（站）"], "metric": "minutes",
     "direction": "from_facility", "mode": "ambulance", "limit": 5, "unit": "min", "more": ""},
    {"id": "R.radius", "kind": "radius", "categories": ["急救中心（站）"], "metric": "straight_m",
     "direction": "from_facility", "mode": "ambulance", "limit": 1, "unit": "km", "more": "target = 0.9"},
)  # fmt: skip


def write_town(folder: Path) -> Path:
    """A crooked town of 3 km: bent streets, one-ways, a motorway, an island, people off the roads."""
    rng = np.random.default_rng(11)
    n = 13
    places = {
        (i, j): (250 * i + rng.uniform(-70, 70), 250 * j + rng.uniform(-70, 70))
        for i in range(n)
        for j in range(n)
    }
    streets = []
    for (i, j), (x, y) in places.items():
        for other in ((i + 1, j), (i, j + 1)):
            if other not in places or rng.random() < 0.12:
                continue
            u, v = places[other]
            bend = ((x + u) / 2 + rng.uniform(-40, 40), (y + v) / 2 + rng.uniform(-40, 40))
            kind = rng.choice(["residential", "secondary", "tertiary", "motorway"], p=[0.6, 0.2, 0.17, 0.03])
            one_way = rng.choice(["no", "yes", "-1"], p=[0.7, 0.2, 0.1])
            streets.append(
                (
                    "LineString",
                    [list(east(*p)) for p in ((x, y), bend, (u, v))],
                    {"highway": kind, "oneway": one_way},
                )
            )
    island = [(4200.0, 500.0), (5000.0, 500.0), (5000.0, 1200.0), (4200.0, 500.0)]
    streets.append(
        ("LineString", [list(east(*p)) for p in island], {"highway": "residential", "oneway": "no"})
    )
    write_features(folder / "roads.geojson", streets)
    area = {"area_id": "000001", "name": "测试镇"}
    write_features(folder / "county.geojson", [("Polygon", box(-900, -900, 6200, 4000), area)])
    kinds = ["乡镇卫生院", "综合医院", "急救中心（站）"]
    facilities = []
    for k in range(12):
        lon, lat = east(rng.uniform(0, 3000), rng.uniform(0, 3000))
        facilities.append(
            {"facility_id": f"f{k:02}", "name": f"第{k}所", "category": kinds[k % 3], "lon": lon, "lat": lat}
        )
    write_csv(folder / "facilities.csv", facilities)
    people = []
    for k in range(400):
        x, y = (
            (rng.uniform(-300, 3300), rng.uniform(-300, 3300))
            if k % 20
            else (rng.uniform(3000, 6000), rng.uniform(0, 2000))
        )
        lon, lat = east(x, y)
        people.append(
            {"demand_id": f"d{k}", "lon": lon, "lat": lat, "population": round(rng.uniform(0, 90), 3)}
        )
    write_csv(folder / "residents.csv", people)
    rules = "".join(
        _RULE.format(**{**r, "categories": str(r["categories"]).replace("'", '"')}) for r in RULES
    )
    (folder / "plan.toml").write_text(_HEAD + rules, encoding="utf-8")
    study = folder / "study.toml"
    study.write_text(
        'version = 1\nname = "town"\nplan = "plan.toml"\n[boundaries]\npath = "county.geojson"\n'
        '[facilities]\npath = "facilities.csv"\n[residents]\npath = "residents.csv"\nformat = "points"\n'
        '[roads]\npath = "roads.geojson"\nformat = "edges"\n[assumptions]\nmax_snap_m = 300\n'
        "[outputs]\nsurface_cell_m = 500\n",
        encoding="utf-8",
    )
    return study


def town_analysis(folder: Path) -> carecircle.Analysis:
    """The town judged by its four rules."""
    return carecircle.analyze(write_town(folder))


def write_hilly_town(folder: Path, *, cell_m: int | None = None, ride: str = "once") -> Path:
    """The town on hills, with a lake, woods and meadows around it; its cells in degrees, or in metres."""
    study = write_town(folder)
    (west, south), (right, top) = east(-2000, -2000), east(7300, 5100)
    size = 0.001
    rows, columns = int((top - south) / size), int((right - west) / size)
    y, x = np.mgrid[:rows, :columns]
    heights = np.round(60 + 40 * np.sin(x / 9) * np.cos(y / 7) + 15 * np.sin(x / 2 + y / 3))
    cover = np.full((rows, columns), 40)
    cover[(x // 12 + y // 10) % 3 == 0] = 10
    cover[np.hypot(x - columns * 0.7, y - rows * 0.5) < rows / 7] = 80
    for name, values, kind in (("elevation", heights, "int16"), ("cover", cover, "uint8")):
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", width=columns, height=rows, count=1, dtype=kind,
            crs="EPSG:4326", transform=rasterio.Affine(size, 0, west, 0, -size, top),
        ) as out:  # fmt: skip
            out.write(values.astype(kind), 1)
    size_line = "" if cell_m is None else f"cell_m = {cell_m}\n"
    study.write_text(
        study.read_text("utf-8") + f'[terrain]\nmoves = 16\nlaw = "tobler"\nride = "{ride}"\n{size_line}'
        '[terrain.elevation]\npath = "elevation.tif"\n'
        '[terrain.cover]\npath = "cover.tif"\nclasses = "worldcover"\n',
        encoding="utf-8",
    )
    return study
