"""What is wrong with a study's plan and inputs: every finding with its place, why it matters and the fix."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from carecircle.errors import CarecircleError
from carecircle.inputs.checks import limited, lon_lat, once_for_all_modes
from carecircle.inputs.load import Inputs, load_inputs
from carecircle.profiles import mode_name, modes, profile, profiles
from carecircle.progress import watched
from carecircle.reach.network.model import Network
from carecircle.reach.network.traps import strong_components, traps
from carecircle.rules import load_plan
from carecircle.schema import Finding, time_column
from carecircle.study import Study, load_study
from carecircle.texts import Language, Sentence

_ORDER = {"error": 0, "warning": 1, "note": 2}
_FASTEST_KPH, _SLOWEST_KPH = 130.0, 5.0
_LOST_SHARE = 0.01
"""Residents off the roads or on islands are a warning from this share on."""


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Everything the doctor found.

    Parameters
    ----------
    study
        The study, None where its own file cannot be read.
    inputs
        Its inputs, None where an error keeps them from being read.
    findings
        Errors first, then warnings, then notes.
    """

    study: Study | None
    inputs: Inputs | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that make results wrong or impossible."""
        return tuple(f for f in self.findings if f.level == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that may make results wrong."""
        return tuple(f for f in self.findings if f.level == "warning")

    def to_dict(self, language: Language) -> dict[str, Any]:
        """The findings as plain data.

        Parameters
        ----------
        language
            ``zh`` or ``en``.

        Returns
        -------
        dict
            Schema ``carecircle/findings/1``: what ``carecircle doctor --json`` prints.
        """
        return {
            "schema": "carecircle/findings/1",
            "study": None if self.study is None else self.study.name,
            "findings": [f.to_dict(language) for f in self.findings],
        }

    def places(self, language: Language = "en") -> gpd.GeoDataFrame:
        """The findings that have a place.

        Parameters
        ----------
        language
            Of the column ``finding``.

        Returns
        -------
        GeoDataFrame
            level, finding, file, row and points in WGS 84.
        """
        placed = [f for f in self.findings if f.lon is not None and f.lat is not None]
        columns = {
            "level": [f.level for f in placed],
            "finding": [f.sentence.text(language) for f in placed],
            "file": [f.file for f in placed],
            "row": [f.row for f in placed],
        }
        points = gpd.points_from_xy([f.lon for f in placed], [f.lat for f in placed])
        return gpd.GeoDataFrame(columns, geometry=points, crs=4326)


def examine(study: Study | str | Path, *, progress: Callable[[Sentence], None] | None = None) -> Diagnosis:
    """Examine a study's inputs; nothing is raised for what a planner can fix; everything is reported.

    Parameters
    ----------
    study
        A `Study`, or the path of a study file or of the folder that holds it.
    progress
        Called with a `Sentence` as each input is begun; None shows them under a notebook's cell.

    Returns
    -------
    Diagnosis
        Errors first, then warnings, then notes; with the inputs where they could be read.
    """
    known = study if isinstance(study, Study) else None
    noticed: list[Finding] = []
    plan: list[Finding] = []
    try:
        known = known or load_study(study)  # type: ignore[arg-type]
        plan = _plan_faults(known)
        with watched(progress, known.language) as tell:
            inputs = load_inputs(known, progress=tell, noticed=noticed)
    except CarecircleError as error:
        rest = [] if known is None else [Finding("note", Sentence("doctor.not_reached"))]
        return Diagnosis(known, None, _in_order([*plan, *_faults(error), *noticed, *rest]))
    findings = [*plan, *inputs.findings, *network_findings(inputs)]
    return Diagnosis(known, inputs, _in_order(findings))


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then notes."""
    return tuple(sorted(findings, key=lambda f: _ORDER[f.level]))


def _plan_faults(study: Study) -> list[Finding]:
    """What keeps the plan from being read: a run would be refused for it."""
    try:
        load_plan(study.plan)
    except CarecircleError as error:
        return _faults(error)
    return []


def _faults(error: CarecircleError) -> list[Finding]:
    faults = getattr(error, "faults", (error,))
    return [Finding("error", f.sentence, f.file, f.row, f.column) for f in faults]


# ---- roads --------------------------------------------------------------------------------------------


def network_findings(inputs: Inputs, networks: Mapping[str, Network] | None = None) -> list[Finding]:
    """What the roads reveal: who is off them, islands, traps, speeds, a cut at the border.

    Parameters
    ----------
    networks
        Those built already, by mode; only they are then looked at. None: those by which residents travel
        themselves are built.

    Returns
    -------
    list of Finding
        What holds for several modes is said once and names them all.
    """
    if inputs.edges is None:
        return []
    found: list[Finding] = []
    own = [mode for mode, known in profiles().items() if known.residents_own]
    for mode in own if networks is None else modes():
        if time_column(mode) not in inputs.edges or (networks is not None and mode not in networks):
            continue
        network = _network(inputs, mode) if networks is None else networks[mode]
        if not network.nodes:
            found.append(Finding("warning", Sentence("doctor.no_roads_of_mode", {"mode": mode_name(mode)})))
            continue
        found += _islands(network)
        if inputs.ground is None or mode not in inputs.ground.minutes_per_m:
            found += _facilities_on(network, inputs)
            found += _residents_on(network, inputs)
        found += _residents_trapped(network, inputs)
    once = once_for_all_modes(found)
    kinds: dict[str, list[Finding]] = {}
    for finding in once:
        kinds.setdefault(finding.sentence.key, []).append(finding)
    return [
        *_speeds(inputs.edges),
        *_cut_at_border(inputs),
        *(f for kind in kinds.values() for f in limited(kind)),
    ]


def _network(inputs: Inputs, mode: str) -> Network:
    speed = profile(mode, inputs.study.own_profiles).access_speed_kph
    return Network.from_edges(inputs.edges, mode=mode, access_speed_kph=speed)


def _speeds(edges: gpd.GeoDataFrame) -> list[Finding]:
    """Roads driven implausibly fast or slowly, by the first mode that posted limits bind."""
    column = time_column(next(mode for mode, known in profiles().items() if known.obeys_maxspeed))
    if column not in edges:
        return []
    seconds = edges[column].to_numpy(dtype=np.float64)
    kph = np.divide(
        3.6 * edges["length_m"].to_numpy(dtype=np.float64), seconds, out=np.full(len(edges), np.nan),
        where=np.isfinite(seconds) & (seconds > 0),
    )  # fmt: skip
    found = []
    for key, where in (("too_fast", kph > _FASTEST_KPH), ("too_slow", kph < _SLOWEST_KPH)):
        if where.any():
            worst = int(np.flatnonzero(where)[np.argmax(np.abs(np.log(kph[where] / 40.0)))])
            facts = {"count": int(where.sum()), "kph": round(float(kph[worst]), 1)}
            found.append(_beside(edges.iloc[[worst]], f"doctor.{key}", "warning", facts))
    return found


def _beside(rows: gpd.GeoDataFrame, key: str, level: Any, facts: Mapping[str, object]) -> Finding:
    middle = gpd.GeoSeries(shapely.line_interpolate_point(rows.geometry.to_numpy(), 0.5, normalized=True))
    lon, lat = lon_lat(middle.set_crs(rows.crs))[0]
    return Finding(level, Sentence(key, facts), lon=float(lon), lat=float(lat))


def _cut_at_border(inputs: Inputs) -> list[Finding]:
    """Roads that end where the study does, although a buffer was asked for."""
    buffer_m = inputs.study.assumptions.buffer_km * 1000.0
    if inputs.study.boundaries is None or buffer_m <= 0 or inputs.edges is None:
        return []
    ends = shapely.get_point(inputs.edges.geometry.to_numpy(), -1)
    beyond = float(shapely.distance(ends, inputs.region).max())
    if beyond < 0.2 * buffer_m:
        facts = {"metres": round(beyond), "buffer_km": inputs.study.assumptions.buffer_km}
        return [Finding("warning", Sentence("doctor.cut_at_border", facts))]
    return []


def _islands(network: Network) -> list[Finding]:
    """Pieces of road that hang together with nothing else."""
    pieces = network.components()
    others = pieces.iloc[1:]
    kept = others[others["snapped_to"].astype(bool)]
    found = []
    if len(kept):
        facts = {"count": len(kept), "km": float(kept["road_km"].sum()), "mode": mode_name(network.mode)}
        found.append(Finding("warning", Sentence("doctor.islands", facts)))
    small = others[~others["snapped_to"].astype(bool)]
    if len(small):
        facts = {"count": len(small), "km": float(small["road_km"].sum()), "mode": mode_name(network.mode)}
        found.append(Finding("note", Sentence("doctor.fragments", facts)))
    return found


def _facilities_on(network: Network, inputs: Inputs) -> list[Finding]:
    """Facilities off the roads, on an island, or at the end of a one-way trap."""
    rows = inputs.facilities[inputs.facilities.geometry.notna() & (inputs.facilities["status"] == "open")]
    if rows.empty:
        return []
    snap = network.snap(rows, max_snap_m=inputs.study.assumptions.max_snap_m)
    main = int(network.components()["component"].iloc[0])
    strong = strong_components(network)
    core = int(np.bincount(strong).argmax())
    ends = network.street_ends[np.where(snap.snapped, snap.street, 0)]
    off = ~snap.snapped
    island = snap.snapped & (snap.component != main)
    trap = snap.snapped & ~island & (strong[ends] != core).any(axis=1)
    found: list[Finding] = []
    for key, where in (("off_road", off), ("on_island", island), ("one_way_trap", trap)):
        if key == "one_way_trap" and not profile(network.mode).bound_by_oneway:
            continue
        found += _rows(rows[where], f"doctor.{key}", snap.snap_m[where], network.mode)
    return found


def _rows(rows: gpd.GeoDataFrame, key: str, metres: npt.NDArray[np.float64], mode: str) -> list[Finding]:
    places = lon_lat(rows.geometry) if len(rows) else np.empty((0, 2))
    found = []
    for (lon, lat), far, name, source, row in zip(
        places, metres, rows["name"], rows["source"], rows["row"], strict=True
    ):
        facts = {
            "name": name,
            "metres": round(float(far)) if math.isfinite(far) else "—",
            "mode": mode_name(mode),
        }
        number = None if pd.isna(row) else int(row)
        found.append(Finding("warning", Sentence(key, facts), source, number, None, float(lon), float(lat)))
    return found


def _residents_on(network: Network, inputs: Inputs) -> list[Finding]:
    """How many residents are off the roads, or on roads that lead nowhere else."""
    if inputs.demand is None:
        return []
    placed = inputs.demand[inputs.demand.geometry.notna() & (inputs.demand["residents"] > 0)]
    total = math.fsum(placed["residents"])
    if total <= 0:
        return []
    snap = network.snap(placed, max_snap_m=inputs.study.assumptions.max_snap_m)
    main = int(network.components()["component"].iloc[0])
    people = placed["residents"].to_numpy()
    island = snap.snapped & (snap.component != main)
    found = []
    for key, where in (("residents_off_road", ~snap.snapped), ("residents_on_island", island)):
        count = math.fsum(people[where])
        if count > 0:
            worst = placed.iloc[[int(np.flatnonzero(where)[people[where].argmax()])]]
            lon, lat = lon_lat(worst.geometry)[0]
            facts = {
                "count": count, "percent": round(100 * count / total, 2), "mode": mode_name(network.mode),
                "metres": inputs.study.assumptions.max_snap_m,
            }  # fmt: skip
            level: Any = "warning" if count > _LOST_SHARE * total else "note"
            found.append(Finding(level, Sentence(f"doctor.{key}", facts), lon=float(lon), lat=float(lat)))
    return found


def _residents_trapped(network: Network, inputs: Inputs) -> list[Finding]:
    """Residents whom no way leads out (or to whom no ambulance gets), with the one-way roads that do it."""
    known = profile(network.mode)
    if inputs.demand is None or inputs.edges is None or not known.bound_by_oneway:
        return []
    placed = inputs.demand[inputs.demand.geometry.notna() & (inputs.demand["residents"] > 0)]
    snap = network.snap(placed, max_snap_m=inputs.study.assumptions.max_snap_m)
    named = inputs.edges.set_index("edge_id")["name"]
    people = placed["residents"].to_numpy()
    found = []
    for trap in traps(network, snap, leaving=known.residents_own):
        inside = people[trap.places]
        lon, lat = lon_lat(placed.geometry.iloc[[trap.places[inside.argmax()]]])[0]
        roads = tuple(f"{named[edge] or '—'} ({edge})" for edge in trap.edge_id[:5].tolist())
        facts = {"count": math.fsum(inside), "roads": roads, "mode": mode_name(network.mode)}
        key = "residents_trapped" if known.residents_own else "residents_cut_off"
        found.append(Finding("warning", Sentence(f"doctor.{key}", facts), lon=float(lon), lat=float(lat)))
    return found
