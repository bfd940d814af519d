"""results.gpkg, the GeoParquet files and travel_time.tif: the analysis as layers for a GIS."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio
import shapely

from carecircle.ledgers import lacking
from carecircle.outputs.files import blank_spots, referrals
from carecircle.outputs.files.layers import dated, write_layers, written
from carecircle.outputs.files.styles import styles
from carecircle.rules import by_area
from carecircle.texts import say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

LAYERS = ("areas", "facilities", "demand", "verdict_units", "snaps")


class Frames:
    """Areas, facilities and demand as layers, each made once for all files that hold them."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """See `areas_frame`."""
        return areas_frame(self._analysis)

    @cached_property
    def facilities(self) -> gpd.GeoDataFrame:
        """See `facilities_frame`."""
        return facilities_frame(self._analysis)

    @cached_property
    def demand(self) -> gpd.GeoDataFrame:
        """See `demand_frame`."""
        return demand_frame(self._analysis)


def geopackage(analysis: Analysis, path: Path, frames: Frames | None = None) -> None:
    """Write ``areas``, ``facilities``, ``demand``, ``verdict_units`` and ``snaps``, each there even if empty.

    Beside them ``referrals`` and ``blank_spots`` where the study has any.

    In the study's own CRS. Costs are minutes or metres as the column says; an absent number is NULL, never a
    sentinel. The table ``layer_styles`` holds a default style for each layer and further ones a clause, which
    QGIS offers by name.
    """
    ours = frames or Frames(analysis)
    made = (
        ours.areas,
        ours.facilities,
        ours.demand,
        _verdict_units(analysis),
        _snaps(analysis),
    )
    kinds = ("MultiPolygon", "Point", "Point", "MultiPolygon", "LineString")
    layers = [*zip(LAYERS, made, kinds, strict=True), *_further(analysis)]
    many = (
        (name, frame.set_geometry(_of_one_kind(frame.geometry, kind)), kind) for name, frame, kind in layers
    )
    write_layers(path, many)
    with dated(), written(path):
        columns = {"FID": "id"}
        table = _layer_styles(analysis)
        pyogrio.write_dataframe(
            table, path, layer="layer_styles", driver="GPKG", append=True, layer_options=columns
        )


def _further(analysis: Analysis) -> list[tuple[str, gpd.GeoDataFrame, str]]:
    """Layers that only some studies have."""
    asked = (
        (referrals.LAYER, referrals.layer(analysis), "LineString"),
        (blank_spots.LAYER, blank_spots.layer(analysis), "MultiPolygon"),
    )
    return [(name, frame, kind) for name, frame, kind in asked if frame is not None]


def geoparquet(
    analysis: Analysis, folder: Path, made: Frames | None = None, wanted: Collection[str] | None = None
) -> None:
    """Write ``areas.parquet``, ``facilities.parquet`` and ``demand.parquet`` (GeoParquet 1.1).

    Those that are wanted, by name. The same rows, columns and CRS as the layers of results.gpkg;
    ``demand.parquet`` only where there are residents.
    """
    ours = made or Frames(analysis)
    names = ["areas", "facilities", *(["demand"] if analysis.inputs.demand is not None else [])]
    for name in names:
        if wanted is not None and f"{name}.parquet" not in wanted:
            continue
        frame: gpd.GeoDataFrame = getattr(ours, name)
        kind = "MultiPolygon" if name == "areas" else "Point"
        path = folder / f"{name}.parquet"
        with written(path):
            frame.set_geometry(_of_one_kind(frame.geometry, kind)).to_parquet(
                path, index=False, compression="zstd", schema_version="1.1.0", write_covering_bbox=True,
            )  # fmt: skip


def _layer_styles(analysis: Analysis) -> pd.DataFrame:
    """The table that QGIS looks a layer's styles up in; the first style of a layer is its default."""
    found = styles(analysis)
    first = {s.layer: i for i, s in reversed(list(enumerate(found)))}
    created = pd.Timestamp(analysis.manifest["created"]).tz_convert(None)
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": [s.layer for s in found],
            "f_geometry_column": "geom",
            "styleName": [s.name for s in found],
            "styleQML": [s.qml for s in found],
            "styleSLD": "",
            "useAsDefault": [first[s.layer] == i for i, s in enumerate(found)],
            "description": say("styles.description", analysis.study.language),
            "owner": "",
            "ui": "",
            "update_time": created,
        }
    )


def _of_one_kind(geometries: gpd.GeoSeries, kind: str) -> gpd.GeoSeries:
    if kind != "MultiPolygon":
        return geometries
    many = [
        shapely.MultiPolygon([g]) if g is not None and g.geom_type == "Polygon" else g for g in geometries
    ]
    return gpd.GeoSeries(many, index=geometries.index, crs=geometries.crs)


def areas_frame(analysis: Analysis) -> gpd.GeoDataFrame:
    """Areas with residents not covered and the share covered, two columns a rule about people."""
    frame = analysis.inputs.areas[
        ["area_id", "name", "level", "parent_id", "urban", "official_residents", "geometry"]
    ]
    frame = frame.assign(urban=_marks(frame["urban"]), parent_id=_texts(frame["parent_id"]))
    for verdict in analysis.verdicts:
        if verdict.people is None:
            continue
        parts = [by_area(verdict, analysis.inputs, level) for level in sorted(set(frame["level"]))]
        if not parts:
            continue
        found = pd.concat(parts).set_index("area_id")
        left_out = lacking(found)
        frame = frame.assign(
            **{
                f"{verdict.rule}_not_covered": frame["area_id"].map(left_out).astype(float),
                f"{verdict.rule}_share": frame["area_id"].map(found["share"]).astype(float),
            }
        )
    return frame


def facilities_frame(analysis: Analysis) -> gpd.GeoDataFrame:
    """Facilities, designations and attributes as text."""
    frame = analysis.inputs.facilities
    return gpd.GeoDataFrame(
        {
            "facility_id": frame["facility_id"].astype(str),
            "name": frame["name"].astype(str),
            "category": frame["category"].astype(str),
            "designations": ["; ".join(map(str, d)) for d in frame["designations"]],
            "status": frame["status"].astype(str),
            "capacity": frame["capacity"].astype(float),
            "area_id": _texts(frame["area_id"]),
            "inside": frame["inside"].astype(bool),
            "attributes": [
                json.dumps(dict(a), ensure_ascii=False, sort_keys=True, default=str)
                for a in frame["attributes"]
            ],
        },
        geometry=frame.geometry.to_numpy(),
        crs=analysis.inputs.crs,
    )


def demand_frame(analysis: Analysis) -> gpd.GeoDataFrame:
    """Residents with, for each query, cost, facility and status, and each rule's answer about them."""
    frame = analysis.inputs.demand
    if frame is None:
        empty = {"demand_id": pd.Series(dtype=str), "residents": pd.Series(dtype=float)}
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=analysis.inputs.crs))
    columns: dict[str, Any] = {
        "demand_id": frame["demand_id"].astype(str).to_numpy(),
        "residents": frame["residents"].astype(float).to_numpy(),
        "area_id": _texts(frame["area_id"]).to_numpy(),
        "urban": _marks(frame["urban"]).to_numpy(),
    }
    for query, reached in analysis.reached.items():
        if query.origin == "facilities":
            continue
        unit = "min" if query.metric == "minutes" else "m"
        cost = reached["cost"].to_numpy(dtype=float)
        columns[f"{query.key}_{unit}"] = np.where(np.isfinite(cost), cost, np.nan)
        columns[f"{query.key}_facility"] = _texts(reached["facility_id"]).to_numpy()
        columns[f"{query.key}_status"] = reached["status"].astype(str).to_numpy()
    for verdict in analysis.verdicts:
        if verdict.people is not None:
            columns[verdict.rule] = verdict.people.astype(str).to_numpy()
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=analysis.inputs.crs)


def _verdict_units(analysis: Analysis) -> gpd.GeoDataFrame:
    """One row a unit of a rule; an area brings its outline, a facility none."""
    shapes = dict(zip(analysis.inputs.areas["area_id"], analysis.inputs.areas.geometry, strict=True))
    found = [(v, u) for v in analysis.verdicts for u in v.units]
    columns = {
        "rule": [v.rule for v, _ in found],
        "clause": [v.clause for v, _ in found],
        "unit_id": [u.id for _, u in found],
        "name": [u.name for _, u in found],
        "outcome": [u.outcome.value for _, u in found],
        "observed": pd.Series([u.observed for _, u in found], dtype=float),
        "unit": [v.unit for v, _ in found],
        "residents": pd.Series([u.residents for _, u in found], dtype=float),
        "waived_by": pd.Series([u.waived_by for _, u in found], dtype=object),
    }
    outlines = gpd.GeoSeries([shapes.get(u.id) for _, u in found], crs=analysis.inputs.crs)
    return gpd.GeoDataFrame(columns, geometry=outlines)


def _snaps(analysis: Analysis) -> gpd.GeoDataFrame:
    """The access leg of each demand point by mode: a line from the point to its place on the nearest road.

    ``snapped`` is "no" where that road is farther than the study allows: such residents are unsnapped. Points
    without a place, or without any road of the mode, have no line and no distance.
    """
    demand, parts = analysis.inputs.demand, []
    for mode, network in analysis.networks.items():
        if demand is None:
            break
        snap = network.snap(demand, max_snap_m=analysis.study.assumptions.max_snap_m)
        known = np.isfinite(snap.snap_m)
        legs = np.full(len(snap), None, dtype=object)
        legs[known] = shapely.linestrings(np.stack([snap.points_xy[known], snap.xy[known]], axis=1))
        columns = {
            "mode": mode,
            "demand_id": demand["demand_id"].astype(str).to_numpy(),
            "residents": demand["residents"].astype(float).to_numpy(),
            "snap_m": snap.snap_m,
            "snapped": np.where(snap.snapped, "yes", "no"),
        }
        parts.append(gpd.GeoDataFrame(columns, geometry=legs, crs=analysis.inputs.crs))
    if parts:
        return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=analysis.inputs.crs)
    kinds = {"mode": str, "demand_id": str, "residents": float, "snap_m": float, "snapped": str}
    empty = {name: pd.Series(dtype=kind) for name, kind in kinds.items()}
    return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=analysis.inputs.crs))


def _marks(values: pd.Series) -> pd.Series:
    """True, False or NULL as text ``yes``, ``no``, NULL: a GeoPackage column holds one kind."""
    return values.map(lambda v: None if v is None or v != v else "yes" if v else "no").astype(object)


def _texts(values: pd.Series) -> pd.Series:
    return values.map(lambda v: v if isinstance(v, str) else None).astype(object)


def travel_time(analysis: Analysis, path: Path) -> None:
    """Write the travel-time surfaces as a cloud-optimised GeoTIFF: minutes, one named band a query.

    Nothing is written where the study has no surface. Cells not reached, or outside, are NaN.
    """
    surfaces = list(analysis.surfaces.items())
    if not surfaces:
        return
    first = surfaces[0][1]
    height, width = first.values.shape
    with (
        written(path),
        rasterio.open(
            path,
            "w",
            driver="COG",
            dtype="float32",
            count=len(surfaces),
            height=height,
            width=width,
            crs=first.crs,
            transform=first.transform,
            nodata=np.nan,
            compress="DEFLATE",
            predictor="YES",
        ) as raster,
    ):
        for band, (query, surface) in enumerate(surfaces, 1):
            raster.write(surface.values.astype(np.float32), band)
            raster.set_band_description(band, f"{query.label('en')} [{query.key}]")
