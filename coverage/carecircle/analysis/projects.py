"""A plan's projects as if they were done: the facilities as planned by a year."""

from __future__ import annotations

import dataclasses
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from carecircle.inputs.load import Inputs
from carecircle.rules import Plan
from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.rules.judging.named import find_named
from carecircle.rules.judging.names import first_form
from carecircle.rules.language.projects import Project
from carecircle.schema import FACILITIES, Finding, check_facilities
from carecircle.texts import Sentence


def with_projects(plan: Plan, inputs: Inputs, year: int) -> Inputs:
    """The inputs as the plan has them by a year: every project due by then done, each told as a finding.

    A facility is found by its name. One to be built that stands in no table is added without a place; one
    that moves opens where a planned row of its name stands, and stays where it is without one.

    Parameters
    ----------
    plan
        Whose projects.
    inputs
        As read; they stay as they are.
    year
        Projects due by this year are included.

    Returns
    -------
    Inputs
        With the facilities changed.
    """
    due = [p for p in plan.projects if p.year <= year]
    facilities = inputs.facilities.copy()
    told: list[Finding] = []
    for project in due:
        current = dataclasses.replace(inputs, facilities=facilities)
        facilities, how = _done(plan, project, current)
        facts = {"project": project.id, "name": first_form(project.name), "year": str(project.year)}
        told.append(Finding("note", Sentence(f"analysis.project_{how}", facts)))
    return dataclasses.replace(
        inputs, facilities=check_facilities(facilities), findings=(*inputs.findings, *told)
    )


def _done(plan: Plan, project: Project, inputs: Inputs) -> tuple[gpd.GeoDataFrame, str]:
    """The facilities after one project, and the word for how it went."""
    evidence, frame = Evidence(inputs), inputs.facilities.copy()
    there = find_named(evidence, plan, project.name)
    waiting = find_named(evidence, plan, project.name, status="planned")
    if project.change == "merged":
        if there is not None:
            _write(frame, there, status="closed")
        return frame, "merged" if there is not None else "unknown"
    if project.change == "moved" and waiting is not None and there is not None:
        _write(frame, there, status="closed")
    stays = project.change == "moved" and waiting is None
    facility = waiting or there
    if facility is None and project.change == "new":
        return _added(frame, project), "placeless"
    if facility is None:
        return frame, "unknown"
    _write(frame, facility, status="open", **_facts(project, facility))
    return frame, "stays" if stays else project.change


def _facts(project: Project, facility: Facility) -> dict[str, Any]:
    facts: dict[str, Any] = {"attributes": {**facility.attributes, **project.attributes}}
    if project.category:
        facts["category"] = project.category
    facts["designations"] = tuple(dict.fromkeys((*facility.designations, *project.designations)))
    return facts


def _write(frame: gpd.GeoDataFrame, facility: Facility, **facts: Any) -> None:
    row = int(np.flatnonzero(frame["facility_id"] == facility.id)[0])
    for column, value in facts.items():
        frame.iat[row, frame.columns.get_loc(column)] = value


def _added(frame: gpd.GeoDataFrame, project: Project) -> gpd.GeoDataFrame:
    """The facilities with one more, of unknown place."""
    row: dict[str, Any] = {
        "facility_id": project.id, "name": first_form(project.name), "category": project.category,
        "designations": project.designations, "status": "open", "capacity": np.nan, "area_id": None,
        "inside": True, "attributes": dict(project.attributes), "geometry": None, "trial": True,
    }  # fmt: skip
    kept = [*FACILITIES, "trial"]
    more = gpd.GeoDataFrame({c: pd.Series([row[c]], dtype=object) for c in kept if c != "geometry"})
    more = more.set_geometry(gpd.GeoSeries([None], crs=frame.crs))[kept]
    together = gpd.GeoDataFrame(pd.concat([frame, more], ignore_index=True), crs=frame.crs)
    together["trial"] = together["trial"].eq(True)
    return together.astype({"inside": bool, "capacity": float})
