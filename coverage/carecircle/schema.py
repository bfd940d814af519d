"""The shapes every room agrees on: frame columns, findings, ledgers, and the checks that hold them.

Frames are plain (Geo)DataFrames, never subclassed. Inside carecircle every geometry of a study is in one
stated projected CRS in metres; at the door it is WGS 84 longitude/latitude.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from carecircle.errors import InputError, raise_all
from carecircle.ledgers import InputsLedger as InputsLedger
from carecircle.ledgers import PeopleLedger as PeopleLedger
from carecircle.texts import Language, Sentence

LEVELS = ("county", "town", "village")
STATUSES = ("open", "planned", "closed")
REACH_STATUSES = ("reached", "unsnapped", "island", "one_way", "beyond")
GROUND_STATUSES = ("closed", "cut_off")
"""With terrain: on closed ground with none open near; on open ground with no way to a facility."""

AREAS = ("area_id", "name", "level", "parent_id", "urban", "official_residents", "geometry")
FACILITIES = (
    "facility_id", "name", "category", "designations", "status", "capacity", "area_id", "inside",
    "attributes", "geometry",
)  # fmt: skip
DEMAND = ("demand_id", "residents", "area_id", "urban", "geometry")
STRUCTURES = ("ground", "bridge", "tunnel")
"""How a road meets the ground; in an edge frame's column `STRUCTURE` its position (int8; absent: ground)."""
STRUCTURE = "structure"
EDGES = ("edge_id", "from_node", "to_node", "length_m", "geometry")
REACHED = ("demand_id", "facility_id", "cost", "snap_m", "status")
"""One row a demand point, in the demand's order: the facility (None unreached), minutes or metres (inf
unreached), metres to the road (NaN: none needed, or no place), and one of `REACH_STATUSES` or, with terrain,
`GROUND_STATUSES`. Of several legs see `LEG`."""
LEG = ("facility_id", "cost", "status")
"""Columns that a reached frame of several legs holds beside its own for each leg, as `leg_column` names them.

Its ``cost`` is the sum of the legs' (inf unless all are reached), ``facility_id`` the first leg's where all
are, ``snap_m`` the largest, ``status`` the worst: a leg with no way decides (island, one_way, beyond, in this
order), then one that cannot be placed (unsnapped)."""
TOTALS = ("area_id", "attribute", "value", "year", "source")


def time_column(mode: str) -> str:
    """Name of an edge frame's column of seconds for a mode (float32, inf: closed to it)."""
    return f"travel_time_s_{mode}"


def leg_column(number: int, name: str) -> str:
    """Name of a reached frame's column of one leg (from 1) of several: ``leg_1_cost``."""
    return f"leg_{number}_{name}"


def every_column(facility_id: object) -> str:
    """Name of a reached frame's column of the cost from one facility, where all are asked."""
    return f"every_{facility_id}"


def stop_column(mode: str) -> str:
    """Name of an edge frame's column that says whether the mode may stop on an edge (bool).

    False on motorways, trunk roads, tunnels and ferries: such an edge may be travelled, never snapped to.
    """
    return f"may_stop_{mode}"


@dataclass(frozen=True)
class Finding:
    """Something the planner should know about an input.

    Parameters
    ----------
    level
        ``error`` (results would be wrong), ``warning`` (may be wrong) or ``note``.
    sentence
        What was found, why it matters and how to fix it.
    file, row, column
        Where, as far as known; row 1 is the header or first line.
    lon, lat
        Where on the ground, degrees in WGS 84.
    """

    level: Literal["error", "warning", "note"]
    sentence: Sentence
    file: str | None = None
    row: int | None = None
    column: str | None = None
    lon: float | None = None
    lat: float | None = None

    def to_dict(self, language: Language) -> dict[str, Any]:
        """A plain dictionary with the sentence said in one language.

        Parameters
        ----------
        language
            ``zh`` or ``en``.

        Returns
        -------
        dict
            key (of the sentence), level, sentence, file, row, column, lon, lat.
        """
        return {"key": self.sentence.key, **asdict(self), "sentence": self.sentence.text(language)}


def _require(frame: pd.DataFrame, columns: tuple[str, ...], name: str, file: str | None) -> list[InputError]:
    missing = [c for c in columns if c not in frame.columns]
    if not missing:
        return []
    present = [str(c) for c in frame.columns]
    return [
        InputError("errors.frame_missing_columns", file=file, frame=name, columns=missing, present=present)
    ]


def _unique(frame: pd.DataFrame, column: str, name: str, file: str | None) -> list[InputError]:
    if column not in frame.columns:
        return []
    twice = frame.index[frame[column].duplicated()]
    return [
        InputError(
            "errors.frame_duplicate_id", file=file, row=_row(frame, i), column=column,
            value=frame.at[i, column], frame=name,
        )
        for i in twice[:20]
    ]  # fmt: skip


def _row(frame: pd.DataFrame, index: Any) -> int:
    """The planner's row number of a frame's index label (row 1 is the header)."""
    return int(frame.index.get_indexer_for(pd.Index([index]))[0]) + 2


def _values(
    frame: pd.DataFrame, column: str, bad: pd.Series, expected: str, file: str | None
) -> list[InputError]:
    return [
        InputError(
            "errors.frame_bad_value", file=file, row=_row(frame, i), column=column,
            value=str(frame.at[i, column]), expected=expected,
        )
        for i in frame.index[bad.fillna(False).astype(bool)][:20]
    ]  # fmt: skip


def check_areas(areas: gpd.GeoDataFrame, *, file: str | None = None) -> gpd.GeoDataFrame:
    """Hold the contract of an areas frame and return it.

    Raises
    ------
    InputError
        Naming every missing column, repeated id, unknown level and a missing CRS at once.
    """
    faults = _require(areas, AREAS, "areas", file) + _unique(areas, "area_id", "areas", file)
    if not faults:
        faults += _values(areas, "level", ~areas["level"].isin(LEVELS), " | ".join(LEVELS), file)
        if areas.crs is None:
            faults.append(InputError("errors.frame_no_crs", file=file, frame="areas"))
    raise_all(faults)
    return areas


def check_facilities(facilities: gpd.GeoDataFrame, *, file: str | None = None) -> gpd.GeoDataFrame:
    """Hold the contract of a facilities frame and return it.

    Raises
    ------
    InputError
        Naming every missing column, repeated id, unknown status and a missing CRS at once.
    """
    faults = _require(facilities, FACILITIES, "facilities", file)
    faults += _unique(facilities, "facility_id", "facilities", file)
    if not faults:
        faults += _values(
            facilities, "status", ~facilities["status"].isin(STATUSES), " | ".join(STATUSES), file
        )
        if facilities.crs is None:
            faults.append(InputError("errors.frame_no_crs", file=file, frame="facilities"))
    raise_all(faults)
    return facilities


def check_demand(demand: gpd.GeoDataFrame, *, file: str | None = None) -> gpd.GeoDataFrame:
    """Hold the contract of a demand frame and return it.

    Raises
    ------
    InputError
        Naming every missing column, repeated id, negative or absent number of residents and a missing CRS.
    """
    faults = _require(demand, DEMAND, "demand", file) + _unique(demand, "demand_id", "demand", file)
    if not faults:
        residents = pd.to_numeric(demand["residents"], errors="coerce")
        bad = residents.isna() | (residents < 0) | residents.isin([math.inf])
        faults += _values(demand, "residents", bad, ">= 0", file)
        if demand.crs is None:
            faults.append(InputError("errors.frame_no_crs", file=file, frame="demand"))
    raise_all(faults)
    return demand


def check_edges(edges: pd.DataFrame, *, modes: tuple[str, ...], file: str | None = None) -> pd.DataFrame:
    """Hold the contract of an edge frame for some modes and return it.

    Raises
    ------
    InputError
        Naming every missing column, repeated id, negative length or time.
    """
    columns = (*EDGES, *(time_column(m) for m in modes))
    faults = _require(edges, columns, "edges", file) + _unique(edges, "edge_id", "edges", file)
    if not faults:
        for column in ("length_m", *(time_column(m) for m in modes)):
            faults += _values(edges, column, edges[column].isna() | (edges[column] < 0), ">= 0", file)
    raise_all(faults)
    return edges


def check_reached(reached: pd.DataFrame, rows: int) -> pd.DataFrame:
    """Hold the contract of a reached frame for so many demand rows and return it.

    Raises
    ------
    InputError
        Naming every missing column, an unknown status or a wrong number of rows.
    """
    faults = _require(reached, REACHED, "reached", None)
    if not faults:
        known = (*REACH_STATUSES, *GROUND_STATUSES)
        bad = ~reached["status"].isin(known)
        faults += _values(reached, "status", bad, " | ".join(known), None)
        if len(reached) != rows:
            faults.append(InputError("errors.frame_rows", frame="reached", value=len(reached), rows=rows))
    raise_all(faults)
    return reached


def descendants(areas: gpd.GeoDataFrame, level: str) -> Mapping[str, str]:
    """For every area id, the id of its ancestor (or itself) at ``level``; ids without one are absent."""
    parent = dict(zip(areas["area_id"], areas["parent_id"], strict=True))
    level_of = dict(zip(areas["area_id"], areas["level"], strict=True))
    found: dict[str, str] = {}
    for area_id in level_of:
        seen: set[str] = set()
        at: Any = area_id
        while isinstance(at, str) and at in level_of and at not in seen:
            if level_of[at] == level:
                found[area_id] = at
                break
            seen.add(at)
            at = parent.get(at)
    return found
