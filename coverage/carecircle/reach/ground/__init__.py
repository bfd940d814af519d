"""Travelling off the road and on it in one search.

What do I come here to change?
- what is asked and answered: reach; where a point stands on the ground: seats
- cells, padded for the searches: field; slopes: laws, _moves; how a search runs: engine, _flood, _areas
- streets split at the cells they cross: portals; the way to draw: tracing; scipy instead: _explicit
"""

from carecircle.reach.ground.reach import Ground

__all__ = ["Ground"]
