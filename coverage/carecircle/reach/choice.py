"""The one place that chooses how one travels: metric and mode in, the `Reach` that answers out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from carecircle.errors import UsageError
from carecircle.reach.roads import Places, Roads
from carecircle.reach.straight import StraightLine

if TYPE_CHECKING:
    from carecircle.reach.asked import Reach
    from carecircle.reach.network.model import Metric, Network

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
    """

    def __init__(
        self, networks: Mapping[str, Network], *, max_snap_m: float, brought: Brought | None = None
    ) -> None:
        self._networks, self._max_snap_m, self._brought = networks, max_snap_m, dict(brought or {})
        self._places = Places()

    def has(self, metric: str, mode: str | None) -> bool:
        """Whether something answers for this metric and mode."""
        by_ours = metric == "straight_m" or mode in self._networks
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
        if network is None:
            raise UsageError("reach.no_reach", metric=metric, value=mode, known=sorted(self._networks))
        measure: Metric = "minutes" if metric == "minutes" else "road_m"
        return Roads(network, measure, max_snap_m=self._max_snap_m, places=self._places)

    @staticmethod
    def _key(metric: str, mode: str | None) -> tuple[str, str | None]:
        return metric, None if metric == "straight_m" else mode


def needs_roads(metric: str, mode: str | None, brought: Brought) -> bool:
    """Whether a metric and mode are answered from a road network."""
    return mode is not None and metric != "straight_m" and (metric, mode) not in brought
