"""The same inputs read farther beyond the boundary: roads, ground and the facilities that lie there."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import geopandas as gpd
import pandas as pd

from carecircle.inputs.load import Inputs
from carecircle.inputs.near import Border, cut, left_out, outline
from carecircle.inputs.roads.kept import roads_of
from carecircle.inputs.terrain.ground import ground_of
from carecircle.texts import Sentence

_SAID = ("inputs.outside_buffer", "inputs.read_farther")


def read_farther(
    inputs: Inputs, metres: float, *, modes: Sequence[str], tell: Callable[[Sentence], None]
) -> Inputs:
    """Inputs of a study of which more is read beyond its boundary.

    Parameters
    ----------
    inputs
        As they were read; they stay as they are.
    metres
        How far beyond the boundary is read now.
    modes
        Modes to time the roads for.
    tell
        Called with a `Sentence` as the roads are begun.

    Returns
    -------
    Inputs
        With more roads, ground and facilities; residents, areas and totals are the same.

    Raises
    ------
    InputError
        As `carecircle.inputs.load.load_inputs`.
    """
    study, border = inputs.study, inputs.border
    assert border is not None
    around = outline(study, inputs.region, metres)
    nearer, beyond = cut(border.beyond, around)
    together = pd.concat([inputs.facilities, nearer], ignore_index=True) if len(nearer) else inputs.facilities
    findings = [f for f in inputs.findings if f.sentence.key not in _SAID]
    findings += left_out(beyond, metres, study)
    edges, key, ground = inputs.edges, inputs.roads_key, inputs.ground
    if study.roads is not None and modes:
        tell(Sentence("inputs.reading", {"file": study.roads.path.name}))
        edges, _, key = roads_of(study.roads, inputs.crs, around, modes=modes, own=study.own_profiles)
    if study.terrain is not None and modes:
        ground, _ = ground_of(study, modes, inputs.crs, inputs.region, around)
    return dataclasses.replace(
        inputs, facilities=gpd.GeoDataFrame(together, crs=inputs.crs), findings=tuple(findings), edges=edges,
        roads_key=key, ground=ground, border=Border(around, metres, beyond),
    )  # fmt: skip
