"""Residents scaled to the official figure of the area they live in, exactly, with every factor shown."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from carecircle import categories
from carecircle.schema import Finding
from carecircle.texts import Sentence

Figures = Mapping[str, float]

REGION = ""
"""The area id under which a figure of the whole study stands."""
_FAR = 0.2
"""A factor this far from 1 is a warning: the input and the census disagree by more than a fifth."""


def figures_of(areas: pd.DataFrame, totals: pd.DataFrame, year: int) -> dict[str, float]:
    """Official residents by area id: the figure of the nearest year in the totals, else the areas' own.

    Parameters
    ----------
    areas, totals
        As `carecircle.inputs.load.Inputs` holds them.
    year
        The year the residents' input speaks of.
    """
    residents = areas["official_residents"].to_numpy(dtype="float64", na_value=np.nan).tolist()
    own = zip(areas["area_id"], residents, strict=True)
    found = {str(a): v for a, v in own if v == v}
    speaks = [categories.area_attribute(str(a)) == "residents" for a in totals["attribute"]]
    rows = totals.loc[np.array(speaks, dtype=bool)]
    away = (pd.to_numeric(rows["year"], errors="coerce") - year).abs().fillna(10_000)
    values = dict(zip(rows.index, rows["value"].astype("float64").tolist(), strict=True))
    for index in away.sort_values(ascending=False, kind="stable").index:
        area_id = str(rows.at[index, "area_id"])
        found[REGION if area_id == "region" else area_id] = values[index]
    return found


def calibrate(
    residents: npt.NDArray[np.float64],
    area_ids: npt.NDArray[np.object_],
    parents: Mapping[str, str | None],
    figures: Figures,
) -> tuple[npt.NDArray[np.float64], pd.DataFrame, list[Finding]]:
    """Scale residents so that each area with a figure holds exactly that many.

    Every point answers to the finest of its areas that has a figure. An area's points that answer to no finer
    one share what its figure leaves after the finer figures inside it.

    Parameters
    ----------
    residents, area_ids
        One entry a demand point; the id of its finest area, or None.
    parents
        Area id -> id of the area above it.
    figures
        Official residents by area id; `REGION` speaks of everybody.

    Returns
    -------
    residents
        Scaled; ``math.fsum`` over an area's points equals its figure.
    factors
        ``area_id, official, found, factor``: one row a group that was scaled.
    findings
        Large factors, and figures that cannot be met.
    """
    keys = np.array([_owner(a, parents, figures) for a in area_ids], dtype=object)
    targets = _targets(parents, figures)
    scaled = residents.copy()
    rows: list[tuple[str, float, float, float]] = []
    findings: list[Finding] = []
    for key in sorted({k for k in keys if k is not None} | set(targets)):
        where = np.flatnonzero(keys == key)
        found, target = math.fsum(residents[where]), targets[key]
        if target < 0 or (found == 0 and target > 0):
            name = "calibrate_negative" if target < 0 else "calibrate_empty"
            facts = {"area": key or "—", "official": figures[key], "left": target}
            findings.append(Finding("warning", Sentence(f"inputs.{name}", facts)))
            continue
        if found == 0:
            continue
        scaled[where] = _exactly(residents[where] * (target / found), target)
        rows.append((key, target, found, target / found))
        if abs(target / found - 1.0) > _FAR:
            facts = {"area": key or "—", "official": target, "found": found, "factor": target / found}
            findings.append(Finding("warning", Sentence("inputs.calibrate_far", facts)))
    return scaled, pd.DataFrame(rows, columns=["area_id", "official", "found", "factor"]), findings


def _owner(area_id: object, parents: Mapping[str, str | None], figures: Figures) -> str | None:
    """The finest area above (or at) an area that has a figure; the whole study where only that has one."""
    seen: set[str] = set()
    at = area_id
    while isinstance(at, str) and at not in seen:
        if at in figures:
            return at
        seen.add(at)
        at = parents.get(at)
    return REGION if REGION in figures else None


def _targets(parents: Mapping[str, str | None], figures: Figures) -> dict[str, float]:
    """Each figure less the figures that stand directly below it."""
    below: dict[str, list[float]] = {key: [figure] for key, figure in figures.items()}
    for key, figure in figures.items():
        above = None if key == REGION else _owner(parents.get(key), parents, figures)
        if above is not None:
            below[above].append(-figure)
    return {key: math.fsum(parts) for key, parts in below.items()}


def _exactly(values: npt.NDArray[np.float64], target: float) -> npt.NDArray[np.float64]:
    """The values, the largest of them nudged until they sum to the target to the last bit."""
    largest = int(values.argmax())
    for _ in range(8):
        gap = math.fsum([target, *(-values)])
        if gap == 0.0:
            break
        values[largest] += gap
    return values
