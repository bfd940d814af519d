"""The page in a real Chromium: from a click to the new picture, first render, file sizes, beside folium.

python benchmarks/page.py [whatif_100k cells_100k]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "coverage"), str(HERE.parent / "tests")]

CORNER = np.array([400_000.0, 3_300_000.0])
"""Where the generated town stands, in EPSG:32650."""
RULE = """
[[rule]]
id = "{0}"
clause = "{0}"
section = "generated"
quote = "generated for a benchmark"
kind = "{1}"
categories = ["{2}"]
metric = "{3}"
direction = "{4}"
mode = "{5}"
limit = {6}
limit_unit = "{7}"
target = {8}
"""
RULES = (
    ("walk", "time", "乡镇卫生院", "minutes", "to_facility", "walk", 15, "min", 0.9),
    ("drive", "time", "综合医院", "minutes", "to_facility", "drive", 15, "min", 0.9),
    ("ambulance", "time", "急救中心（站）", "minutes", "from_facility", "ambulance", 12, "min", 0.9),
)
KINDS = (("乡镇卫生院", 60), ("综合医院", 12), ("急救中心（站）", 6))
MOVE = """async ([act, lon, lat, wait]) => {
  const w = carecircle.whatif, shown = () => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))));
  await shown();
  const start = performance.now();
  if (act === 'add') carecircle.map.fire('click', {latlng: L.latLng(lat, lon)});
  else if (act === 'move') w.move(window.benchSite, lon, lat);
  else if (act === 'remove') w.remove(window.benchSite);
  else w.toggle(act);
  const worked = performance.now() - start, end = await shown();
  await new Promise((done) => setTimeout(done, wait));
  return [worked, end - start];
}"""

PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
"""Milliseconds from the start of opening the file to its first picture: the page's script draws before it."""


def lonlat(xy):
    import pyproj

    return np.stack(pyproj.Transformer.from_crs(32650, 4326, always_xy=True).transform(*xy.T), axis=1)


def town(folder: Path, nodes: int, cells: int, *, roads: bool) -> Path:
    """A study of a generated town of about ``nodes`` crossings and ``cells`` cells where people live."""
    import geopandas as gpd
    import pandas as pd
    import shapely
    from roadlike import roadlike

    indptr, indices, _, xy = roadlike(nodes)
    xy = xy - xy.min(axis=0) + CORNER
    side = float((xy.max(axis=0) - CORNER).max())
    rng = np.random.default_rng(5)
    if roads:
        tail = np.repeat(np.arange(len(xy)), np.diff(indptr))
        pair = pd.DataFrame({"a": np.minimum(tail, indices), "b": np.maximum(tail, indices)})
        first = ~pair.duplicated().to_numpy()
        both = pair.duplicated(keep=False).to_numpy()
        lines = shapely.linestrings(np.stack([xy[tail[first]], xy[indices[first]]], axis=1))
        kinds = rng.choice(["residential", "tertiary", "secondary"], first.sum(), p=[0.7, 0.2, 0.1])
        gpd.GeoDataFrame(
            {"highway": kinds, "oneway": np.where(both[first], "no", "yes")}, geometry=lines, crs=32650
        ).to_crs(4326).to_file(folder / "roads.gpkg")
    columns = int(np.sqrt(cells))
    grid = np.stack(np.meshgrid(*[(np.arange(columns) + 0.5) * side / columns] * 2), axis=-1).reshape(-1, 2)
    place = lonlat(grid + CORNER)
    people = np.round(rng.lognormal(2.0, 1.0, len(grid)), 1)
    pd.DataFrame(
        {"demand_id": np.arange(len(grid)), "lon": place[:, 0], "lat": place[:, 1], "population": people}
    ).to_csv(folder / "residents.csv", index=False)
    rows = []
    for category, count in KINDS:
        for k, (lon, lat) in enumerate(lonlat(rng.uniform(0, side, (count, 2)) + CORNER)):
            rows.append((f"{category}{k}", f"{category}{k}", category, lon, lat))
    names = ["facility_id", "name", "category", "lon", "lat"]
    pd.DataFrame(rows, columns=names).to_csv(folder / "facilities.csv", index=False)
    levels = {"county": 1, "town": 6}
    for level, n in levels.items():
        edge = np.linspace(-50, side + 50, n + 1)
        boxes = [
            (f"{level}{i}-{j}", shapely.box(edge[i], edge[j], edge[i + 1], edge[j + 1]))
            for i in range(n)
            for j in range(n)
        ]
        shapes = shapely.transform([b for _, b in boxes], lambda c: c + CORNER)
        gpd.GeoDataFrame(
            {"area_id": [b for b, _ in boxes], "name": [b for b, _ in boxes]},
            geometry=list(shapes),
            crs=32650,
        ).to_crs(4326).to_file(folder / f"{level}.gpkg")
    rules = (
        RULES
        if roads
        else [(*("radius",) * 2, KINDS[0][0], "straight_m", "to_facility", "walk", 2, "km", 0.9)]
    )
    plan = '[plan]\nid = "bench"\ntitle = "generated"\nregion = "generated"\n'
    (folder / "plan.toml").write_text(plan + "".join(RULE.format(*r) for r in rules), encoding="utf-8")
    (folder / "study.toml").write_text(
        'version = 1\nname = "bench"\nplan = "plan.toml"\nlanguage = "en"\n'
        '[boundaries]\npath = "county.gpkg"\n'
        '[[boundaries.levels]]\nlevel = "town"\npath = "town.gpkg"\n[facilities]\npath = "facilities.csv"\n'
        '[residents]\npath = "residents.csv"\nformat = "points"\n[outputs]\nsurface_cell_m = 200\n'
        + ('[roads]\npath = "roads.gpkg"\nformat = "edges"\n' if roads else ""),
        encoding="utf-8",
    )
    return folder / "study.toml"


def without_graph(text: str) -> int:
    """Bytes of a page but for the roads it finds its ways on."""
    start = text.index('id="cc-ways">')
    return len(text.encode()) - (text.index("</script>", start) - start)


def whatif_100k(folder: Path) -> dict:
    """Clicks on a town of 100,000 crossings and 50,000 cells."""
    import carecircle
    from browser import chromium, visit
    from carecircle.outputs import gap_map

    analysis = carecircle.analyze(town(folder, 100_000, 50_000, roads=True))
    page = folder / "gap_map.html"
    gap_map(analysis).save(str(page))
    west, south, east, north = analysis.inputs.demand.to_crs(4326).total_bounds
    rng = np.random.default_rng(0)
    times: dict[str, list[float]] = {"add": [], "drag": [], "remove": [], "switch off": []}
    inside = (analysis.inputs.facilities["category"] == KINDS[0][0]).to_numpy()
    clinics = list(analysis.inputs.facilities["facility_id"][inside])
    with chromium() as browser, visit(browser, page) as seen:
        tab = seen.page
        tab.locator("[data-rule=walk]").click()
        tab.locator("#cc-try").click()
        tab.wait_for_timeout(3000)

        def step(name: str, act: str) -> None:
            lon = rng.uniform(west * 0.8 + east * 0.2, west * 0.2 + east * 0.8)
            lat = rng.uniform(south * 0.8 + north * 0.2, south * 0.2 + north * 0.8)
            times[name].append(tab.evaluate(MOVE, [act, lon, lat, 300])[1])

        for k in range(21):
            tab.evaluate("() => document.querySelector('#cc-arm[aria-pressed=false]')?.click()")
            before = tab.evaluate(
                "() => carecircle.whatif.table().split('\\n').slice(1).map((r) => r.split(',')[0])"
            )
            step("add", "add")
            after = tab.evaluate(
                "() => carecircle.whatif.table().split('\\n').slice(1).map((r) => r.split(',')[0])"
            )
            site = next(r for r in after if r not in before)
            tab.evaluate("(id) => { window.benchSite = id; }", site)
            for _ in range(3):
                step("drag", "move")
            step("remove", "remove")
            step("switch off", clinics[k])
        seen.clean()
    text = page.read_text(encoding="utf-8")
    rows = [[f"{name}: click to new picture", median(found), "ms", 50] for name, found in times.items()]
    rows += [
        ["the file", len(text.encode()) / 1e6, "MB", None],
        ["without the roads for what-if", without_graph(text) / 1e6, "MB", None],
    ]
    return {
        "title": "What-if in the page: 100,000 crossings, 50,000 cells, three modes",
        "rows": rows,
        "note": f"Medians of {len(times['add'])} (drag: {len(times['drag'])}) moves in headless Chromium, "
        "from the click to the second animation frame after it.",
    }


def cells_100k(folder: Path) -> dict:
    """The first picture of 100,000 cells, beside folium's GeoJson with a style function."""
    import folium
    import shapely

    import carecircle
    from browser import chromium, visit
    from carecircle.outputs import gap_map

    analysis = carecircle.analyze(town(folder, 10_000, 100_000, roads=False))
    ours, theirs = folder / "gap_map.html", folder / "folium.html"
    start = time.perf_counter()
    gap_map(analysis).save(str(ours))
    made = time.perf_counter() - start
    frame = analysis.inputs.demand.copy()
    half = (frame.geometry.x.max() - frame.geometry.x.min()) / np.sqrt(len(frame)) / 2
    x, y = frame.geometry.x, frame.geometry.y
    frame.geometry = shapely.box(x - half, y - half, x + half, y + half)
    frame["covered"] = [int(p == "covered") for p in analysis.verdicts[0].people]
    start = time.perf_counter()
    m = folium.Map(tiles=None)
    folium.GeoJson(
        frame[["demand_id", "residents", "covered", "geometry"]].to_crs(4326),
        style_function=lambda f: {
            "fillColor": "#1f6e8c" if f["properties"]["covered"] else "#9c2a10",
            "weight": 0,
        },
    ).add_to(m)
    m.save(str(theirs))
    peer = time.perf_counter() - start
    renders = []
    with chromium() as browser:
        for _ in range(5):
            with visit(browser, ours) as seen:
                renders.append(seen.page.evaluate(PAINTED))
    return {
        "title": "The page with 100,000 cells, without roads",
        "rows": [
            ["first render", median(renders), "ms", 500],
            ["the file", ours.stat().st_size / 1e6, "MB", 3],
            ["writing it", made, "s", None],
            ["folium GeoJson(style_function=…): the file", theirs.stat().st_size / 1e6, "MB", None],
            ["folium: writing it", peer, "s", None],
        ],
        "note": "First render: from opening the file to Chromium's first contentful paint, median of 5.",
    }


CASES = {"whatif_100k": whatif_100k, "cells_100k": cells_100k}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--out", type=Path, default=HERE / "results.json")
    given = parser.parse_args()
    for name in given.cases or CASES:
        with tempfile.TemporaryDirectory() as folder:
            found = CASES[name](Path(folder))
        results = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {"cases": {}}
        results.setdefault("pages", {})[name] = found
        given.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(json.dumps(found, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
