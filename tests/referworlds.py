"""A street of 10 km along which patients are referred: every minute can be worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from worlds import box, east, street_study, write_csv, write_features

STREET = (
    {"facility_id": "w1", "name": "一镇卫生院", "category": "乡镇卫生院", "at": 1000, "zone": "东片区",
     "alliance": "甲", "refers_to": "w2"},
    {"facility_id": "w2", "name": "二镇卫生院", "category": "乡镇卫生院", "at": 4000, "zone": "东片区",
     "designations": "次中心", "alliance": "乙", "refers_to": "top"},
    {"facility_id": "w3", "name": "三镇卫生院", "category": "乡镇卫生院", "at": 9000, "zone": "西片区"},
    {"facility_id": "low", "name": "县医院", "category": "综合医院", "at": 500, "level": "二级甲等",
     "designations": "医共体牵头单位", "alliance": "乙"},
    {"facility_id": "mid", "name": "县中医院", "category": "综合医院", "at": 6000, "level": "二级甲等",
     "designations": "医共体牵头单位", "alliance": "甲"},
    {"facility_id": "top", "name": "市医院", "category": "综合医院", "at": 8000, "level": "三级甲等"},
)  # fmt: skip
"""A residential street is driven at 30 km/h, 2 minutes a km. Towns end at 3,000 and 7,000 m."""
TOWNS = (("t1", "一镇", -1000, 3000), ("t2", "二镇", 3000, 7000), ("t3", "三镇", 7000, 11_000))
COLUMNS = ("facility_id", "name", "category", "lon", "lat", "designations", "level", "refers_to", "alliance",
           "zone", "days_per_month")  # fmt: skip


def table(folder: Path, rows: Iterable[dict[str, Any]], *, leave: Iterable[str] = ()) -> None:
    """The facility table of a study, ``at`` metres along the street; blank where a row does not say."""
    columns = [c for c in COLUMNS if c not in leave]
    written = []
    for row in rows:
        lon, lat = east(row["at"])
        whole = {"lon": lon, "lat": lat, **row}
        written.append({c: whole.get(c, "") for c in columns})
    write_csv(folder / "facilities.csv", written)


def referral_study(
    folder: Path, *rules: str, rows: Iterable[dict[str, Any]] = STREET, leave: Iterable[str] = (),
    complete: bool = True,
) -> Path:  # fmt: skip
    """The street with its towns, its facilities and rules about referral."""
    study = street_study(folder)
    table(folder, rows, leave=leave)
    towns = [
        ("Polygon", box(west, -3000, end, 3000), {"area_id": i, "name": n, "parent_id": "000000"})
        for i, n, west, end in TOWNS
    ]
    write_features(folder / "towns.geojson", towns)
    text = study.read_text(encoding="utf-8")
    text = text.replace(
        'path = "county.geojson"\n',
        'path = "county.geojson"\nlevels = [{ level = "town", path = "towns.geojson" }]\n',
    )
    if complete:
        text = text.replace('path = "facilities.csv"\n', 'path = "facilities.csv"\ncomplete = true\n')
    study.write_text(text, encoding="utf-8")
    with (folder / "plan.toml").open("a", encoding="utf-8") as file:
        file.writelines(rules)
    return study


def rule(id_: str, **fields: str) -> str:
    """A referral rule; fields as TOML."""
    base = {
        "id": f'"{id_}"', "clause": '"F"', "section": '"三"', "quote": '"建立双向转诊机制，上下联动"',
        "kind": '"referral"', "metric": '"minutes"', "mode": '"ambulance"', "limit_unit": '"min"',
        "by": '"facility"', "categories": '["乡镇卫生院"]',
        "to": '[{ categories = ["综合医院"], designations = ["三级甲等"] }]',
    }  # fmt: skip
    lines = [f"{name} = {value}" for name, value in {**base, **fields}.items() if value]
    return "\n[[rule]]\n" + "\n".join(lines) + "\n"
