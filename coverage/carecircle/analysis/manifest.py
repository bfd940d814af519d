"""What a run was made of: versions, hashes of its inputs, speeds and every parameter."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from carecircle.inputs.load import Inputs
from carecircle.profiles import profile
from carecircle.rules import Plan

_LIBRARIES = (
    "carecircle", "folium", "geopandas", "numba", "numpy", "osmium", "pyproj", "rasterio", "scipy", "shapely",
    "typst", "python-docx", "XlsxWriter",
)  # fmt: skip


def created() -> datetime:
    """The time outputs carry: ``SOURCE_DATE_EPOCH`` where it is set, else now (UTC, whole seconds)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return now.replace(microsecond=0)


def manifest(plan: Plan, inputs: Inputs, modes: Iterable[str]) -> dict[str, Any]:
    """The content of manifest.json."""
    study = inputs.study
    speeds = {
        mode: {"access_speed_kph": profile(mode).access_speed_kph, "speed_kph": dict(profile(mode).speed_kph)}
        for mode in sorted(modes)
    }
    return {
        "schema": "carecircle/manifest/1",
        "study": study.name,
        "plan": {"id": plan.id, "title": plan.title},
        "created": created().isoformat(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        "inputs": dict(inputs.hashes),
        "crs": inputs.crs.to_string(),
        "parameters": study.to_dict(),
        "profiles": speeds,
    }
