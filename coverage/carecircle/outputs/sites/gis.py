"""siting.gpkg: chosen sites, every candidate, and the residents of the gap before and after."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle.outputs.files.layers import write_layers
from carecircle.siting.result import SitingResult


def siting_geopackage(result: SitingResult, path: Path) -> None:
    """Write ``sites``, ``candidates`` and ``demand`` in the study's CRS, each there even if empty.

    ``demand`` has one row a rule and demand point of the gap: residents, whether it is covered after, and
    by which move at which cost (minutes or metres, NULL for none).
    """
    sites, candidates, demand = sites_frame(result), _candidates(result), gap_frame(result)
    layers = (("sites", sites), ("candidates", candidates), ("demand", demand))
    write_layers(path, ((name, frame, "Point") for name, frame in layers))


def sites_frame(result: SitingResult) -> gpd.GeoDataFrame:
    """The chosen moves, designations as text."""
    sites = result.moves.copy()
    sites["designations"] = ["、".join(d) for d in sites["designations"]]
    return sites


def gap_frame(result: SitingResult) -> gpd.GeoDataFrame:
    """Everybody whom no facility covers before, by rule, and what the moves change."""
    demand = result.before.inputs.demand
    assert demand is not None
    parts = []
    for need in result.problem.needs:
        rows = demand.iloc[need.open_rows]
        served = result.allocation[result.allocation["rule"] == need.rule].set_index("demand_id")
        move = served["move_id"].reindex(rows["demand_id"])
        parts.append(
            pd.DataFrame(
                {
                    "rule": need.rule,
                    "demand_id": rows["demand_id"].to_numpy(dtype=object),
                    "residents": rows["residents"].to_numpy(dtype=np.float64),
                    "covered_after": move.notna().to_numpy(),
                    "move_id": move.to_numpy(dtype=object),
                    "cost": served["cost"].reindex(rows["demand_id"]).to_numpy(dtype=np.float64),
                    "geometry": rows.geometry.to_numpy(),
                }
            )
        )
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=demand.crs)


def _candidates(result: SitingResult) -> gpd.GeoDataFrame:
    moves = result.problem.moves
    frame = moves[moves["kind"] != "existing"].copy()
    frame["designations"] = ["、".join(d) for d in frame["designations"]]
    frame["chosen"] = frame["move_id"].isin(set(result.moves["move_id"]))
    return frame
