"""Small worlds, each lacking something or having too much of it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine

from carecircle import categories
from worlds import box, east, write_csv, write_features

COARSE = "[outputs]\nsurface_cell_m = 1000\n"


def _facilities(folder: Path, *rows: dict[str, Any]) -> None:
    lon, lat = east(0)
    base = {"name": "甲", "category": "综合医院", "lon": lon, "lat": lat}
    write_csv(folder / "facilities.csv", [{"facility_id": f"f{n}", **base, **r} for n, r in enumerate(rows)])


def _without(study: Path, section: str) -> None:
    text = study.read_text(encoding="utf-8")
    cut = re.sub(rf"\[{section}\]\n(?:[^\[\n]*\n)*", "", text)
    assert cut != text
    study.write_text(cut, encoding="utf-8")


def _residents(folder: Path, *rows: tuple[float, float, float]) -> None:
    table = []
    for number, (x, y, residents) in enumerate(rows):
        lon, lat = east(x, y)
        table.append({"demand_id": f"d{number}", "lon": lon, "lat": lat, "population": residents})
    write_csv(folder / "residents.csv", table)


def _walkers_only(folder: Path) -> None:
    path = folder / "roads.geojson"
    path.write_text(path.read_text(encoding="utf-8").replace("residential", "footway"), encoding="utf-8")


def _zero_totals(study: Path) -> None:
    names = ("residents", "residents_urban", "residents_rural", "residents_0_14", "beds", "physicians")
    write_csv(
        study.parent / "totals.csv",
        [{"area_id": "region", "attribute": n, "value": 0, "year": 2025, "source": "x"} for n in names],
    )
    study.write_text(study.read_text(encoding="utf-8") + '[totals]\npath = "totals.csv"\n', encoding="utf-8")


def _at(x: float, y: float) -> dict[str, float]:
    lon, lat = east(x, y)
    return {"lon": lon, "lat": lat}


def _more(study: Path, text: str) -> None:
    study.write_text(study.read_text(encoding="utf-8") + text, encoding="utf-8")


def _roads(folder: Path, *lines: list[tuple[float, float]], **tags: str) -> None:
    shapes = [
        ("LineString", [list(east(*xy)) for xy in line], {"highway": "residential", **tags}) for line in lines
    ]
    write_features(folder / "roads.geojson", shapes)


def _raster(study: Path, *cells: float) -> None:
    path = study.parent / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=1, width=len(cells), count=1, dtype="float64", crs="EPSG:4326",
        transform=Affine(0.001, 0, 104.4995, 0, -0.001, 31.3005),
    ) as out:  # fmt: skip
        out.write(np.array([cells]), 1)
    text = study.read_text(encoding="utf-8").replace('"residents.csv"', '"people.tif"')
    study.write_text(text.replace('format = "points"', 'format = "raster"'), encoding="utf-8")


def _moved(folder: Path, lon_by: float, lat_times: float = 1.0) -> None:
    """The whole world elsewhere: so many degrees east, and mirrored at the equator where asked."""

    def there(x: float, y: float) -> list[float]:
        return [(x + lon_by + 180.0) % 360.0 - 180.0, y * lat_times]

    def all_of(tree: Any) -> Any:
        if tree and isinstance(tree[0], float):
            return there(*tree)
        return [all_of(t) for t in tree]

    for path in folder.glob("*.geojson"):
        data = json.loads(path.read_text(encoding="utf-8"))
        for feature in data["features"]:
            feature["geometry"]["coordinates"] = all_of(feature["geometry"]["coordinates"])
        path.write_text(json.dumps(data), encoding="utf-8")
    for path in (folder / "facilities.csv", folder / "residents.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows: list[dict[str, Any]] = list(csv.DictReader(file))
        for row in rows:
            row["lon"], row["lat"] = there(float(row["lon"]), float(row["lat"]))
        write_csv(path, rows)


def _areas(study: Path, *shapes: tuple[Any, dict[str, Any]]) -> None:
    write_features(study.parent / "county.geojson", [("Polygon", xy, held) for xy, held in shapes])


COUNTY = box(-1000, -3000, 11_000, 3000)


def _levels(study: Path) -> None:
    halves = (("t1", -1000.0, 3000.0), ("t2", 3000.0, 11_000.0))
    for level, count in (("town", 1), ("village", 3)):
        shapes = []
        for code, west, end in halves:
            parent = "000000" if level == "town" else code
            mark = {"parent_id": parent, "urban": "城镇" if code == "t1" else "乡村"}
            step = (end - west) / count
            for n in range(count):
                named = {"area_id": code} if count == 1 else {"area_id": f"{code}{n}"}
                named["name"] = f"{named['area_id']}{'镇' if count == 1 else '村'}"
                ends = (west + n * step, -3000, west + (n + 1) * step, 3000)
                shapes.append(("Polygon", box(*ends), {**named, **mark}))
        write_features(study.parent / f"{level}.geojson", shapes)
        _more(study, f'[[boundaries.levels]]\nlevel = "{level}"\npath = "{level}.geojson"\n')


def _holed(study: Path) -> None:
    hole = box(-200, -200, 500, 200)[0]
    _areas(study, ([COUNTY[0], hole], {"area_id": "000000", "name": "环"}))


def _odd_ids(folder: Path) -> None:
    ids = ["=1+1", " 01 ", "0001", "x" * 200, "‘’“”", "𠮷-é-\u202e", "Nonesuch", "∞", "-1", "<b>&amp;"]
    lon, lat = east(0)
    write_csv(folder / "facilities.csv", [
        {"facility_id": i, "name": i, "category": "社区卫生服务中心", "lon": lon, "lat": lat} for i in ids
    ])  # fmt: skip


def _of_everything(folder: Path, **attributes: Any) -> None:
    """A facility of every category there is, each with what is given."""
    lon, lat = east(0)
    write_csv(folder / "facilities.csv", [
        {"facility_id": f"f{n}", "name": f"第{n}", "category": c, "lon": lon, "lat": lat, **attributes}
        for n, c in enumerate(categories.categories())
    ])  # fmt: skip


def _alone(study: Path, *kept: str) -> None:
    for section in ("facilities", "residents", "roads", "boundaries"):
        if section not in kept:
            _without(study, section)


WORLDS: dict[str, Callable[[Path], None]] = {
    "as it is": lambda study: None,
    "no facilities": lambda study: _without(study, "facilities"),
    "none with a place": lambda study: _facilities(study.parent, {"lon": "", "lat": ""}),
    "all closed": lambda study: _facilities(study.parent, {"status": "停用"}, {"status": "停用"}),
    "all unsnapped": lambda study: _facilities(study.parent, _at(5000, 2500)),
    "no station": lambda study: _facilities(study.parent, {}),
    "a station alone": lambda study: _facilities(study.parent, {"category": "急救中心（站）"}),
    "two residents off the road": lambda study: _residents(study.parent, (4000, 2000, 2)),
    "one point": lambda study: _residents(study.parent, (0, 0, 1)),
    "nobody at most places": lambda study: _residents(study.parent, (0, 0, 0), (900, 0, 0), (9000, 0, 1)),
    "no residents": lambda study: _without(study, "residents"),
    "no roads": lambda study: _without(study, "roads"),
    "walkers only": lambda study: _walkers_only(study.parent),
    "zero totals": _zero_totals,
    "no bounds": lambda study: _without(study, "boundaries"),
    "one short road": lambda study: _roads(study.parent, [(0, 0), (100, 0)]),
    "disconnected": lambda study: _roads(
        study.parent, [(0, 0), (1500, 0)], [(3500, 0), (5500, 0)], [(8000, 0), (10_000, 0)]
    ),
    "roads that end where they begin": lambda study: _roads(
        study.parent, [(0, 0), (2000, 0), (2000, 900), (0, 0)], [(50, 0), (50, 0)]
    ),
    "one way only": lambda study: _roads(study.parent, [(0, 0), (10_000, 0)], oneway="yes"),
    "no way is known": lambda study: _roads(study.parent, [(0, 0), (10_000, 0)], highway="proposed"),
    "all in one place": lambda study: _residents(study.parent, (0, 0, 5), (0, 0, 7), (0, 0, 0)),
    "a single cell": lambda study: _raster(study, 12.5),
    "a row of cells": lambda study: _raster(study, 0.0, 1e-9, 3.0, 0.25),
    "nobody": lambda study: _residents(study.parent, (0, 0, 0), (900, 0, 0)),
    "parts of people": lambda study: _residents(study.parent, (0, 0, 0.001), (900, 0, 1e-12)),
    "more people than there are": lambda study: _residents(study.parent, (0, 0, 9e11), (900, 0, 1e12)),
    "odd ids": lambda study: _odd_ids(study.parent),
    "one facility many times": lambda study: _facilities(study.parent, *({"name": "同一"},) * 9),
    "one of everything": lambda study: _of_everything(study.parent),
    "all with nothing": lambda study: _of_everything(study.parent, beds=0, physicians=0, nurses=0, staff=0),
    "all with more than there is": lambda study: _of_everything(study.parent, beds=1e12, physicians=1e12),
    "all blank": lambda study: _of_everything(study.parent, beds="", designations="", status=""),
    "the southern hemisphere": lambda study: _moved(study.parent, 0.0, -1.0),
    "the western hemisphere": lambda study: _moved(study.parent, -175.0),
    "both sides of the antimeridian": lambda study: _moved(study.parent, 75.45),
    "on the equator": lambda study: _moved(study.parent, 0.0, 0.0003),
    "towns and villages": _levels,
    "all urban": lambda study: _areas(study, (COUNTY, {"area_id": "1", "name": "城", "urban": "城镇"})),
    "a county with a hole": _holed,
    "all facilities outside": lambda study: _facilities(study.parent, _at(-1500, 0), _at(11_500, 0)),
    "the least of assumptions": lambda study: _more(
        study, "[assumptions]\nmax_snap_m = 1e-6\nbuffer_km = 0\ntarget_share = 0\n"
        "[emergency]\ncall_min = 0\ndispatch_min = 0\nturnout_min = 0\nscene_min = 0\n",
    ),
    "residents alone": lambda study: _alone(study, "residents"),
}  # fmt: skip
