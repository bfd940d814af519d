"""mend.xlsx and mend.gpkg: the phases move by move, every clause, what cannot be, and the places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from carecircle.outputs.files.book import Cell, booked
from carecircle.outputs.files.layers import write_layers
from carecircle.outputs.sites.mended import answer
from carecircle.siting.whole.mend import Mended
from carecircle.texts import Language, say


def mend_workbook(mended: Mended, data: dict[str, Any], path: Path) -> None:
    """Write the workbook in the study's language.

    Parameters
    ----------
    mended
        What was found.
    data
        The same as plain data (`carecircle.outputs.sites.mended.mended_data`).
    path
        Where to.
    """
    study = mended.before.study
    with booked(mended.before, path) as writer:
        for name, (columns, rows) in _sheets(data, study.language).items():
            sheet = writer.sheet(
                say(f"mending.sheet_{name}", study.language), [max(12, 2 * len(c)) for c in columns]
            )
            top = 0
            if name == "phases":
                writer.put(sheet, 0, 0, answer(mended).text(study.language), writer.title)
                top = 2
            writer.table(sheet, top, [say(f"mending.column_{c}", study.language) for c in columns], rows, {})
            sheet.freeze_panes(top + 1, 0)


def _sheets(data: dict[str, Any], language: Language) -> dict[str, tuple[list[str], list[Sequence[Cell]]]]:
    moves: list[Sequence[Cell]] = []
    for phase in data["phases"]:
        moves += [
            [phase["year"], m["what"], m["price"], m["running"], "、".join(m["rules"] or ()), m["residents"],
             m["lon"], m["lat"], m["id"]]
            for m in phase["moves"]
        ]  # fmt: skip
    phases = [
        [p["year"], p["budget"], p["spent"], len(p["moves"]), p["residents_gained"], "、".join(p["mended"])]
        for p in data["phases"]
    ]
    kinds = ["rule", "title", "before", "after", "since", "observed_before", "observed_after", "unit",
             "residents_before", "residents_after"]  # fmt: skip
    conflict = data["conflict"]
    sheets: dict[str, tuple[list[str], list[Sequence[Cell]]]] = {
        "phases": (["year", "budget", "spent", "moves", "gained", "mended"], list(phases)),
        "moves": (["year", "what", "price", "running", "rules", "residents", "lon", "lat", "id"], moves),
        "clauses": (kinds, [[c[k] for k in kinds] for c in data["clauses"]]),
        "others": (["price", "ids"], [[a["price"], "、".join(a["moves"])] for a in data["alternatives"]]),
    }
    if data["front"]:
        sheets["front"] = (
            ["price", "left_out", "ids"],
            [[p["price"], p["left_out"], "、".join(p["moves"])] for p in data["front"]],
        )  # fmt: skip
    if conflict is not None:
        rows: list[Sequence[Cell]] = [[r, say("mending.alone", language)] for r in conflict["alone"]]
        rows += [[r, say("mending.together", language)] for r in conflict["together"]]
        sheets["conflict"] = (["rule", "reason"], rows)
        sheets["reachable"] = (
            ["rule", "best_share", "lost", "limit"],
            [[r["rule"], r["share"], r["lost"], r["limit"]] for r in data["reachable"]],
        )
    return sheets


def mend_geopackage(mended: Mended, data: dict[str, Any], path: Path) -> None:
    """Write the layers ``moves`` and ``unreachable`` in the study's CRS, each there even if empty.

    Parameters
    ----------
    mended
        What was found.
    data
        The same as plain data.
    path
        Where to.
    """
    crs = mended.before.inputs.crs
    rows = [
        {"year": p["year"], "rank": n, "id": m["id"], "kind": m["kind"], "name": m["name"], "what": m["what"],
         "category": m["category"], "price": m["price"], "running": m["running"],
         "rules": "、".join(m["rules"] or ()), "residents": m["residents"], "lon": m["lon"], "lat": m["lat"]}
        for p in data["phases"] for n, m in enumerate(p["moves"], 1)
    ]  # fmt: skip
    columns = [
        "year",
        "rank",
        "id",
        "kind",
        "name",
        "what",
        "category",
        "price",
        "running",
        "rules",
        "residents",
    ]
    table = pd.DataFrame(rows, columns=[*columns, "lon", "lat"])
    there = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float), crs=4326)
    moves = gpd.GeoDataFrame(table[columns], geometry=there).to_crs(crs)
    demand = mended.before.inputs.demand
    lost = pd.DataFrame(
        [(r["rule"], i) for r in data["reachable"] for i in r["demand_ids"]], columns=["rule", "demand_id"]
    )
    if demand is None:
        unreachable = gpd.GeoDataFrame(lost.assign(residents=0.0), geometry=[None] * len(lost), crs=crs)
    else:
        own = demand[["demand_id", "residents", "geometry"]]
        unreachable = gpd.GeoDataFrame(lost.merge(own, on="demand_id"), geometry="geometry", crs=crs)
    write_layers(path, (("moves", moves, "Point"), ("unreachable", unreachable, "Point")))
