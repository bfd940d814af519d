"""Small towns at random: a few crossings, dead ends, islands and one-way lanes, three rules about the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import carecircle
from carecircle.analysis import Analysis
from worlds import PLAN, box, east, street_study, write_csv, write_features

_RULE = """
[[rule]]
id = "{id}"
clause = "{id}"
section = "二"
quote = "打造“15分钟基本医疗卫生服务圈”"
kind = "time"
categories = ["{category}"]
scope = "all"
by = "region"
metric = "minutes"
direction = "{direction}"
mode = "{mode}"
limit = {limit}
limit_unit = "min"
target = {target}
target_source = "plan"
"""
_CENTRE, _CLINIC = "社区卫生服务中心", "社区卫生服务站"
_HEAD = PLAN.split("[[rule]]", maxsplit=1)[0]


def town(folder: Path, seed: int, *, side: int = 4, block_m: float = 500.0, groups: bool = False) -> Analysis:
    """A judged town of ``side`` × ``side`` crossings with a third of its streets missing."""
    rng = np.random.default_rng(seed)
    study = street_study(folder, extra="")
    roads = []
    for x in range(side):
        for y in range(side):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx < side and y + dy < side and rng.random() > 0.3:
                    jog = rng.uniform(-60, 60, 4)
                    line = [list(east(x * block_m, y * block_m)),
                            list(east((x + dx / 2) * block_m + jog[0], (y + dy / 2) * block_m + jog[1])),
                            list(east((x + dx) * block_m, (y + dy) * block_m))]  # fmt: skip
                    tags = {"highway": str(rng.choice(["residential", "tertiary", "service"]))}
                    if rng.random() < 0.15:
                        tags["oneway"] = "yes"
                    if rng.random() < 0.2:
                        tags["bridge"] = "yes"
                    roads.append(("LineString", line, tags))
    write_features(folder / "roads.geojson", roads)
    extent = side * block_m
    square = box(-2000, -2000, extent + 2000, extent + 2000)
    write_features(folder / "county.geojson", [("Polygon", square, {"area_id": "000000", "name": "小镇"})])
    spots = rng.uniform(-150, extent - block_m + 150, (3, 2))
    facilities = [
        {"facility_id": f"f{i}", "name": f"机构{i}", "category": _CLINIC if i == 2 else _CENTRE,
         "lon": east(*spot)[0], "lat": east(*spot)[1]} for i, spot in enumerate(spots)
    ]  # fmt: skip
    write_csv(folder / "facilities.csv", facilities)
    homes = rng.uniform(-150, extent - block_m + 150, (30, 2))
    write_csv(
        folder / "residents.csv",
        [{"demand_id": f"d{i}", "lon": east(*home)[0], "lat": east(*home)[1],
          "population": int(rng.integers(1, 90)), "old": int(rng.integers(0, 5))}
         for i, home in enumerate(homes)],
    )  # fmt: skip
    rules = [
        _RULE.format(id="W", category=_CENTRE, mode="walk", direction="to_facility", target=0.5,
                     limit=rng.integers(8, 16)),
        _RULE.format(id="D", category=_CLINIC, mode="drive", direction="to_facility", target=0.6,
                     limit=rng.integers(3, 7)),
        _RULE.format(id="F", category=_CENTRE, mode="drive", direction="from_facility", target=0.9,
                     limit=rng.integers(2, 5)),
    ]  # fmt: skip
    (folder / "plan.toml").write_text(_HEAD + "".join(rules), encoding="utf-8")
    if groups:
        text = study.read_text(encoding="utf-8")
        text = text.replace('format = "points"', 'format = "points"\ngroups = { old = "old" }')
        study.write_text(text, encoding="utf-8")
    return carecircle.analyze(study)
