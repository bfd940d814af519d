"""Tiny studies on disk whose every answer can be worked out by hand."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pyproj import Geod

GEOD = Geod(ellps="WGS84")
ORIGIN = (104.5, 31.3)


def east(metres: float, north: float = 0.0) -> tuple[float, float]:
    """The place so many metres east, then north, of the origin (geodesic)."""
    lon, lat, _ = GEOD.fwd(*ORIGIN, 90 if metres >= 0 else 270, abs(metres))
    lon, lat, _ = GEOD.fwd(lon, lat, 0 if north >= 0 else 180, abs(north))
    return lon, lat


def box(west: float, south: float, east_m: float, north: float) -> list[list[list[float]]]:
    """A rectangle in metres from the origin, as GeoJSON coordinates."""
    corners = [(west, south), (east_m, south), (east_m, north), (west, north), (west, south)]
    return [[list(east(x, y)) for x, y in corners]]


def write_features(path: Path, features: Sequence[tuple[str, Any, Mapping[str, Any]]]) -> Path:
    """Write (geometry type, coordinates, properties) rows as GeoJSON."""
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": {"type": kind, "coordinates": xy}, "properties": dict(properties)}
            for kind, xy, properties in features
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write rows as UTF-8 CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


PLAN = """
[plan]
id = "street"
title = "一条街的规则（为测试而编）"
region = "一条街"
adcode = "000000"
baseline_year = 2020
target_year = 2025

[[rule]]
id = "S1"
clause = "S1"
section = "一"
quote = "急救中心（站）服务半径不超过5公里"
kind = "radius"
categories = ["急救中心（站）"]
scope = "all"
by = "region"
metric = "straight_m"
direction = "from_facility"
mode = "ambulance"
limit = 5
limit_unit = "km"
target = 0.7
target_source = "plan"

[[rule]]
id = "S2"
clause = "S2"
section = "二"
quote = "打造“15分钟基本医疗卫生服务圈”"
kind = "time"
categories = ["社区卫生服务中心"]
scope = "all"
by = "region"
metric = "minutes"
direction = "to_facility"
mode = "walk"
limit = 15
limit_unit = "min"
"""


def street_study(folder: Path, *, extra: str = "") -> Path:
    """A street of 10 km, four places with 400, 300, 200 and 100 residents, two facilities.

    Residents stand on the street at 0, 900, 4,000 and 9,000 m; the station and the centre both at 0 m.
    One more place with 50 residents is 2 km north of the street: too far to be put on it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    line = [list(east(x)) for x in range(0, 10_001, 100)]
    write_features(folder / "roads.geojson", [("LineString", line, {"highway": "residential"})])
    write_features(
        folder / "county.geojson",
        [("Polygon", box(-1000, -3000, 11_000, 3000), {"area_id": "000000", "name": "一条街"})],
    )
    facilities = [("station", "急救站", "急救中心（站）"), ("centre", "中心", "社区卫生服务中心")]
    lon, lat = east(0)
    write_csv(
        folder / "facilities.csv",
        [{"facility_id": i, "name": n, "category": c, "lon": lon, "lat": lat} for i, n, c in facilities],
    )
    places = [
        ("a", 0, 0, 400),
        ("b", 900, 0, 300),
        ("c", 4000, 0, 200),
        ("d", 9000, 0, 100),
        ("n", 4000, 2000, 50),
    ]
    rows = []
    for place, x, y, residents in places:
        lon, lat = east(x, y)
        rows.append({"demand_id": place, "lon": lon, "lat": lat, "population": residents})
    write_csv(folder / "residents.csv", rows)
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    study = folder / "study.toml"
    study.write_text(
        f"""
version = 1
name = "street"
title = "一条街"
plan = "plan.toml"
[boundaries]
path = "county.geojson"
[facilities]
path = "facilities.csv"
[residents]
path = "residents.csv"
format = "points"
[roads]
path = "roads.geojson"
format = "edges"
{extra}
""",
        encoding="utf-8",
    )
    return study
