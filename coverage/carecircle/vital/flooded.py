"""Roads under water: the edges that cross some polygons, as a scenario closes them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from carecircle.analysis import Analysis
from carecircle.errors import UsageError
from carecircle.schema import STRUCTURE, STRUCTURES


def flooded(analysis: Analysis, water: gpd.GeoDataFrame, *, bridges: bool = True) -> tuple[int, ...]:
    """The edges that water closes.

    Parameters
    ----------
    analysis
        A study with roads.
    water
        Polygons in any stated CRS.
    bridges
        Whether a bridge across the water is closed too.

    Returns
    -------
    tuple of int
        What ``Scenario(closed_edges=…)`` takes, ascending.

    Raises
    ------
    UsageError
        If the study has no roads.
    """
    edges = analysis.inputs.edges
    if edges is None:
        raise UsageError("analysis.scenario_without_roads")
    wet = np.unique(edges.sindex.query(water.to_crs(edges.crs).geometry, predicate="intersects")[1])
    if not bridges and STRUCTURE in edges.columns:
        wet = wet[edges[STRUCTURE].to_numpy()[wet] != STRUCTURES.index("bridge")]
    return tuple(sorted(int(e) for e in edges["edge_id"].to_numpy()[wet]))
