"""province.html: the counties of a batch on one map, coloured by clause, and ranked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.outputs.ours import put_page
from carecircle.outputs.pages.folder import Run
from carecircle.outputs.pages.markup import page
from carecircle.texts import Language, Sentence

_WIDTH = 1000.0
_STRAY = 0.6
"""Units of the picture by which a border may stray."""
_MARK = 'id="cc-province"'


@dataclass(frozen=True, eq=False)
class Place:
    """A county as the page shows it.

    Parameters
    ----------
    code, name
        Its code, and what it is called.
    shape
        Its boundary in WGS 84, or None.
    run
        Its outputs, where it could be done.
    fault
        Why not, in each language.
    """

    code: str
    name: str
    shape: BaseGeometry | None
    run: Run | None
    fault: Mapping[str, str] | None


def write_province(
    path: Path, title: str, places: Sequence[Place], clauses: pd.DataFrame, language: Language
) -> None:
    """Write the page of a province.

    Parameters
    ----------
    clauses
        ``county, plan, rule, title, outcome, missing_inputs`` of each county and clause.

    Raises
    ------
    OutputError
        If it cannot be written, or another file bears its name.
    """
    height, paths = _drawn(places)
    ranked = sorted(
        places, key=lambda p: (p.run is None, -((p.run.left_out or 0.0) if p.run else 0.0), p.code)
    )
    put_page(
        path,
        page(
            "province.html", title, language, places=[_row(p, path.parent) for p in ranked], paths=paths,
            width=_WIDTH, height=height, clauses=_choices(clauses), came=_outcomes(clauses),
            missing=_missing(clauses), sorts=("people", "share", "unmet", "name"),
            faults=[p for p in places if p.fault is not None],
            done=sum(p.run is not None for p in places), total=len(places),
        ),
        mark=_MARK,
    )  # fmt: skip


def _drawn(places: Sequence[Place]) -> tuple[float, list[dict[str, str]]]:
    """Height of the picture and the path of each county, in an equal-area view of the province."""
    known = [p for p in places if p.shape is not None]
    if not known:
        return 100.0, []
    shapes = gpd.GeoSeries([p.shape for p in known], crs=4326)
    west, south, east, north = shapes.total_bounds
    middle = (west + east) / 2, (south + north) / 2
    flat = shapes.to_crs(f"+proj=laea +lon_0={middle[0]:.4f} +lat_0={middle[1]:.4f} +datum=WGS84 +units=m")
    left, low, right, top = flat.total_bounds
    scale = _WIDTH / max(right - left, (top - low), 1.0)
    found = []
    for place, shape in zip(known, flat, strict=True):
        outline = shapely.simplify(shapely.make_valid(shape), _STRAY / scale)
        rings = shapely.get_rings(shapely.get_parts(outline))
        text = " ".join(_ring(ring, left, top, scale) for ring in rings)
        state = "fault" if place.run is None else "FAIL" if place.run.outcomes["FAIL"] else "PASS"
        found.append({"code": place.code, "name": place.name, "d": text, "state": state})
    return max(1.0, (top - low) * scale), found


def _ring(ring: BaseGeometry, left: float, top: float, scale: float) -> str:
    xy = (shapely.get_coordinates(ring) - (left, top)) * (scale, -scale)
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in np.round(xy, 1).tolist()) + "Z"


def _row(place: Place, home: Path) -> dict[str, Any]:
    run = place.run
    people, share = (run.left_out or 0.0, run.share_left_out or 0.0) if run else (-1.0, -1.0)
    index = None if run is None else Path(os.path.relpath(run.folder, home)) / "index.html"
    return {
        "place": place, "link": None if index is None else quote(index.as_posix()),
        "data": {
            "people": f"{people:.6f}", "share": f"{share:.9f}",
            "unmet": str(run.outcomes["FAIL"] if run else -1), "name": place.name,
        },
    }  # fmt: skip


def _key(row: Any) -> str:
    return f"{row.plan}|{row.rule}"


def _choices(clauses: pd.DataFrame) -> list[dict[str, str]]:
    """Every clause once, in the order of its plan."""
    found: dict[str, dict[str, str]] = {}
    for row in clauses.itertuples():
        found.setdefault(_key(row), {"key": _key(row), "plan": str(row.plan), "rule": str(row.rule),
                                     "title": str(row.title)})  # fmt: skip
    return sorted(found.values(), key=lambda c: c["plan"])


def _outcomes(clauses: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Outcome by clause and county."""
    found: dict[str, dict[str, str]] = {}
    for row in clauses.itertuples():
        found.setdefault(_key(row), {})[str(row.county)] = str(row.outcome)
    return found


def _missing(clauses: pd.DataFrame) -> list[dict[str, Any]]:
    """What no clause could be judged without, and in how many counties, the commonest first."""
    counties: dict[str, set[str]] = {}
    for row in clauses[clauses["outcome"] == "NOT_ASSESSED"].itertuples():
        for said in str(row.missing_inputs).split("; "):
            if said:
                counties.setdefault(said, set()).add(str(row.name))
    ranked = sorted(counties.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {
            "said": said,
            "where": Sentence("pages.province_where", {"n": len(names), "names": sorted(names)[:8]}),
        }
        for said, names in ranked[:40]
    ]
