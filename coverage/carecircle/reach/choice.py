"""The one place that chooses how one travels: metric and mode in, the `Reach` that answers out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from carecircle.errors import UsageError
from carecircle.reach.ground import Ground
from carecircle.reach.roads import Places, Roads
from carecircle.reach.straight import StraightLine

if TYPE_CHECKING:
    from carecircle.reach.asked import Reach
    from carecircle.reach.network.model import Metric, Network
    from carecircle.terrain import GroundCells

Brought = Mapping[tuple[str, str | None], "Reach"]
"""Reaches from outside, by metric and mode (None: the straight line's)."""


class Reaches:
    """Every way of travelling that a study has.

    Parameters
    ----------
    networks
        By mode.
    max_snap_m
        Points farther than this from any road, in metres, are unsnapped.
    brought
        What answers instead, by metric and mode: ``("minutes", "walk")``, ``("straight_m", None)``.
    ground
        The study's terrain: its modes travel over ground and roads together.
    """

    def __init__(
        self, networks: Mapping[str, Network], *, max_snap_m: float, brought: Brought | None = None,
        ground: GroundCells | None = None,
    ) -> None:  # fmt: skip
        self._networks, self._max_snap_m, self._brought = networks, max_snap_m, dict(brought or {})
        self._ground, self._grounds = ground, dict[tuple[str, str], Ground]()
        self._places = Places()

    def has(self, metric: str, mode: str | None) -> bool:
        """Whether something answers for this metric and mode."""
        by_ours = metric == "straight_m" or mode in self._networks or self._has_ground(mode)
        return by_ours or self._key(metric, mode) in self._brought

    def of(self, metric: str, mode: str | None) -> Reach:
        """What answers for a metric and a mode.

        Raises
        ------
        UsageError
            If nothing does: there are no roads of the mode, and no reach was brought for it.
        """
        brought = self._brought.get(self._key(metric, mode))
        if brought is not None:
            return brought
        if metric == "straight_m":
            return StraightLine()
        network = self._networks.get(mode or "")
        if mode is not None and self._has_ground(mode):
            return self._ground_of(network, mode, "minutes" if metric == "minutes" else "road_m")
        if network is None:
            raise UsageError("reach.no_reach", metric=metric, value=mode, known=sorted(self._networks))
        measure: Metric = "minutes" if metric == "minutes" else "road_m"
        return Roads(network, measure, max_snap_m=self._max_snap_m, places=self._places)

    def network(self, mode: str) -> Network | None:
        """The roads of a mode, if there are any."""
        return self._networks.get(mode)

    def _has_ground(self, mode: str | None) -> bool:
        return self._ground is not None and mode in self._ground.minutes_per_m

    def _ground_of(self, network: Network | None, mode: str, metric: Metric) -> Ground:
        """The ground of a mode, made once: several queries ask it."""
        assert self._ground is not None
        if (mode, metric) not in self._grounds:
            self._grounds[mode, metric] = Ground(
                network, self._ground, mode, metric, max_snap_m=self._max_snap_m, places=self._places
            )
        return self._grounds[mode, metric]

    @staticmethod
    def _key(metric: str, mode: str | None) -> tuple[str, str | None]:
        return metric, None if metric == "straight_m" else mode


def needs_roads(metric: str, mode: str | None, brought: Brought) -> bool:
    """Whether a metric and mode are answered from a road network."""
    return mode is not None and metric != "straight_m" and (metric, mode) not in brought
