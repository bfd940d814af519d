"""What a run was made of: versions, hashes of its inputs, speeds and every parameter."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import shapely

from carecircle.errors import UsageError
from carecircle.inputs.load import Inputs
from carecircle.profiles import profile
from carecircle.rules import Plan
from carecircle.strict import echo

_LIBRARIES = (
    "carecircle", "folium", "geopandas", "numba", "numpy", "osmium", "pyproj", "rasterio", "scipy", "shapely",
    "typst", "python-docx", "XlsxWriter",
)  # fmt: skip


def epoch() -> datetime | None:
    """The moment that ``SOURCE_DATE_EPOCH`` names (UTC); None where it is unset or empty.

    Raises
    ------
    UsageError
        If it is no number of seconds, or none that a calendar has.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not text:
        return None
    try:
        return datetime.fromtimestamp(max(0, int(text)), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError("errors.source_date", value=echo(text)) from error


def created() -> datetime:
    """The time outputs carry: ``SOURCE_DATE_EPOCH`` where it is set, else now (UTC, whole seconds)."""
    return (epoch() or datetime.now(UTC)).replace(microsecond=0)


def scenario_facts(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[str, Any]:
    """What a scenario changes, for the manifest: ids added and closed, and a hash of the added sites."""
    added = after[~after["facility_id"].isin(before["facility_id"])]
    shut = after["facility_id"][after["status"] == "closed"]
    once = set(before["facility_id"][before["status"] == "closed"])
    kept = added[["facility_id", "category", "designations", "attributes"]]
    rows = [kept.to_numpy(dtype=object).tolist(), list(shapely.to_wkt(added.geometry.to_numpy()))]
    text = json.dumps(rows, sort_keys=True, ensure_ascii=False, default=str)
    return {
        "added": sorted(map(str, added["facility_id"])),
        "closed": sorted(set(map(str, shut)) - set(map(str, once))),
        "sites": hashlib.sha256(text.encode()).hexdigest(),
    }


@cache
def _versions() -> Mapping[str, str]:
    """Versions of the libraries, read once."""
    return {name: version(name) for name in _LIBRARIES}


def manifest(plan: Plan, inputs: Inputs, modes: Iterable[str]) -> dict[str, Any]:
    """The content of manifest.json."""
    study = inputs.study
    used = {mode: profile(mode, study.own_profiles) for mode in sorted(modes)}
    speeds = {
        mode: {"access_speed_kph": one.access_speed_kph, "speed_kph": dict(one.speed_kph)}
        for mode, one in used.items()
    }
    return {
        "schema": "carecircle/manifest/1",
        "study": study.name,
        "plan": {"id": plan.id, "title": plan.title},
        "created": created().isoformat(),
        "versions": {"python": platform.python_version(), **_versions()},
        "inputs": dict(inputs.hashes),
        "crs": inputs.crs.to_string(),
        "parameters": study.to_dict(),
        "profiles": speeds,
    }
