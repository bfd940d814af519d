"""The roads as the page needs them to find ways itself: why is this red, what if a clinic stood here?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from carecircle.analysis.asking import modes as modes_of
from carecircle.crs import crosses
from carecircle.outputs.map import ground
from carecircle.outputs.map.layers import degrees
from carecircle.outputs.map.pack import Block, Blocks
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carecircle.analysis import Analysis
    from carecircle.reach.network.model import Network
    from carecircle.reach.snapping.snap import Snap
    from carecircle.rules import ReachQuery

MOST_POINTS = 400_000
"""Beyond this many points of streets the page would grow past what office machines open gladly."""

Roads = tuple[dict[str, Any] | None, Sentence | None]


def roads(analysis: Analysis, queries: Sequence[ReachQuery], blocks: Blocks) -> Roads:
    """The networks and the ground that the page's queries travel on, or the reason why they are left out.

    Costs are the networks' own float32, coordinates and places on streets full doubles: the page adds the
    same numbers in the same order as `carecircle.reach` and so comes to the same sums. Over the ground (see
    `carecircle.outputs.map.ground`) it comes to the same to a millionth of a second.

    Parameters
    ----------
    blocks
        Gets the columns: roads in ``ways``, the ground in ``terrain``.

    Returns
    -------
    (data, None) or (None, reason)
    """
    modes = modes_of(queries)
    if analysis.brought:
        return None, Sentence("outputs.whatif_brought")
    if not set(modes) <= set(analysis.networks):
        return None, Sentence("outputs.whatif_no_roads")
    networks = {mode: analysis.networks[mode] for mode in modes}
    points = max((len(n.coords) for n in networks.values()), default=0)
    if points > MOST_POINTS:
        return None, Sentence("outputs.whatif_too_large", {"points": points, "most": MOST_POINTS})
    projection = _transverse_mercator(analysis)
    if projection is None:
        return None, Sentence("outputs.whatif_projection", {"crs": analysis.inputs.crs.name})
    why_not = ground.refused(analysis)
    if why_not is not None:
        return None, why_not
    inputs, block = analysis.inputs, blocks["ways"]
    lines = _Lines(block)
    numbers = {mode: lines.numbers(network) for mode, network in networks.items()}
    found = {mode: _mode(analysis, network, block, numbers[mode]) for mode, network in networks.items()}
    single = [q for q in queries if len(q.legs) == 1]  # a chain's legs are queries of their own
    asked = [q for q in single if q.mode in networks and q.metric != "straight_m"]
    over = ground.carried(analysis, asked, blocks["terrain"], numbers)
    places = {"facility": inputs.facilities.geometry}
    if inputs.demand is not None:
        places["demand"] = inputs.demand.geometry
    exact = {name: _exact(analysis, points, block) for name, points in places.items()}
    return {"projection": projection, "modes": found, **lines.data(), **exact, "terrain": over}, None


def _exact(analysis: Analysis, geometries: gpd.GeoSeries, block: Block) -> dict[str, Any]:
    """Places in steps of a billionth of a degree (0.1 mm) from their south-western corner."""
    placed = (geometries.notna() & ~geometries.is_empty).to_numpy()
    chosen = geometries[placed]
    both = degrees(analysis).transform(chosen.x.to_numpy(), chosen.y.to_numpy())
    found: dict[str, Any] = {}
    for name, origin, found_at in zip(("x", "y"), ("west", "south"), both, strict=True):
        start = float(np.floor(found_at.min())) if len(found_at) else 0.0
        steps = np.zeros(len(placed), dtype=np.int64)
        steps[placed] = np.round(found_at * 1e9) - start * 1e9
        kind = "u32" if steps.max(initial=0) < 2**32 else "f64"  # a study more than 4.29 degrees across
        found[name], found[origin] = block.add(steps, kind), start
    return found


def _mode(analysis: Analysis, network: Network, block: Block, numbers: list[int]) -> dict[str, Any]:
    inputs, most = analysis.inputs, analysis.study.assumptions.max_snap_m
    rows = network.street_rows
    costs = {}
    for name, values in (("seconds", network.seconds), ("metres", network.length_m)):
        both = np.full(rows.shape, np.inf, dtype=np.float32)
        both[rows >= 0] = values[rows[rows >= 0]]
        costs[name] = [block.add(both[:, side], "f32") for side in (0, 1)]
    allowed = np.zeros(network.streets, dtype=np.uint8)
    allowed[network.snappable] = 1
    return {
        "nodes": network.nodes,
        "accessKph": network.access_speed_kph,
        "mostSnap": most,
        "ends": [block.add(network.street_ends[:, side], "i32", differences=True) for side in (0, 1)],
        **costs,
        "allowed": block.add(allowed, "u8"),
        "component": block.add(network.component, "i32", differences=True),
        "line": block.add(numbers, "i32", differences=True),
        "demand": _snap(network.snap(inputs.demand, max_snap_m=most), block),
        "facility": _snap(network.snap(inputs.facilities, max_snap_m=most), block),
    }


def _snap(snap: Snap, block: Block) -> dict[str, Any]:
    on = snap.snapped
    return {
        "street": block.add(snap.street, "i32"),
        "position": block.add(np.where(on, snap.position, 0.0), "f64"),
        "metres": block.add(np.where(on, snap.snap_m, 0.0), "f64"),
    }


class _Lines:
    """Every line once, though several modes run along it."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._number: dict[bytes, int] = {}
        self._coords: list[bytes] = []

    def numbers(self, network: Network) -> list[int]:
        """The numbers of a network's streets."""
        data, width = network.coords.tobytes(), network.coords.itemsize * 2
        bounds = (network.offsets * width).tolist()
        found = []
        for i in range(len(bounds) - 1):
            key = data[bounds[i] : bounds[i + 1]]
            number = self._number.get(key)
            if number is None:
                number = self._number[key] = len(self._number)
                self._coords.append(key)
            found.append(number)
        return found

    def data(self) -> dict[str, Any]:
        """The lines as columns."""
        coords = np.frombuffer(b"".join(self._coords), dtype=np.float64).reshape(-1, 2)
        return {
            "x": self._block.add(coords[:, 0], "f64"),
            "y": self._block.add(coords[:, 1], "f64"),
            "lengths": self._block.add([len(c) // 16 for c in self._coords], "u32"),
        }


def _transverse_mercator(analysis: Analysis) -> dict[str, float] | None:
    """The figures of a transverse Mercator projection; None for any other, which the page does not speak."""
    crs = analysis.inputs.crs
    operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
    if operation is None or ellipsoid is None or operation.method_name != "Transverse Mercator":
        return None
    value = {p.name: float(p.value) for p in operation.params}
    if value["Latitude of natural origin"] != 0:
        return None
    lon0 = value["Longitude of natural origin"]
    return {
        "a": ellipsoid.semi_major_metre,
        "f": 1 / ellipsoid.inverse_flattening,
        "lon0": lon0 + 360.0 if lon0 < 0 and crosses(crs, analysis.inputs.region.bounds) else lon0,
        "k0": value["Scale factor at natural origin"],
        "x0": value["False easting"],
        "y0": value["False northing"],
    }
