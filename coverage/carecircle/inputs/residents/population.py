"""A residents' table, of points or of polygons, becomes people at points."""

from __future__ import annotations

import math
from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from carecircle.errors import CarecircleError, InputError, raise_all
from carecircle.inputs.residents.spread import spread
from carecircle.inputs.tables.points import h3_points, looks_like_h3, points_of
from carecircle.inputs.tables.polygons import polygons_of
from carecircle.inputs.tables.reading import Table, read_table
from carecircle.schema import Finding
from carecircle.study import Residents
from carecircle.texts import Sentence


def read_points(source: Residents) -> tuple[gpd.GeoDataFrame, int, list[Finding]]:
    """A table of places, or a layer of polygons, with their residents.

    Returns
    -------
    demand
        ``demand_id, residents, residents_0_14, area_id, row`` and points in WGS 84 (None: no coordinates).
    without_value
        Rows whose residents are blank; they are not among ``demand``.
    findings
        What was noticed.

    Raises
    ------
    InputError
        Missing columns, repeated ids, negative residents, bad coordinates: all at once.
    """
    if source.value == "per_km2":
        raise InputError("inputs.per_km2_points", file=source.path)
    given = dict(source.columns)
    if "column" in source.model_fields_set:
        given.setdefault("residents", source.column)
    groups = source.groups or {}
    if source.own_grids:
        raise InputError("inputs.groups_of_table", file=source.path)
    given |= {_group(name): str(header) for name, header in groups.items()}
    columns = ("demand_id", "residents", "residents_0_14", "lon", "lat", "area_id", *map(_group, groups))
    table = read_table(source.path, columns=columns, given=given, layer=source.layer)
    findings = list(table.findings)
    raise_all(table.require(["residents"]))
    faults: list[CarecircleError] = []
    ids = table.text("demand_id")
    if table.has("demand_id"):
        faults += table.unique_ids(ids, "demand_id")
    else:
        ids = pd.Series([f"row{r}" for r in table.frame.index], index=table.frame.index, dtype=object)
    residents, bad = table.numbers("residents")
    faults += table.faults("inputs.bad_residents", bad, "residents")
    faults += table.faults("inputs.negative", residents < 0, "residents")
    children, bad = table.numbers("residents_0_14")
    faults += table.faults("inputs.bad_residents", bad, "residents_0_14")
    faults += table.faults("inputs.negative", children < 0, "residents_0_14")
    parts, wrong = _groups_of(table, groups, residents.notna(), findings)
    faults += wrong
    if source.format == "polygons":
        if table.geometry is None:
            raise InputError("inputs.people_without_polygons", file=source.path)
        geometry, wrong = polygons_of(table, ids, findings, source, bounds=False)
    elif not table.has("lon") and table.geometry is None and looks_like_h3(ids):
        geometry, wrong = h3_points(table, ids)
    else:
        geometry, wrong = points_of(table, source, findings)
    raise_all([*faults, *wrong])
    known = residents.notna()
    if not known.any():
        raise InputError("inputs.no_residents", file=source.path)
    blank = int((~known).sum())
    if blank:
        findings.append(
            Finding("note", Sentence("inputs.residents_blank", {"count": blank}), str(source.path))
        )
    placeless = known & geometry.isna()
    if placeless.any():
        facts = {"count": int(placeless.sum()), "residents": math.fsum(residents[placeless])}
        findings.append(Finding("warning", Sentence("inputs.residents_placeless", facts), str(source.path)))
    demand = gpd.GeoDataFrame(
        {
            "demand_id": ids[known].to_numpy(),
            "residents": residents[known].to_numpy(),
            "residents_0_14": children[known].to_numpy(),
            "area_id": table.text("area_id")[known].to_numpy(),
            "row": table.frame.index[known].to_numpy(),
            **{name: people[known].to_numpy() for name, people in parts.items()},
        },
        geometry=geometry[known].to_numpy(),
        crs=4326,
    )
    return spread(demand, source, findings) if source.format == "polygons" else demand, blank, findings


def _groups_of(
    table: Table, groups: Iterable[str], known: pd.Series, findings: list[Finding]
) -> tuple[dict[str, pd.Series], list[CarecircleError]]:
    """People of each group, row by row; a blank where residents are known counts none, and is said."""
    parts, faults = {}, []
    for name in groups:
        people, bad = table.numbers(_group(name))
        faults += table.faults("inputs.bad_residents", bad, _group(name))
        faults += table.faults("inputs.negative", people < 0, _group(name))
        blank = int((people.isna() & known).sum())
        if blank:
            said = Sentence("inputs.group_blank", {"count": blank, "name": name})
            findings.append(Finding("warning", said, str(table.file)))
        parts[name] = people.fillna(0.0)
    return parts, faults


def _group(name: str) -> str:
    """What a group's column is called among the table's own: no other column has such a name."""
    return f"groups.{name}"
