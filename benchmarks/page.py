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
WATCH = """() => {
  window.bench = {events: [], paints: []};
  new PerformanceObserver((list) => list.getEntries().forEach((e) =>
    e.name === 'click' && bench.events.push(e.duration))).observe({type: 'event', durationThreshold: 16});
  for (const kind of ['click', 'pointermove']) window.addEventListener(kind, ({timeStamp}) =>
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => bench.paints.push([kind, performance.now() - timeStamp]);
      painted.port2.postMessage(0);
    }), true);
}"""
"""Event Timing (input to the next picture shown, in steps of 8 ms), and the first paint after the input."""
DRAWN = """new MutationObserver((changes, watch) => {
  if (!document.body || document.body.dataset.ready !== 'yes') return;
  watch.disconnect();
  requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => performance.mark('painted');
    painted.port2.postMessage(0);
  });
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ['data-ready']});"""
"""Marks the first paint after the map has drawn everything: a first contentful paint may be the panel's."""
PAINTED = "() => performance.getEntriesByName('painted')[0]?.startTime"


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
    places = analysis.inputs.facilities.to_crs(4326)
    clinics = places[places["category"] == KINDS[0][0]].geometry
    rng = np.random.default_rng(0)
    events: dict[str, list[float]] = {"add": [], "remove": [], "switch off": []}
    paints: dict[str, list[float]] = {"add": [], "drag": [], "remove": [], "switch off": []}
    with chromium() as browser, visit(browser, page) as seen:
        tab = seen.page
        tab.locator("[data-rule=walk]").click()
        tab.locator("#cc-try").click()
        tab.wait_for_timeout(3000)
        tab.evaluate(WATCH)
        box = tab.locator(".folium-map").bounding_box()
        assert box

        def press(name: str, x: float, y: float) -> None:
            """A mouse at rest clicks: how long until the picture has changed."""
            tab.mouse.move(x, y)
            tab.wait_for_timeout(300)
            tab.evaluate("() => { bench.events.length = bench.paints.length = 0; }")
            tab.mouse.down()
            tab.mouse.up()
            tab.wait_for_timeout(400)
            found = tab.evaluate("() => bench")
            events[name].append(max(found["events"], default=16.0))
            paints[name].append(max(ms for kind, ms in found["paints"] if kind == "click"))

        def middle(selector: str) -> tuple[float, float]:
            at = tab.locator(selector).first.bounding_box()
            assert at
            return at["x"] + at["width"] / 2, at["y"] + at["height"] / 2

        def on_screen(lon: float, lat: float) -> tuple[float, float]:
            at = tab.evaluate("([y, x]) => carecircle.map.latLngToContainerPoint([y, x])", [lat, lon])
            return box["x"] + at["x"], box["y"] + at["y"]

        for _ in range(15):
            if tab.locator("#cc-arm[aria-pressed=false]").count():
                tab.locator("#cc-arm").click()
            x = box["x"] + box["width"] * rng.uniform(0.38, 0.68)
            y = box["y"] + box["height"] * rng.uniform(0.1, 0.45)
            press("add", x, y)
            tab.keyboard.press("Escape")
            tab.mouse.down()
            tab.mouse.move(x + 5, y + 5)
            tab.wait_for_timeout(200)
            tab.evaluate("() => { bench.paints.length = 0; }")
            for step in range(1, 7):
                tab.mouse.move(x + 10 * step, y + 6 * step)
                tab.wait_for_timeout(120)
            paints["drag"] += [ms for kind, ms in tab.evaluate("() => bench.paints") if kind == "pointermove"]
            tab.mouse.up()
            tab.wait_for_timeout(300)
            press("remove", *middle("#cc-trial .cc-changes button"))
        shown = [on_screen(p.x, p.y) for p in clinics]
        inner = [
            (x, y)
            for x, y in shown
            if 0.38 < (x - box["x"]) / box["width"] < 0.68 and 0.1 < (y - box["y"]) / box["height"] < 0.9
        ]
        for x, y in inner[:15]:
            tab.mouse.click(x, y)
            tab.wait_for_timeout(400)
            press("switch off", *middle("#cc-why .cc-button"))
            tab.evaluate("() => carecircle.whatif.reset()")
            tab.wait_for_timeout(400)
        seen.clean()
    text = page.read_text(encoding="utf-8")
    rows: list[list[object]] = [
        [f"{name}: click to new picture (Event Timing)", median(ms), "ms", 50] for name, ms in events.items()
    ]
    rows += [[f"{name}: first paint after the input", median(ms), "ms", 50] for name, ms in paints.items()]
    rows += [
        ["the file", len(text.encode()) / 1e6, "MB", None],
        ["without the roads for what-if", without_graph(text) / 1e6, "MB", None],
    ]
    return {
        "title": "What-if in the page: 100,000 crossings, 50,000 cells, three modes",
        "rows": rows,
        "note": f"Medians of {len(events['add'])} additions and removals, {len(paints['drag'])} steps of "
        f"drags and {len(events['switch off'])} facilities switched off, by a real mouse in headless "
        "Chromium without a graphics card. Event Timing: from the click's time stamp to the picture shown, "
        "in steps of 8 ms; it leaves drags out. First paint: to the first task after the changed frame.",
    }


def first_render(browser, path: Path) -> float:
    """Milliseconds from opening a file to the first paint with everything drawn.

    Nobody intercepts its requests or asks it anything meanwhile: such questions run on its own thread.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    tab.add_init_script(DRAWN)
    time.sleep(1)  # the browser is done with its own work for a new window
    tab.goto(path.resolve().as_uri(), wait_until="commit")
    time.sleep(2)
    painted = tab.evaluate(PAINTED)
    context.close()
    return painted


def cells_100k(folder: Path) -> dict:
    """The first picture of 100,000 cells, beside folium's GeoJson with a style function."""
    import folium
    import shapely

    import carecircle
    from browser import chromium
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
    with chromium() as browser:
        time.sleep(4)  # and with its own start
        renders = [first_render(browser, ours) for _ in range(9)]
    return {
        "title": "The page with 100,000 cells, without roads",
        "rows": [
            ["first render", median(renders), "ms", 500],
            ["the file", ours.stat().st_size / 1e6, "MB", 3],
            ["writing it", made, "s", None],
            ["folium GeoJson(style_function=…): the file", theirs.stat().st_size / 1e6, "MB", None],
            ["folium: writing it", peer, "s", None],
        ],
        "note": "First render: from opening the file to the first paint after the map has drawn its cells "
        "and marks, median of 9 in a new browser context each; nothing else is asked of the page before.",
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
