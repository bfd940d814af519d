"""A synthetic province: counties in a lattice, one-way roads, hospitals near borders, plans that differ.

    python benchmarks/provinceland.py FOLDER --counties 182 --nodes 9000000 --facilities 36000

writes a folder that `carecircle batch FOLDER/province.toml` takes: one road extract, one grid of residents,
one table of facilities, one of official figures, one file of boundaries, and a table of who has which plan.
Nothing in it exists.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np

WEST, SOUTH = 103.0, 30.0
METRES = 111_320.0
PLANS = ("luojiang", "beibei", "taonan", "panzhihua")


def make_province(
    folder, *, counties=182, nodes=9_000_000, facilities=36_000, rows=20_000, seed=7, plans=PLANS
):
    """Write the province; equal arguments give equal files.

    Parameters
    ----------
    counties, nodes, facilities
        How many of each in the whole province.
    rows
        Cells with residents in each county.
    plans
        Plans that the counties take by turns: ids of the catalogue or paths of plan files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    across = int(np.ceil(np.sqrt(counties)))
    codes = [f"99{k // 90 + 1:02}{k % 90 + 1:02}" for k in range(counties)]
    spacing = 150.0
    bends = 2
    crossings = max(4, int(np.sqrt(nodes / (1 + 2 * bends * 0.85))))
    side = crossings * spacing / across
    boxes = {code: (k % across * side, k // across * side) for k, code in enumerate(codes)}
    _boundaries(folder, boxes, side)
    _roads(folder / "roads.osm.pbf", crossings, spacing, bends, rng)
    _facilities(folder, boxes, side, facilities, rng)
    _residents(folder, boxes, side, across, rows, rng)
    with (folder / "counties.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["county", "plan"])
        writer.writerows([code, plans[k % len(plans)]] for k, code in enumerate(codes))
    (folder / "template.toml").write_text(_TEMPLATE, encoding="utf-8")
    (folder / "province.toml").write_text(_PROVINCE, encoding="utf-8")
    return folder / "province.toml"


_PROVINCE = """version = 1
name = "province"
title = "虚构省 / a fictional province"
template = "template.toml"
facilities_county = "county"
[counties]
path = "counties.geojson"
[table]
path = "counties.csv"
"""
_TEMPLATE = """version = 1
name = "template"
plan = "luojiang"
language = "zh"
[boundaries]
path = "counties.geojson"
[facilities]
path = "facilities.csv"
[residents]
path = "residents.tif"
[totals]
path = "totals.csv"
[roads]
path = "roads.osm.pbf"
[outputs]
surface_cell_m = 500
"""


def _degrees(xy):
    """Metres east and north of the corner as degrees, on a plane that narrows nowhere."""
    return np.asarray(xy) / METRES * (1 / np.cos(np.radians(SOUTH)), 1) + (WEST, SOUTH)


def _boundaries(folder, boxes, side):
    features = []
    for code, (x, y) in boxes.items():
        ring = _degrees([(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]).tolist()
        about = {"area_id": code, "name": f"虚构县{code}"}
        features.append(
            {"type": "Feature", "properties": about, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (folder / "counties.geojson").write_text(text, encoding="utf-8")


def _roads(path, n, spacing, bends, rng):
    """A jittered lattice with gaps: arterials, one-way streets, bent lines, a canal and ponds."""
    import osmium
    import osmium.osm.mutable as make

    path.unlink(missing_ok=True)
    y, x = np.divmod(np.arange(n * n), n)
    xy = np.stack([x, y], axis=1) * spacing + rng.uniform(-spacing / 3, spacing / 3, (n * n, 2))
    east, north = np.flatnonzero(x < n - 1), np.flatnonzero(y < n - 1)
    tail, head = np.r_[east, north], np.r_[east + 1, north + n]
    big = np.r_[y[east] % 10 == 0, x[north] % 10 == 0]
    kept = big | (rng.random(len(tail)) >= 0.15)
    tail, head, big = tail[kept], head[kept], big[kept]
    parts = np.linspace(0, 1, bends + 2)[1:-1]
    between = xy[tail][:, None] * (1 - parts)[None, :, None] + xy[head][:, None] * parts[None, :, None]
    between += rng.uniform(-15, 15, between.shape)
    places = _degrees(np.concatenate([xy, between.reshape(-1, 2)])).tolist()
    one_way, kind = (
        rng.random(len(tail)) < 0.1,
        rng.choice(["residential", "unclassified", "tertiary"], len(tail)),
    )
    with osmium.SimpleWriter(str(path)) as out:
        for number, place in enumerate(places, 1):
            out.add_node(make.Node(id=number, version=1, location=tuple(place)))
        first = n * n + 1
        for k, (a, b) in enumerate(zip((tail + 1).tolist(), (head + 1).tolist(), strict=True)):
            tags = {"highway": "primary" if big[k] else str(kind[k])}
            if one_way[k] and not big[k]:
                tags["oneway"] = "yes"
            middle = range(first + bends * k, first + bends * (k + 1))
            out.add_way(make.Way(id=k + 1, version=1, nodes=[a, *middle, b], tags=tags))
        for k in range(0, n - 2, 20):
            ring = [k * n + 1, k * n + 2, (k + 1) * n + 2, (k + 1) * n + 1, k * n + 1]
            tags = {"natural": "water"} if k % 40 else {"waterway": "canal"}
            out.add_way(make.Way(id=len(tail) + 1 + k, version=1, nodes=ring, tags=tags))


def _facilities(folder, boxes, side, count, rng):
    """Hospitals near their county's border, health centres and clinics anywhere in it."""
    each = max(6, count // len(boxes))
    with (folder / "facilities.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["facility_id", "name", "category", "county", "lon", "lat"])
        for code, (x, y) in boxes.items():
            kinds = ["综合医院", "中医医院", "急救中心（站）"] + ["乡镇卫生院"] * (each // 10)
            kinds += ["村卫生室"] * (each - len(kinds))
            places = rng.uniform(0.02, 0.98, (len(kinds), 2)) * side
            places[0] = side * 0.96, rng.uniform(0.1, 0.9) * side
            for k, (kind, (lon, lat)) in enumerate(
                zip(kinds, _degrees(places + np.array([x, y])).tolist(), strict=True)
            ):
                writer.writerow([f"{code}-{k}", f"{kind}{code}{k}", kind, code, f"{lon:.7f}", f"{lat:.7f}"])


def _residents(folder, boxes, side, across, rows, rng):
    """One grid of counts over the province, and the official figures that it was made from."""
    import rasterio

    cells = max(4, int(np.sqrt(rows / 0.6)))
    grid = np.zeros((cells * across, cells * across), np.float32)
    with (folder / "totals.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["area_id", "attribute", "value", "year", "source"])
        for k, code in enumerate(boxes):
            there = rng.random((cells, cells)) < 0.6
            people = np.where(there, rng.gamma(0.7, 30.0, (cells, cells)), 0).astype(np.float32).round(2)
            row, column = (k // across) * cells, (k % across) * cells
            grid[row : row + cells, column : column + cells] = people
            writer.writerow([code, "residents", round(float(people.sum())), 2025, "made up"])
    (west, south), (east, north) = _degrees([(0, 0), (side * across, side * across)]).tolist()
    step_x, step_y = (east - west) / grid.shape[1], (north - south) / grid.shape[0]
    with rasterio.open(
        folder / "residents.tif", "w", driver="GTiff", width=grid.shape[1], height=grid.shape[0], count=1,
        dtype="float32", crs="EPSG:4326", compress="deflate", tiled=True, blockxsize=256, blockysize=256,
        transform=rasterio.Affine(step_x, 0, west, 0, -step_y, north),
    ) as out:  # fmt: skip
        out.write(grid[::-1], 1)


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    for name, default in (("counties", 182), ("nodes", 9_000_000), ("facilities", 36_000), ("rows", 20_000)):
        asked.add_argument(f"--{name}", type=int, default=default)
    given = vars(asked.parse_args())
    print(make_province(given.pop("folder"), **given))
