"""The street of 10 km with the whole way of an emergency in its plan."""

from __future__ import annotations

import csv
from pathlib import Path

from worlds import street_study

RULE = """
[[rule]]
id = "S3"
clause = "S3"
section = "三"
quote = "打造脑卒中“一小时黄金救治圈”"
kind = "chain"
stations = [{ categories = ["急救中心（站）"] }]
categories = ["社区卫生服务中心"]
metric = "minutes"
mode = "ambulance"
alternatives = ["drive"]
limit = 31
limit_unit = "min"
target = 0.8
target_source = "assumed"
"""
STAGES = "[emergency]\ncall_min = 1\nscene_min = 10\nsources = { call_min = '年报' }\n"


def street(folder: Path, *, rule: str = RULE, stages: str = STAGES, **cells: str) -> Path:
    """The street of 10 km with a chain in its plan; ``cells`` are columns of the station's row."""
    study = street_study(folder)
    with study.open("a", encoding="utf-8") as file:
        file.write("\n" + stages)
    with (folder / "plan.toml").open("a", encoding="utf-8") as file:
        file.write(rule)
    table = folder / "facilities.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update({c: value if row["facility_id"] == "station" else "" for c, value in cells.items()})
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return study
