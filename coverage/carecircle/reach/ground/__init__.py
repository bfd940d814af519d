"""Travelling off the road and on it in one search.

What do I come here to change?
- what is asked and answered: reach; where a point stands on the ground: seats
- cells, padded for the searches: field; slopes: laws, _moves; how a search runs: engine, once, queues,
  _flood, areas, _areas
- streets split at the cells they cross: portals, standing; ways and polygons to draw: tracing, isochrones
- scipy instead of numba: _explicit
"""

from carecircle.reach.ground.isochrones import ground_isochrones
from carecircle.reach.ground.reach import Ground
from carecircle.reach.ground.tracing import GroundPath

__all__ = ["Ground", "GroundPath", "ground_isochrones"]
